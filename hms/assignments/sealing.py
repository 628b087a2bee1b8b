"""Taking work from everybody who had a part in it. Part of the services."""

from hms.assignments._writing import record_event, withdraw_extensions
from hms.assignments.enums import State
from hms.assignments.links import revoke_links
from hms.assignments.models import Assignment, Helper, Offer
from hms.audit.transitions import lock
from hms.organisations.models import Employee


def seal(assignment: Assignment, *, to: Employee, by: Employee | None, title: str) -> None:
    """Close an assignment, ended or not, to all but one: what it belongs to is not for the others any more.

    Who had it and who ended it stands in the log; the row itself opens to `to` alone.

    Effects: confidential and called `title`; `to` is its assignee, and nobody has asked for it; it is offered to
    nobody and nobody helps; every link stops working; a wish for more time is withdrawn; an event. Nobody is told:
    the caller says what there is to say.
    """
    lock(assignment)
    was = assignment.assignee_id
    Offer.objects.filter(assignment=assignment).delete()
    Helper.objects.filter(assignment=assignment).delete()
    revoke_links(assignment)
    withdraw_extensions(assignment, by=by)
    assignment.is_confidential, assignment.title = True, title
    assignment.assignee, assignment.requested_by = to, None
    assignment.save(update_fields=["is_confidential", "title", "assignee", "requested_by"])
    if was != to.pk and assignment.state in {State.PLANNED, State.OPEN}:
        record_event("assignment.handed_over", assignment, by=by, data={"from": was, "to": to.pk})

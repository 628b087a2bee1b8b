"""Somebody leaves: nothing that was theirs to do or to answer for is left with nobody."""

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from hms.assignments import selectors, services, sources
from hms.assignments.enums import PERSONAL, Kind, State
from hms.assignments.models import Assignment
from hms.organisations.errors import Refused
from hms.organisations.models import Employee


def _unfinished() -> QuerySet[Assignment]:
    """What somebody else can do; what is personal ends with the one it is for."""
    return Assignment.objects.filter(state__in=[State.PLANNED, State.OPEN]).exclude(kind__in=PERSONAL)


def _asked_of_others(employee: Employee) -> QuerySet[Assignment]:
    return _unfinished().filter(requested_by=employee).exclude(assignee=employee)


def count_open(employee: Employee) -> list[tuple[str, int]]:
    """What the person has to do, by kind, and has asked others for.

    No titles: an administrator asks, who may not see cases.
    """
    counted = _unfinished().filter(assignee=employee).values_list("kind").annotate(Count("id")).order_by("kind")
    mine = [(f"× {Kind(kind).label}", number) for kind, number in counted]
    return [*mine, (_("× Asked of others, not done yet"), _asked_of_others(employee).count())]


def hand_over(employee: Employee, to: Employee, by: Employee) -> None:
    """Give everything to `to`: what is theirs to do, and to answer for towards others.

    What is confidential goes where its source says, never to somebody it is about; so does what belongs to an
    office (a representative's statement). Wishes for more time that wait for the person's answer wait for whoever
    answers now, who is told.

    Raises:
        Refused: when nobody may take something confidential.
    """
    for assignment in (
        _unfinished().filter(assignee=employee).select_related("assignee", "requested_by", "offer").order_by("id")
    ):
        _give(assignment, employee, to, by)
    for assignment in _asked_of_others(employee).select_related("assignee__unit", "requested_by").order_by("id"):
        services.change_requester(assignment, to=_asker(assignment, employee, to), by=by)


def _give(assignment: Assignment, employee: Employee, to: Employee, by: Employee) -> None:
    if not _unfinished().filter(pk=assignment.pk, assignee=employee).exists():
        # It went along with the case that was given before it.
        return
    if assignment.open_offer is not None:
        services.change_accountable(assignment, to=to, by=by)
        return
    source = sources.get(assignment.source_kind)
    follows_role = source.follows_role is not None and source.follows_role(assignment)
    taker = _successor(assignment) if assignment.is_confidential or follows_role else to
    if taker is not None and taker.pk != employee.pk:
        services.hand_over(assignment, to=taker, by=by)
    elif follows_role:
        services.cancel(assignment, by=by)
    else:
        raise Refused(
            _("%(name)s has a confidential case that nobody else may be given from here. It must be passed on first.")
            % {"name": employee.name}
        )


def _successor(assignment: Assignment) -> Employee | None:
    source = sources.get(assignment.source_kind)
    if source.successor is not None:
        return source.successor(assignment)
    return selectors.decider_of(assignment)


def _asker(assignment: Assignment, employee: Employee, to: Employee) -> Employee | None:
    if assignment.is_confidential:
        asker = sources.get(assignment.source_kind).asker
        to = asker(assignment) if asker is not None else None  # type: ignore[assignment]
    # Nobody answers for their own work: then it is for the manager.
    return None if to is None or to.pk in {assignment.assignee_id, employee.pk} else to

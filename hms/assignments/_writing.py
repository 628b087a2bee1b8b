"""What everything that is written about assignments shares."""

from typing import Any

from django.utils import timezone

from hms.assignments import sources
from hms.assignments.enums import ExtensionState, State
from hms.assignments.messages import parameters
from hms.assignments.models import Assignment, ExtensionRequest, Note
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.services import notify
from hms.organisations.models import Employee


def hold(assignment: Assignment) -> None:
    """Lock from the case down to the assignment, so that two who answer at once take turns and never deadlock."""
    lock(sources.root_of(assignment))
    lock(assignment)


def event_data(assignment: Assignment, more: dict[str, Any] | None = None) -> dict[str, Any]:
    """What every event about an assignment says."""
    # The log can never be changed, so a confidential title does not go there.
    return {"title": "…" if assignment.is_confidential else assignment.title, **(more or {})}


def record_event(
    verb: str,
    assignment: Assignment,
    *,
    by: Employee | None,
    via: str = Via.WEB,
    data: dict[str, Any] | None = None,
    **fields: Any,
) -> Event:
    """Write an event about an assignment on its case's timeline."""
    return record(
        verb, assignment, by=by, via=via, root=sources.root_of(assignment), data=event_data(assignment, data), **fields
    )


def require_state(assignment: Assignment, *states: str) -> None:
    """Raise InvalidTransition unless it is in one of the states."""
    if assignment.state not in states:
        raise InvalidTransition(assignment, assignment.state, State.OPEN)


def withdraw_extensions(assignment: Assignment, *, by: Employee | None) -> None:
    """End a wish for more time that nobody has answered."""
    ExtensionRequest.objects.filter(assignment=assignment, state=ExtensionState.REQUESTED).update(
        state=ExtensionState.WITHDRAWN, decided_by=by, decided_at=timezone.now()
    )


def keep_note(assignment: Assignment, kind: str, text: str, *, by: Employee | None) -> dict[str, int]:
    """Keep what somebody wrote, if anything; the event's data that points at it."""
    if not text.strip():
        return {}
    return {"note": Note.objects.create(assignment=assignment, kind=kind, author=by, text=text.strip()).pk}


def tell_requester(type_key: str, assignment: Assignment, *, dedupe: str, by: Employee) -> None:
    """Tell the one who asked for the work, unless it is they who did something."""
    asker = assignment.requested_by
    if asker is None or asker.pk == by.pk:
        return
    notify(type_key, to=asker, about=assignment, dedupe=dedupe, parameters=parameters(assignment, by=by))

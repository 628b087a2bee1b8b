"""More time: asked for, answered, and the due date moved. Part of the services."""

import datetime

import rules
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from hms.assignments import selectors, sources
from hms.assignments._writing import (
    event_data,
    keep_note,
    record_event,
    require_state,
    tell_requester,
    withdraw_extensions,
)
from hms.assignments.arming import arm
from hms.assignments.enums import ExtensionState, NoteKind, State
from hms.assignments.errors import AlreadyAsked, FixedByLaw, NobodyToAsk
from hms.assignments.messages import parameters
from hms.assignments.models import Assignment, ExtensionRequest
from hms.assignments.rules import extension_limits, needs_manager
from hms.audit.enums import Via
from hms.audit.transitions import InvalidTransition, lock, move
from hms.notifications.services import notify
from hms.organisations.models import Employee


def set_due_date(assignment: Assignment, *, due_on: datetime.date, by: Employee | None, reason: str = "") -> None:
    """Move the due date.

    Effects: the date; an event; the ladder anew; the reason is noted; a wish for more time is withdrawn.
    """
    lock(assignment)
    require_state(assignment, State.PLANNED, State.OPEN)
    was, assignment.due_on = assignment.due_on, due_on
    assignment.save(update_fields=["due_on"])
    arm(assignment)
    withdraw_extensions(assignment, by=by)
    note = keep_note(assignment, NoteKind.DUE_DATE, reason, by=by)
    record_event("assignment.due_date_changed", assignment, by=by, data={"from": was, "to": due_on, **note})


def request_extension(
    assignment: Assignment, *, new_due_on: datetime.date, reason: str, by: Employee, via: str = Via.WEB
) -> ExtensionRequest:
    """Ask for more time.

    Effects: a request; an event; a message to the one who decides (`selectors.extension_decider_of`).

    Raises:
        FixedByLaw: when the law sets the date.
        AlreadyAsked: when a request waits for an answer.
        NobodyToAsk: when nobody can decide.
        InvalidTransition: when the assignment is not open.
        ValueError: when the date is outside `rules.extension_limits`, or the reason is empty.
    """
    lock(assignment)
    require_state(assignment, State.OPEN)
    if assignment.is_statutory:
        raise FixedByLaw
    if not reason.strip() or not extension_limits(assignment.due_on, timezone.localdate()).allow(new_due_on):
        raise ValueError("a new date within the limits and a reason are needed")
    if selectors.open_extension(assignment) is not None:
        raise AlreadyAsked
    decider = selectors.extension_decider_of(assignment, asking=by)
    if decider is None:
        raise NobodyToAsk
    extension = ExtensionRequest.objects.create(
        assignment=assignment, requested_by=by, old_due_on=assignment.due_on, new_due_on=new_due_on, reason=reason
    )
    event = record_event(
        "assignment.extension_requested", assignment, by=by, via=via,
        data={"from": assignment.due_on, "to": new_due_on, "extension": extension.pk},
    )  # fmt: skip
    tell_decider(extension, decider, dedupe=str(event.pk))
    return extension


def decide_extension(extension: ExtensionRequest, *, grant: bool, by: Employee, comment: str = "") -> None:
    """Answer a wish for more time.

    Effects: the request is granted (the due date moves) or declined; an event; a note; a message with a
    fresh link to the assignee. The one who asked for the work is told of a new date that somebody else gave.

    Raises:
        InvalidTransition: when it is answered already, or the assignment has ended.
        PermissionDenied: when it is not theirs to answer (any more).
    """
    assignment = extension.assignment
    lock(assignment)
    require_state(assignment, State.OPEN)
    lock(extension)
    if extension.state != ExtensionState.REQUESTED:
        raise InvalidTransition(extension, extension.state, ExtensionState.GRANTED)
    # Asked here and not only on the way in: meanwhile the first wish may have been answered and a second one come.
    if not rules.has_perm("assignments.decide_extension", by, assignment):
        raise PermissionDenied
    move(
        extension,
        ExtensionState.GRANTED if grant else ExtensionState.DECLINED,
        by=by,
        verb="extension.granted" if grant else "extension.declined",
        root=sources.root_of(assignment),
        data=event_data(assignment, {"due_on": extension.new_due_on if grant else assignment.due_on}),
        decided_by=by,
        decided_at=timezone.now(),
    )
    if grant:
        set_due_date(assignment, due_on=extension.new_due_on, by=by)
    keep_note(assignment, NoteKind.DUE_DATE, comment, by=by)
    notify(
        "assignments.extension_decided",
        to=assignment.assignee,
        about=assignment,
        dedupe=f"extension:{extension.pk}",
        parameters=parameters(assignment, by=by, granted=grant),
    )
    if grant:
        tell_requester("assignments.extension_granted", assignment, dedupe=f"extension:{extension.pk}", by=by)


def tell_decider(extension: ExtensionRequest, decider: Employee, *, dedupe: str) -> None:
    """Say to the one who answers it that somebody wants more time."""
    assignment = extension.assignment
    notify(
        "assignments.extension_requested",
        to=decider,
        about=assignment,
        dedupe=dedupe,
        parameters=parameters(
            assignment,
            by=extension.requested_by,
            new_due_on=extension.new_due_on.isoformat(),
            as_manager=needs_manager(assignment),
        ),
    )

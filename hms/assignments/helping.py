"""Co-helpers: they see the task and say something about it, and answer for nothing. Part of the services."""

from hms.assignments import selectors, sources
from hms.assignments._writing import keep_note, record_event, require_state
from hms.assignments.enums import NoteKind, State
from hms.assignments.messages import parameters
from hms.assignments.models import Assignment, Helper
from hms.audit.enums import Via
from hms.audit.transitions import lock
from hms.notifications.services import notify
from hms.organisations.models import Employee


def may_help(employee: Employee, assignment: Assignment) -> bool:
    """Whether somebody can be asked to help: never one the case is about; with what is confidential, who may know."""
    if employee.pk == assignment.assignee_id or employee.pk in sources.kept_from(assignment):
        return False
    return not assignment.is_confidential or selectors.may_know(employee, assignment)


def add_helper(assignment: Assignment, employee: Employee, *, by: Employee) -> Helper:
    """Ask somebody to help. Nothing more when they do already.

    Effects: a helper; an event; one message to them.

    Raises:
        InvalidTransition: when it is not open.
        ValueError: when they may not know of it, or have the work themself.
    """
    lock(assignment)
    require_state(assignment, State.OPEN)
    if not may_help(employee, assignment):
        raise ValueError("somebody who may know of the work, and does not have it")
    helper, is_new = Helper.objects.get_or_create(assignment=assignment, employee=employee, defaults={"added_by": by})
    if is_new:
        event = record_event("assignment.helper_added", assignment, by=by, data={"employee": employee.pk})
        if employee.pk != by.pk:
            notify(
                "assignments.helper_added",
                to=employee,
                about=assignment,
                dedupe=str(event.pk),
                parameters=parameters(assignment, by=by, responsible=assignment.assignee.given_name),
            )
    return helper


def remove_helper(helper: Helper, *, by: Employee) -> None:
    """Let somebody help no more. Effects: the helper is gone; an event.

    Raises:
        InvalidTransition: when it has ended: who helped is part of what was done.
    """
    assignment = helper.assignment
    lock(assignment)
    require_state(assignment, State.OPEN)
    record_event("assignment.helper_removed", assignment, by=by, data={"employee": helper.employee_id})
    helper.delete()


def comment(assignment: Assignment, *, text: str, by: Employee, via: str = Via.WEB) -> None:
    """Say something about work that one helps with (or send pictures, which the caller has kept).

    Effects: a note; an event; a line in the inbox of the one who has the work.

    Raises:
        InvalidTransition: when it is not open.
    """
    lock(assignment)
    require_state(assignment, State.OPEN)
    note = keep_note(assignment, NoteKind.COMMENT, text, by=by)
    event = record_event("assignment.commented", assignment, by=by, via=via, data=note)
    if assignment.assignee_id != by.pk:
        notify(
            "assignments.helper_commented",
            to=assignment.assignee,
            about=assignment,
            dedupe=str(event.pk),
            parameters=parameters(assignment, by=by),
            email=False,
        )

"""The actions of a plan: added, changed, taken out."""

import datetime
from typing import Any

from hms.actions import selectors
from hms.actions.enums import ActionKind
from hms.actions.models import Action, ActionPlan
from hms.actions.services._writing import complete_if_done, hold_open, material_change, require_may_know
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.assignments.target import Target
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.organisations.models import Employee


def add_action(
    plan: ActionPlan,
    *,
    title: str,
    due_on: datetime.date,
    by: Employee,
    responsible: Employee | None = None,
    offered_to: Target | None = None,
    kind: str = ActionKind.CORRECTIVE,
    control_level: int | None = None,
    cost: int | None = None,
) -> Action:
    """Add an action, for one person or for the first of many who takes it.

    Effects: its assignment is created, planned until the plan is decided (then what is for many is offered to
    them); an immediate measure is assigned at once. Anything but an immediate measure is a material change: the
    version goes up, and a plan that was sent or decided goes back to draft. An event is written. Nothing when it
    is the last action again: a form sent twice.

    Raises:
        InvalidTransition: when the plan's owner is closed, or about the one who would be responsible; when a
            confidential plan's action is offered to many.
    """
    hold_open(plan)
    require_may_know(responsible, plan)
    immediate = kind == ActionKind.IMMEDIATE
    last = Action.objects.filter(plan=plan).select_related("assignment").order_by("-id").first()
    if last is not None and _is_same(
        last,
        title=title,
        kind=kind,
        control_level=control_level,
        cost=cost,
        responsible=responsible,
        offered_to=offered_to,
        due_on=due_on,
    ):
        return last
    if not immediate:
        material_change(plan, by=by)
    assignment = assignments.assign(
        kind=Kind.ACTION,
        title=title,
        to=responsible,
        offered_to=offered_to,
        due_on=due_on,
        source=plan,
        by=by,
        planned=True,
        confidential=plan.is_confidential,
        requested_by=by,
    )
    action = Action.objects.create(
        plan=plan,
        assignment=assignment,
        title=title,
        kind=kind,
        control_level=control_level,
        cost=cost,
        created_by=by,
    )
    # The assignment speaks for the action, which could not exist before it.
    assignment.source_kind, assignment.source_id = action._meta.label_lower, action.pk
    assignment.save(update_fields=["source_kind", "source_id"])
    record("action.added", action, by=by, root=plan, data={"title": title if not plan.is_confidential else ""})
    if immediate:
        assignments.start(assignment, by=by)
    return action


def change_action(
    action: Action,
    *,
    by: Employee,
    due_on: datetime.date,
    responsible: Employee | None = None,
    offered_to: Target | None = None,
    **fields: Any,
) -> Action:
    """Change an action's text, kind, strength, cost, owner (one person, or many of whom one takes it) or date.

    Effects: a changed title, kind or strength is material (see :func:`add_action`); a changed owner or
    date moves the assignment; an event names the changed fields.
    """
    plan = action.plan
    hold_open(plan)
    require_may_know(responsible, plan)
    if action.assignment.state not in {AssignmentState.PLANNED, AssignmentState.OPEN}:
        raise InvalidTransition(action.assignment, action.assignment.state, AssignmentState.OPEN)
    changed = [name for name, value in fields.items() if getattr(action, name) != value]
    for name in changed:
        setattr(action, name, fields[name])
    if changed:
        action.save(update_fields=changed)
    if "title" in changed:
        action.assignment.title = action.title
        action.assignment.save(update_fields=["title"])
    if _give(action.assignment, responsible, offered_to, by=by):
        changed.append("responsible")
    if due_on != action.assignment.due_on:
        assignments.set_due_date(action.assignment, due_on=due_on, by=by)
        changed.append("due_on")
    if {"title", "kind", "control_level"} & set(changed) and action.kind != ActionKind.IMMEDIATE:
        material_change(plan, by=by)
    if changed:
        record("action.changed", action, by=by, root=plan, data={"fields": sorted(changed)})
    return action


def call_off(plan: ActionPlan, *, by: Employee) -> None:
    """Take everything that is only planned out of a plan whose owner ends without it; as :func:`remove_action`.

    Raises:
        InvalidTransition: when it was decided once, or something in it is begun.
    """
    lock(plan)
    if selectors.is_begun(plan):
        raise InvalidTransition(plan, plan.state, "call off")
    for action in selectors.actions_of(plan):
        remove_action(action, by=by)


def remove_action(action: Action, *, by: Employee) -> None:
    """Take an action out of the plan: its assignment is cancelled, the trace stays."""
    plan = action.plan
    hold_open(plan)
    assignments.cancel(action.assignment, by=by)
    if action.kind != ActionKind.IMMEDIATE:
        material_change(plan, by=by)
    record("action.removed", action, by=by, root=plan)
    complete_if_done(plan, by=by)


def _give(assignment: Assignment, to: Employee | None, offered_to: Target | None, *, by: Employee) -> bool:
    """Put the work on somebody else, or on others to choose from. False when it is theirs already."""
    if _is_with(assignment, to, offered_to):
        return False
    if to is not None:
        assignments.hand_over(assignment, to=to, by=by)
    elif offered_to is not None:
        assignments.offer(assignment, to=offered_to, by=by)
    return True


def _is_with(assignment: Assignment, to: Employee | None, offered_to: Target | None) -> bool:
    offer = assignment.open_offer
    if offered_to is not None:
        return offer is not None and offer.target.key == offered_to.key
    return offer is None and to is not None and assignment.assignee_id == to.pk


def _is_same(
    action: Action,
    *,
    responsible: Employee | None,
    offered_to: Target | None,
    due_on: datetime.date,
    **fields: Any,
) -> bool:
    assignment = action.assignment
    return (
        assignment.state in {AssignmentState.PLANNED, AssignmentState.OPEN}
        and assignment.due_on == due_on
        and _is_with(assignment, responsible, offered_to)
        and all(getattr(action, name) == value for name, value in fields.items())
    )

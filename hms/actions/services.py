"""Plans: drafted, stated an opinion on, decided, carried out, checked."""

import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from hms.actions import selectors, sources
from hms.actions.enums import ActionKind, Opinion, PlanState
from hms.actions.models import Action, ActionPlan, HasActionPlan, Statement
from hms.actions.signals import plan_completed
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.assignments.selectors import assignments_of
from hms.assignments.target import Target
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.notifications.services import notify
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Organisation, Unit
from hms.organisations.selectors import holders

# Domain.md section 4: the effect is looked at 30-90 days after the last action.
EFFECT_CHECK_DAYS = 30

COMMITTEE_NOTICE = "actions.disagreement_committee"

# States in which a change takes the plan back to draft, so that it is stated an opinion on and decided anew.
_SETTLED = set(PlanState) - {PlanState.DRAFT}


class StalePlan(Exception):
    """The plan was changed after the form was opened."""


def start_plan(
    obj: HasActionPlan,
    *,
    title: str,
    unit: Unit,
    owner: Employee | None,
    by: Employee,
    confidential: bool = False,
) -> ActionPlan:
    """Give a domain object its plan, or answer the one it has.

    Effects: the plan is created, the object points at it, an event is written.
    """
    lock(obj)
    if obj.plan is not None:
        return obj.plan
    plan = ActionPlan.objects.create(
        source_kind=obj._meta.label_lower, title=title, unit=unit, owner=owner, is_confidential=confidential
    )
    obj.plan = plan
    obj.save(update_fields=["plan"])
    record("plan.started", plan, by=by)
    return plan


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
    _hold_open(plan)
    _require_may_know(responsible, plan)
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
        _material_change(plan, by=by)
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
    _hold_open(plan)
    _require_may_know(responsible, plan)
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
        _material_change(plan, by=by)
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


def change_unit(plan: ActionPlan, *, unit: Unit, by: Employee) -> None:
    """Let a plan follow its owner to another unit.

    Effects: the unit; a plan that waits for a statement is a draft again, to be sent to whoever represents the new
    unit. What is decided goes on.
    """
    lock(plan)
    plan.unit = unit
    plan.save(update_fields=["unit"])
    if plan.state == PlanState.SENT:
        _material_change(plan, by=by)


def remove_action(action: Action, *, by: Employee) -> None:
    """Take an action out of the plan: its assignment is cancelled, the trace stays."""
    plan = action.plan
    _hold_open(plan)
    assignments.cancel(action.assignment, by=by)
    if action.kind != ActionKind.IMMEDIATE:
        _material_change(plan, by=by)
    record("action.removed", action, by=by, root=plan)
    _complete_if_done(plan, by=by)


def send_to_safety_rep(plan: ActionPlan, *, to: Employee, by: Employee) -> None:
    """Ask the safety representative for a statement on this version.

    Effects: state sent; an assignment with the organisation's number of days; mail to the representative.

    Raises:
        InvalidTransition: when the plan is not a draft, or has no actions.
    """
    _hold_open(plan)
    if not selectors.actions_of(plan).exists():
        raise InvalidTransition(plan, plan.state, PlanState.SENT)
    due_on = timezone.localdate() + datetime.timedelta(days=plan.organisation.statement_days)
    assignment = assignments.assign(
        kind=Kind.STATEMENT,
        title=_title(plan),
        to=to,
        due_on=due_on,
        source=plan,
        by=by,
        confidential=plan.is_confidential,
        requested_by=by,
    )
    move(
        plan,
        PlanState.SENT,
        by=by,
        verb="plan.sent",
        sent_at=timezone.now(),
        statement_assignment=assignment,
        data={"version": plan.version},
    )


def make_confidential(plan: ActionPlan, *, title: str) -> None:
    """Mask a plan whose owner became confidential: it and all work about it are called `title`."""
    lock(plan)
    plan.is_confidential, plan.title = True, title
    plan.save(update_fields=["is_confidential", "title"])
    for source in (plan, *plan.actions.all(), *plan.statements.all()):
        for assignment in assignments_of(source):
            assignments.make_confidential(assignment, title=title)


def give_statement(
    plan: ActionPlan, *, opinion: str, comment: str, by: Employee, via: str = Via.WEB, version: int | None = None
) -> Statement:
    """Give the safety representative's statement on the version that was sent.

    Effects: the statement is kept, the assignment is completed, the plan's owner is told. A wish for change
    takes the plan back to draft. A disagreement must be answered: the owner gets an assignment, and the
    senior safety representative and the committee are told.
    """
    lock(plan)
    if plan.state != PlanState.SENT:
        raise InvalidTransition(plan, plan.state, "statement")
    if version is not None and version != plan.version:
        raise StalePlan
    if Statement.objects.filter(plan=plan, plan_version=plan.version).exists():
        raise InvalidTransition(plan, plan.state, "statement")
    statement = Statement.objects.create(
        plan=plan, plan_version=plan.version, given_by=by, opinion=opinion, comment=comment
    )
    record(
        "plan.stated",
        plan,
        by=by,
        via=via,
        data={"opinion": opinion, "version": plan.version, "statement": statement.pk},
    )
    _end(plan.statement_assignment, by=by, via=via)
    if plan.owner is not None:
        notify(
            "actions.statement_given",
            to=plan.owner,
            about=plan,
            dedupe=f"statement:{statement.pk}",
            parameters={"opinion": opinion, "name": by.given_name, "case": reference(plan)},
        )
    if opinion == Opinion.REQUEST_CHANGES:
        move(plan, PlanState.DRAFT, by=by, via=via, verb="plan.returned")
    elif opinion == Opinion.DISAGREE:
        _spread_disagreement(plan, statement)
    return statement


def _spread_disagreement(plan: ActionPlan, statement: Statement) -> None:
    if plan.owner is not None:
        assignments.assign(
            kind=Kind.REPLY,
            title=_title(plan),
            to=plan.owner,
            due_on=timezone.localdate() + datetime.timedelta(days=plan.organisation.statement_days),
            source=statement,
            by=statement.given_by,
            confidential=plan.is_confidential,
            # Whoever disagreed waits for the reply, and sees when it does not come.
            requested_by=statement.given_by,
        )
    if plan.is_confidential:
        return
    for person in holders(Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER).exclude(pk=statement.given_by_id):
        notify(
            # A committee member who may not open the case is told all the same, and takes it up there.
            "actions.disagreement" if selectors.visible_to(person).filter(pk=plan.pk).exists() else COMMITTEE_NOTICE,
            to=person,
            about=plan,
            dedupe=f"disagreement:{statement.pk}:{person.pk}",
            parameters={"name": statement.given_by.given_name, "case": reference(plan)},
        )


def reply_to_statement(statement: Statement, *, reply: str, by: Employee) -> Statement:
    """Give the employer's reply to a disagreement, which must stand before the plan is decided.

    Raises:
        InvalidTransition: when it is not a disagreement, or is answered already.
    """
    lock(statement)
    if statement.opinion != Opinion.DISAGREE or statement.reply:
        raise InvalidTransition(statement.plan, statement.opinion, "reply")
    statement.reply, statement.replied_by, statement.replied_at = reply, by, timezone.now()
    statement.save(update_fields=["reply", "replied_by", "replied_at"])
    record("plan.replied", statement, by=by, root=statement.plan)
    assignments.complete_for(statement, kind=Kind.REPLY, by=by)
    notify(
        "actions.reply_given",
        to=statement.given_by,
        about=statement.plan,
        dedupe=f"reply:{statement.pk}",
        parameters={"name": by.given_name, "case": reference(statement.plan)},
    )
    return statement


def decide(plan: ActionPlan, *, organisation: Organisation, by: Employee, reason: str = "") -> None:
    """Decide the plan and set it going.

    Effects: state decided, then running; every planned assignment opens with a mail to its owner; a
    statement that is still asked for is called off. When everything is done already, the plan is done.

    Raises:
        InvalidTransition: when the rule of consultation (`selectors.decision`) does not allow it, or a
            reason is needed and none is given.
    """
    _hold_open(plan)
    allowed = selectors.decision(plan, organisation)
    if not allowed.possible or (allowed.needs_reason and not reason):
        raise InvalidTransition(plan, plan.state, PlanState.DECIDED)
    move(
        plan,
        PlanState.DECIDED,
        by=by,
        verb="plan.decided",
        decided_at=timezone.now(),
        decided_by=by,
        decision_reason=reason,
        data={"version": plan.version},
    )
    if plan.statement_assignment is not None and plan.statement_assignment.state == AssignmentState.OPEN:
        assignments.cancel(plan.statement_assignment, by=by)
    move(plan, PlanState.RUNNING, by=by, verb="plan.running")
    for action in selectors.actions_of(plan).filter(assignment__state=AssignmentState.PLANNED):
        assignments.start(action.assignment, by=by)
    _complete_if_done(plan, by=by)


def action_completed(action: Action, *, by: Employee | None) -> None:
    """React to a completed assignment of an action: the last one completes the plan."""
    plan = action.plan
    lock(plan)
    _complete_if_done(plan, by=by)


def _complete_if_done(plan: ActionPlan, *, by: Employee | None) -> None:
    if plan.state != PlanState.RUNNING or selectors.has_open_actions(plan):
        return
    changes: dict[str, models.Model] = {}
    if plan.owner is not None:
        changes["effect_assignment"] = assignments.assign(
            kind=Kind.EFFECT_CHECK,
            title=_title(plan),
            to=plan.owner,
            due_on=timezone.localdate() + datetime.timedelta(days=EFFECT_CHECK_DAYS),
            source=plan,
            by=by,
            confidential=plan.is_confidential,
        )
    move(plan, PlanState.DONE, by=by, verb="plan.done", effect="", effect_note="", **changes)
    plan_completed.send(sender=ActionPlan, plan=plan, by=by)


def check_effect(plan: ActionPlan, *, effect: str, note: str, by: Employee) -> None:
    """Record whether the actions worked.

    Effects: state effect checked; the assignment is completed; an event with the outcome.
    """
    move(
        plan,
        PlanState.EFFECT_CHECKED,
        by=by,
        verb="plan.effect_checked",
        effect=effect,
        effect_note=note,
        effect_checked_at=timezone.now(),
        effect_checked_by=by,
        data={"effect": effect},
    )
    _end(plan.effect_assignment, by=by)


def change_owner(plan: ActionPlan, *, owner: Employee) -> None:
    """Let somebody else answer for the plan. Effects: the owner."""
    plan.owner = owner
    plan.save(update_fields=["owner"])


def close(plan: ActionPlan, *, by: Employee) -> None:
    """Close a plan whose owner is closed and whose effect is checked."""
    move(plan, PlanState.CLOSED, by=by, verb="plan.closed")


def _material_change(plan: ActionPlan, *, by: Employee) -> None:
    """Count the version up; a settled plan goes back to draft and is stated an opinion on anew."""
    plan.version += 1
    plan.save(update_fields=["version"])
    if plan.state in _SETTLED:
        for assignment in (plan.statement_assignment, plan.effect_assignment):
            if assignment is not None and assignment.state == AssignmentState.OPEN:
                assignments.cancel(assignment, by=by)
        move(plan, PlanState.DRAFT, by=by, verb="plan.changed", data={"version": plan.version})


def _hold_open(plan: ActionPlan) -> None:
    """Lock the plan, and refuse to change what belongs to something that is closed (InvalidTransition)."""
    lock(plan)
    if not sources.get(plan.source_kind).is_open(plan):
        raise InvalidTransition(plan, plan.state, PlanState.DRAFT)


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


def _require_may_know(person: Employee | None, plan: ActionPlan) -> None:
    if person is None:
        if plan.is_confidential:
            raise InvalidTransition(plan, plan.state, "offer")
        return
    if person.pk in sources.get(plan.source_kind).kept_from(plan):
        raise InvalidTransition(plan, plan.state, "assign")


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


def _end(assignment: Any, *, by: Employee, via: str = Via.WEB) -> None:
    if assignment is not None and assignment.state == AssignmentState.OPEN:
        assignments.complete(assignment, by=by, via=via)


def _title(plan: ActionPlan) -> str:
    """What an assignment about the plan is called: never case content when it is confidential."""
    return reference(plan) if plan.is_confidential else plan.title


def reference(plan: ActionPlan) -> str:
    """Short name of the plan's owner (`2026-0142`)."""
    return sources.get(plan.source_kind).reference(plan)

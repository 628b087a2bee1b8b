"""The plan itself: begun, decided, done, its effect checked."""

from django.utils import timezone

from hms.actions import selectors
from hms.actions.enums import PlanState
from hms.actions.models import Action, ActionPlan, HasActionPlan
from hms.actions.services._writing import complete_if_done, end, hold_open, material_change
from hms.assignments import services as assignments
from hms.assignments.enums import State as AssignmentState
from hms.assignments.selectors import assignments_of
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.organisations.models import Employee, Organisation, Unit


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


def change_unit(plan: ActionPlan, *, unit: Unit, by: Employee) -> None:
    """Let a plan follow its owner to another unit.

    Effects: the unit; a plan that waits for a statement is a draft again, to be sent to whoever represents the new
    unit. What is decided goes on.
    """
    lock(plan)
    plan.unit = unit
    plan.save(update_fields=["unit"])
    if plan.state == PlanState.SENT:
        material_change(plan, by=by)


def make_confidential(plan: ActionPlan, *, title: str) -> None:
    """Mask a plan whose owner became confidential: it and all work about it are called `title`."""
    lock(plan)
    plan.is_confidential, plan.title = True, title
    plan.save(update_fields=["is_confidential", "title"])
    for source in (plan, *plan.actions.all(), *plan.statements.all()):
        for assignment in assignments_of(source):
            assignments.make_confidential(assignment, title=title)


def decide(plan: ActionPlan, *, organisation: Organisation, by: Employee, reason: str = "") -> None:
    """Decide the plan and set it going.

    Effects: state decided, then running; every planned assignment opens with a mail to its owner; a
    statement that is still asked for is called off. When everything is done already, the plan is done.

    Raises:
        InvalidTransition: when the rule of consultation (`selectors.decision`) does not allow it, or a
            reason is needed and none is given.
    """
    hold_open(plan)
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
    complete_if_done(plan, by=by)


def action_completed(action: Action, *, by: Employee | None) -> None:
    """React to a completed assignment of an action: the last one completes the plan."""
    plan = action.plan
    lock(plan)
    complete_if_done(plan, by=by)


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
    end(plan.effect_assignment, by=by)


def change_owner(plan: ActionPlan, *, owner: Employee) -> None:
    """Let somebody else answer for the plan. Effects: the owner."""
    plan.owner = owner
    plan.save(update_fields=["owner"])


def close(plan: ActionPlan, *, by: Employee) -> None:
    """Close a plan whose owner is closed and whose effect is checked."""
    move(plan, PlanState.CLOSED, by=by, verb="plan.closed")

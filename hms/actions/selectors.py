"""Reading plans."""

import datetime
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from hms.actions import sources
from hms.actions.enums import Opinion, PlanState
from hms.actions.models import Action, ActionPlan, Statement
from hms.assignments.enums import State as AssignmentState
from hms.organisations.access import visibility
from hms.organisations.models import Employee, Organisation
from hms.organisations.selectors import safety_reps_of


@visibility(ActionPlan)
def visible_to(employee: Employee) -> QuerySet[ActionPlan]:
    """Plans whose owners the employee may see."""
    visible = Q(pk__in=[])
    for source in sources.every():
        visible |= Q(source_kind=source.kind, pk__in=source.visible_plan_ids(employee))
    return ActionPlan.objects.filter(visible).select_related(
        "unit", "owner", "statement_assignment__assignee", "effect_assignment"
    )


@visibility(Action)
def visible_actions(employee: Employee) -> QuerySet[Action]:
    """Actions of visible plans."""
    return Action.objects.filter(plan__in=visible_to(employee).values("pk")).select_related(
        "plan__unit", "assignment__assignee", "assignment__offer__group", "assignment__offer__unit"
    )


@visibility(Statement)
def visible_statements(employee: Employee) -> QuerySet[Statement]:
    """Statements on visible plans."""
    return Statement.objects.filter(plan__in=visible_to(employee).values("pk")).select_related("plan", "given_by")


def actions_of(plan: ActionPlan) -> QuerySet[Action]:
    """The plan's actions with owner and due date, cancelled ones left out."""
    return (
        Action.objects.filter(plan=plan)
        .exclude(assignment__state=AssignmentState.CANCELLED)
        .select_related("assignment__assignee", "assignment__offer__group", "assignment__offer__unit")
        .order_by("id")
    )


def has_open_actions(plan: ActionPlan | None) -> bool:
    """Whether anything in the plan is neither done nor cancelled."""
    return plan is not None and actions_of(plan).exclude(assignment__state=AssignmentState.DONE).exists()


def is_begun(plan: ActionPlan | None) -> bool:
    """Whether a plan has been decided, or something in it is under way or done: others rely on it."""
    if plan is None:
        return False
    return plan.decided_at is not None or actions_of(plan).exclude(assignment__state=AssignmentState.PLANNED).exists()


def cost_of(plan: ActionPlan | None) -> int | None:
    """What the plan's actions cost together, in kroner; None when no action says."""
    if plan is None:
        return None
    total: int | None = actions_of(plan).order_by().aggregate(total=Sum("cost"))["total"]
    return total


def statements_of(plan: ActionPlan) -> QuerySet[Statement]:
    """All statements, the newest first."""
    return Statement.objects.filter(plan=plan).select_related("given_by", "replied_by").order_by("-id")


@dataclass(frozen=True)
class Decision:
    """Whether a plan may be decided now, and what it takes.

    Attributes:
        possible: it may be decided, with a reason where `needs_reason`.
        needs_reason: nobody has stated an opinion on this version, so the decision says why.
        obstacle: why not: `no_actions`, `waiting`, `send_first`, `reply_first`, `state` or ``.
        waiting_until: the date until which the safety representative has time.
        has_safety_rep: whether anybody represents the unit.
    """

    possible: bool
    needs_reason: bool = False
    obstacle: str = ""
    waiting_until: datetime.date | None = None
    has_safety_rep: bool = True


def decision(plan: ActionPlan, organisation: Organisation) -> Decision:
    """The rule of consultation before a decision (aml. § 6-2, § 7-2; design.md section 5)."""
    if plan.state not in {PlanState.DRAFT, PlanState.SENT}:
        return Decision(possible=False, obstacle="state")
    if not actions_of(plan).exists():
        return Decision(possible=False, obstacle="no_actions")
    statement = statements_of(plan).filter(plan_version=plan.version).first()
    if statement is not None and statement.opinion != Opinion.REQUEST_CHANGES:
        if statement.opinion == Opinion.DISAGREE and not statement.reply:
            return Decision(possible=False, obstacle="reply_first")
        return Decision(possible=True)
    if not organisation.statement_required:
        return Decision(possible=True)
    confidential = plan.is_confidential
    has_rep = plan.statement_assignment_id is not None if confidential else bool(safety_reps_of(plan.unit))
    if not has_rep:
        return Decision(possible=True, needs_reason=True, has_safety_rep=False)
    if plan.state == PlanState.DRAFT:
        return Decision(possible=False, obstacle="send_first")
    asked = plan.statement_assignment
    # Called off, because whoever was asked left and nobody else represents the unit: nothing is waited for.
    until = asked.due_on if asked is not None and asked.state == AssignmentState.OPEN else None
    if until is not None and until >= timezone.localdate():
        return Decision(possible=False, obstacle="waiting", waiting_until=until)
    return Decision(possible=True, needs_reason=True)

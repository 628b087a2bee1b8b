"""What a page that shows a plan needs."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from hms.actions import selectors
from hms.actions.enums import ControlLevel, Opinion, PlanState
from hms.actions.forms import EffectForm, StatementForm
from hms.actions.models import Action, ActionPlan, Statement
from hms.actions.overdue import ways_on
from hms.assignments.chain import chain_of
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.assignments.selectors import assignments_of
from hms.organisations.access import may


def plan_context(request: HttpRequest, plan: ActionPlan | None) -> dict[str, Any]:
    """Context of `templates/actions/_plan.html` and its neighbours, for this reader."""
    if plan is None:
        return {"plan": None, "plan_actions": [], "plan_chain": []}
    may_manage = may(request.employee, "actions.manage", plan)
    statements = list(selectors.statements_of(plan))
    may_state = (
        plan.state == PlanState.SENT
        and may(request.employee, "actions.give_statement", plan)
        and not any(statement.plan_version == plan.version for statement in statements)
    )
    waiting = _waiting(plan, statements)
    shown = list(selectors.actions_of(plan))
    ways = ways_on(request.employee, _in(plan, shown))
    for action in shown:
        action.way_on = ways.get(action.pk)
    return {
        "plan": plan,
        "plan_columns": [_("Action"), _("Responsible"), _("Due date"), _("Status")],
        "plan_actions": [(action, action_status(action)) for action in shown],
        "plan_is_weak": _is_weak(shown),
        "plan_statements": statements,
        "plan_decision": selectors.decision(plan, request.organisation) if may_manage else None,
        "may_manage_plan": may_manage,
        "may_state": may_state,
        "plan_waits_for_reply": waiting is not None and waiting.kind == Kind.REPLY,
        "plan_chain": chain_of(waiting) if waiting is not None and (may_manage or may_state) else [],
        "statement_form": StatementForm(initial={"version": plan.version}) if may_state else None,
        "may_check_effect": may_manage and plan.state == PlanState.DONE,
        "effect_form": EffectForm() if may_manage and plan.state == PlanState.DONE else None,
    }


def _in(plan: ActionPlan, actions: list[Action]) -> list[Action]:
    """The actions with their plan at hand."""
    for action in actions:
        action.plan = plan
    return actions


def _is_weak(actions: list[Action]) -> bool:
    """Whether all that is planned is of the two weakest kinds, so that somebody should think again."""
    levels = [action.control_level for action in actions]
    return bool(levels) and all(level is not None and level >= ControlLevel.ORGANISATIONAL for level in levels)


def _waiting(plan: ActionPlan, statements: list[Statement]) -> Assignment | None:
    """What the plan stands still for: the statement, or the reply to a disagreement."""
    if plan.state != PlanState.SENT:
        return None
    if unanswered := next((one for one in statements if one.opinion == Opinion.DISAGREE and not one.reply), None):
        return assignments_of(unanswered).filter(state=AssignmentState.OPEN).first()
    return plan.statement_assignment


def action_status(action: Action) -> tuple[str, Any]:
    """Kind and words of an action's status tag."""
    assignment = action.assignment
    if assignment.is_overdue:
        return "overdue", _("Overdue")
    kinds = {
        AssignmentState.PLANNED: "planned",
        AssignmentState.OPEN: "working",
        AssignmentState.DONE: "done",
        AssignmentState.CANCELLED: "cancelled",
    }
    return kinds[assignment.state], assignment.get_state_display()

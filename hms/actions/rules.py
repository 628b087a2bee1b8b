"""Who may do what with a plan."""

import rules

from hms.actions import sources
from hms.actions.models import Action, ActionPlan, Statement
from hms.organisations.models import Employee
from hms.organisations.people import reach


@rules.predicate
def is_plan_manager(employee: Employee, plan: ActionPlan) -> bool:
    return sources.get(plan.source_kind).may_manage(employee, plan)


@rules.predicate
def is_action_manager(employee: Employee, action: Action) -> bool:
    return is_plan_manager(employee, action.plan)


@rules.predicate
def is_safety_rep_of_plan(employee: Employee, plan: ActionPlan) -> bool:
    """The unit's safety representative; for a confidential plan only the one it was sent to."""
    if plan.is_confidential:
        return plan.statement_assignment_id is not None and plan.statement_assignment.assignee_id == employee.pk
    return plan.unit_id in reach(employee).safety_unit_ids


@rules.predicate
def is_statement_manager(employee: Employee, statement: Statement) -> bool:
    return is_plan_manager(employee, statement.plan)


rules.add_perm("actions.view", rules.always_true)
rules.add_perm("actions.manage", is_plan_manager)
rules.add_perm("actions.manage_action", is_action_manager)
rules.add_perm("actions.give_statement", is_safety_rep_of_plan)
rules.add_perm("actions.reply_to_statement", is_statement_manager)

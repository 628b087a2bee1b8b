"""How assignments speak of actions, plans and statements."""

from collections.abc import Collection
from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hms.actions import overdue, selectors, services, sources
from hms.actions.models import Action, ActionPlan, Statement
from hms.assignments import sources as assignment_sources
from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.audit import verbs
from hms.audit.models import Event
from hms.audit.verbs import Verb
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.selectors import holders, safety_reps_of


def _action(assignment: Assignment) -> Action:
    return Action.objects.select_related("plan__unit", "plan__owner").get(assignment=assignment)


def _plan(assignment: Assignment) -> ActionPlan:
    return ActionPlan.objects.select_related("unit", "owner").get(pk=assignment.source_id)


def _statement_plan(assignment: Assignment) -> ActionPlan:
    return Statement.objects.select_related("plan__unit", "plan__owner").get(pk=assignment.source_id).plan


def _plan_of_action(assignment: Assignment) -> ActionPlan:
    # The assignment is created a moment before its action and then still names the plan.
    return _plan(assignment) if assignment.source_kind == ActionPlan._meta.label_lower else _action(assignment).plan


def _url(plan: ActionPlan) -> str:
    return sources.get(plan.source_kind).url(plan)


def _kept_from(plan: ActionPlan) -> set[int]:
    return sources.get(plan.source_kind).kept_from(plan)


def _kept_from_action(assignment: Assignment) -> set[int]:
    return _kept_from(_plan_of_action(assignment))


def _facts(plan: ActionPlan) -> list[tuple[str, str]]:
    source = sources.get(plan.source_kind)
    rows = [(_("Place"), source.place(plan)), (_("Belongs to"), f"{source.label} {source.reference(plan)}")]
    return [(label, value) for label, value in rows if value]


def _mail_title(assignment: Assignment) -> str:
    # The plan is called what the case is called, which came from the reporter's words: it stays inside.
    plan = cast(ActionPlan, assignment_sources.root_of(assignment))
    return _("the plan for %(case)s") % {"case": services.reference(plan)}


def _load(plans: dict[int, ActionPlan], assignments: Collection[Assignment]) -> None:
    for assignment in assignments:
        assignment_sources.keep_root(assignment, plans[assignment.source_id])
    sources.load(list(plans.values()))


def _load_of_plans(assignments: Collection[Assignment]) -> None:
    _load(
        ActionPlan.objects.select_related("unit", "owner").in_bulk({row.source_id for row in assignments}), assignments
    )


def _load_of_statements(assignments: Collection[Assignment]) -> None:
    statements = Statement.objects.select_related("plan__unit", "plan__owner")
    found = statements.in_bulk({assignment.source_id for assignment in assignments})
    _load({pk: statement.plan for pk, statement in found.items()}, assignments)


def _plan_successor(assignment: Assignment) -> Employee | None:
    """A statement goes to another representative who may open the plan; the effect check to the plan's owner."""
    plan = _plan(assignment)
    if assignment.kind != Kind.STATEMENT:
        return plan.owner
    reps = [*safety_reps_of(plan.unit), *holders(Role.SENIOR_SAFETY_REP).order_by("id")]
    others = (rep for rep in reps if rep.pk != assignment.assignee_id and not rep.has_left())
    if not plan.is_confidential:
        return next(others, None)
    return next((rep for rep in others if selectors.visible_to(rep).filter(pk=plan.pk).exists()), None)


def _owner_moved(assignment: Assignment, previous: Employee, by: Employee | None) -> None:
    """Whoever is given the effect check owns the plan from now on."""
    if assignment.kind == Kind.EFFECT_CHECK:
        services.change_owner(_plan(assignment), owner=assignment.assignee)


def _ways_on(assignment: Assignment, employee: Employee) -> list[tuple[Promise | str, str]]:
    if not assignment.is_overdue or assignment.source_kind != Action._meta.label_lower:
        return []
    action = _action(assignment)
    action.assignment = assignment
    return [(way.label, way.url) for way in overdue.ways_on(employee, [action]).values()]


def _completed(assignment: Assignment, by: Employee | None, via: str) -> None:
    services.action_completed(_action(assignment), by=by)


assignment_sources.register(
    assignment_sources.Source(
        kind=Action._meta.label_lower,
        label=gettext_lazy("Action"),
        icon="check-square",
        url=lambda assignment: _url(_plan_of_action(assignment)),
        root=_plan_of_action,
        facts=lambda assignment: _facts(_plan_of_action(assignment)),
        on_completed=_completed,
        on_moved=None,
        ways_on=_ways_on,
        kept_from=_kept_from_action,
        asker=lambda assignment: _plan_of_action(assignment).owner,
        link_verbs=frozenset({"done", "more_time", "not_mine", "comment"}),
    )
)
# Statements, effect checks and replies carry legal weight: the mail leads to the page, where one signs in.
assignment_sources.register(
    assignment_sources.Source(
        kind=ActionPlan._meta.label_lower,
        label=gettext_lazy("Action plan"),
        icon="shield",
        url=lambda assignment: _url(_plan(assignment)),
        root=_plan,
        facts=lambda assignment: _facts(_plan(assignment)),
        mail_title=_mail_title,
        load=_load_of_plans,
        kept_from=lambda assignment: _kept_from(_plan(assignment)),
        on_completed=None,
        on_moved=_owner_moved,
        successor=_plan_successor,
        follows_role=lambda assignment: assignment.kind == Kind.STATEMENT,
        asker=lambda assignment: _plan(assignment).owner,
        link_verbs=frozenset(),
    )
)
assignment_sources.register(
    assignment_sources.Source(
        kind=Statement._meta.label_lower,
        label=gettext_lazy("Statement"),
        icon="shield",
        url=lambda assignment: _url(_statement_plan(assignment)),
        root=_statement_plan,
        facts=lambda assignment: _facts(_statement_plan(assignment)),
        mail_title=_mail_title,
        load=_load_of_statements,
        on_completed=None,
        on_moved=None,
        # The reply is the plan owner's, who was handed over before it.
        successor=lambda assignment: _statement_plan(assignment).owner,
        link_verbs=frozenset(),
    )
)


def _titles(events: list[Event]) -> dict[int, str]:
    return {event.pk: event.data.get("title", "") for event in events}


verbs.register(
    {
        "plan.sent": Verb(gettext_lazy("%(name)s sent the plan to the safety representative"), "shield", "brand2"),
        "plan.stated": Verb(gettext_lazy("%(name)s gave a statement on the plan"), "shield", "brand2"),
        "plan.replied": Verb(gettext_lazy("%(name)s replied to the disagreement"), "shield"),
        "plan.decided": Verb(gettext_lazy("%(name)s decided the plan"), "check", "success"),
        "plan.changed": Verb(gettext_lazy("%(name)s changed the plan"), "check-square"),
        "plan.done": Verb(gettext_lazy("All actions are done"), "check", "success"),
        "plan.effect_checked": Verb(gettext_lazy("%(name)s checked the effect"), "search", "success"),
        "action.added": Verb(gettext_lazy("%(name)s suggested an action"), "check-square", "", _titles),
        "action.removed": Verb(gettext_lazy("%(name)s removed an action"), "check-square"),
        "action.changed": Verb(gettext_lazy("%(name)s changed an action"), "check-square"),
    }
)

"""Pages of plans. Each verb is one address; the plan itself is shown on its owner's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.actions import selectors, services, sources
from hms.actions.forms import ActionForm, DecisionForm, EffectForm, ReplyForm, SafetyRepForm, StatementForm
from hms.actions.models import Action, ActionPlan, Statement
from hms.audit.transitions import InvalidTransition
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import access
from hms.organisations.models import Employee
from hms.organisations.selectors import safety_reps_of

form_view = require_http_methods(["GET", "HEAD", "POST"])


def _page_of(plan: ActionPlan) -> str:
    return sources.get(plan.source_kind).url(plan)


@require_safe
def plan(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Lead on to the page that shows the plan."""
    return redirect_to(request, _page_of(access(request, ActionPlan, "actions.view", pk=pk)) + "#plan")


@form_view
def add(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """A new action."""
    plan = access(request, ActionPlan, "actions.manage", pk=pk)
    return form_page(
        request,
        ActionForm(request.POST or None, plan=plan),
        save=lambda data: services.add_action(plan, by=request.employee, **data),
        title=_("New action"),
        lede=plan.title,
        submit=_("Add the action"),
        back_url=_page_of(plan) + "#plan",
        done=_("The action is added."),
    )


@form_view
def change(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Change an action that is not done."""
    action = access(request, Action, "actions.manage_action", pk=pk)
    return form_page(
        request,
        ActionForm(request.POST or None, plan=action.plan, action=action),
        save=lambda data: services.change_action(action, by=request.employee, **data),
        title=_("Change the action"),
        submit=_("Save"),
        back_url=_page_of(action.plan) + "#plan",
        done=_("Saved."),
        template="actions/change.html",
        context={"action": action},
    )


@require_POST
def remove(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Take an action out of the plan."""
    action = access(request, Action, "actions.manage_action", pk=pk)
    services.remove_action(action, by=request.employee)
    return redirect_to(request, _page_of(action.plan) + "#plan")


def _reps(plan: ActionPlan) -> list[Employee]:
    """Whom the plan may go to: the unit's representatives; for a confidential one whoever may open it."""
    reps = safety_reps_of(plan.unit)
    if not plan.is_confidential:
        return reps
    return [rep for rep in reps if selectors.visible_to(rep).filter(pk=plan.pk).exists()]


@form_view
def send(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Ask the safety representative for a statement."""
    plan = access(request, ActionPlan, "actions.manage", pk=pk)
    form = SafetyRepForm(request.POST or None, reps=_reps(plan))

    def save(data: dict[str, Any]) -> None:
        if not selectors.actions_of(plan).exists():
            form.add_error(None, _("Add at least one action before you send the plan."))
            return
        services.send_to_safety_rep(plan, to=data["to"], by=request.employee)

    return form_page(
        request,
        form,
        save=save,
        title=_("Send the plan to the safety representative"),
        submit=_("Send the plan"),
        back_url=_page_of(plan) + "#plan",
        done=_("The plan is sent."),
    )


@form_view
def state(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """The safety representative's statement on the version that was sent."""
    plan = access(request, ActionPlan, "actions.give_statement", pk=pk)
    if plan.state != "sent":
        raise InvalidTransition(plan, plan.state, "statement")
    form = StatementForm(request.POST or None, initial={"version": plan.version})

    def save(data: dict[str, Any]) -> None:
        try:
            services.give_statement(plan, by=request.employee, **data)
        except services.StalePlan:
            form.add_error(None, _("The plan was changed while you read it. Look at it again before you answer."))

    return form_page(
        request,
        form,
        save=save,
        title=_("Your statement on the plan"),
        lede=plan.title,
        submit=_("Send the statement"),
        back_url=_page_of(plan),
        done=_("Your statement is sent."),
    )


@form_view
def reply(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """The employer's reply to a disagreement."""
    statement = access(request, Statement, "actions.reply_to_statement", pk=pk)
    return form_page(
        request,
        ReplyForm(request.POST or None),
        save=lambda data: services.reply_to_statement(statement, by=request.employee, **data),
        title=_("Reply to %(name)s") % {"name": statement.given_by.given_name},
        lede=statement.comment,
        submit=_("Send the reply"),
        back_url=_page_of(statement.plan) + "#plan",
        done=_("The reply is sent."),
    )


@form_view
def decide(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Decide the plan: everybody with an action is told."""
    plan = access(request, ActionPlan, "actions.manage", pk=pk)
    decision = selectors.decision(plan, request.organisation)
    if not decision.possible:
        raise InvalidTransition(plan, plan.state, "decided")
    form = DecisionForm(request.POST if request.method == "POST" else None, needs_reason=decision.needs_reason)

    def save(data: dict[str, Any]) -> None:
        services.decide(plan, organisation=request.organisation, by=request.employee, reason=data.get("reason", ""))

    return form_page(
        request,
        form,
        save=save,
        title=_("Decide the plan"),
        lede=_("Everybody who has an action gets a mail at once."),
        submit=_("Decide the plan"),
        back_url=_page_of(plan) + "#plan",
        done=_("The plan is decided and the actions are handed out."),
    )


@form_view
def check_effect(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Did it work?"""
    plan = access(request, ActionPlan, "actions.manage", pk=pk)
    return form_page(
        request,
        EffectForm(request.POST or None),
        save=lambda data: services.check_effect(plan, by=request.employee, **data),
        title=_("Did the actions work?"),
        lede=plan.title,
        submit=_("Save"),
        back_url=_page_of(plan) + "#plan",
        done=_("The effect check is saved."),
    )

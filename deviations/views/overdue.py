"""An action that was not done in time becomes a deviation of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from deviations import rules, selectors, services
from deviations.forms.overdue import MissedActionForm
from deviations.models import Deviation, MissedAction
from deviations.views.common import case_url, form_view
from hms.actions.models import Action
from hms.audit.transitions import InvalidTransition
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import access


@form_view
def report_missed(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Report it; once. Whoever comes a second time is led to what came of the first."""
    action = access(request, Action, "deviations.report_missed", pk=pk)
    known = MissedAction.objects.filter(action=action).select_related("deviation").first()
    if known is not None:
        return redirect_to(request, case_url(request, known.deviation))
    if not rules.is_missed(action):
        raise InvalidTransition(action.assignment, action.assignment.state, "report")
    made: list[Deviation] = []

    def save(data: dict[str, Any]) -> None:
        made.append(services.report_missed_action(action, by=request.employee, **data))

    response = form_page(
        request,
        MissedActionForm(request.POST or None, action=action),
        save=save,
        title=_("Report an action that was not done"),
        lede=action.title,
        submit=_("Report it"),
        back_url=reverse("actions:plan", args=[organisation, action.plan_id]),
        done=_("Reported. It is a case of its own now, linked to the first."),
    )
    if made and selectors.openable_by(request.employee).filter(pk=made[0].pk).exists():
        return redirect_to(request, case_url(request, made[0]))
    return response

"""Others are asked for their view: by whoever handles the case, on a page of its own for whoever is asked."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from deviations import rules, selectors, services
from deviations.forms.hearings import AskForm, ViewForm
from deviations.models import Hearing
from deviations.views.common import Number, case, case_url, form_view
from hms.audit.services import record
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import access, require

SHOWN_WITH_IT = ("deviation__unit", "deviation__handling", "asked", "asked_by", "assignment")


@form_view
def ask(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Ask somebody for their view."""
    deviation = case(request, number, "deviations.handle")
    form = AskForm(request.POST or None, deviation=deviation, asker=request.employee)
    return form_page(
        request,
        form,
        save=lambda data: services.ask_for_view(deviation, by=request.employee, **data),
        title=_("Ask for a view on %(number)s") % {"number": deviation.number},
        lede=_("The one you ask gets a task with a date, and sees your question. They get no access to the case."),
        submit=_("Ask"),
        back_url=case_url(request, deviation) + "#hearings",
        done=_("The question is sent."),
    )


@form_view
def hearing(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """The question, what may be read of the case, and the answer."""
    asked = access(request, Hearing, "deviations.view_hearing", related=SHOWN_WITH_IT, pk=pk)
    is_mine = rules.is_asked(request.employee, asked)
    if not is_mine and request.method != "POST":
        return redirect_to(request, case_url(request, asked.deviation) + "#hearings")
    require(request, "deviations.answer_hearing", asked)
    declines = request.POST.get("verb") == "decline"
    form = ViewForm(request.POST if request.method == "POST" else None, declines=declines)
    if form.is_bound and form.is_valid():
        return _answered(request, asked, form.cleaned_data["text"], declines=declines)
    shows_case = asked.shows_case and asked.is_open
    if shows_case and asked.deviation.is_confidential:
        # Every reading of a confidential case is an event (domain.md section 3).
        record("deviation.opened", asked.deviation, by=request.employee)
    context = {
        "hearing": asked,
        "form": form if asked.is_open else None,
        "shows_case": shows_case,
        "may_open_case": selectors.openable_by(request.employee).filter(pk=asked.deviation_id).exists(),
        "close_url": reverse("assignments:list", args=[organisation]),
    }
    return render(request, "deviations/hearings/page.html", context, status=422 if form.is_bound else 200)


def _answered(request: HttpRequest, asked: Hearing, text: str, *, declines: bool) -> HttpResponse:
    arguments: dict[str, Any] = {"by": request.employee}
    if declines:
        services.decline_hearing(asked, reason=text, **arguments)
        messages.success(request, _("You have declined. Whoever asked is told."))
    else:
        services.answer_hearing(asked, text=text, **arguments)
        messages.success(request, _("Thank you. Your answer is sent."))
    return redirect_to(request, "assignments:list", request.organisation.slug)


@require_POST
def close(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Wait for the answer no longer."""
    asked = access(request, Hearing, "deviations.close_hearing", related=SHOWN_WITH_IT, pk=pk)
    services.close_hearing(asked, by=request.employee)
    return redirect_to(request, case_url(request, asked.deviation) + "#hearings")

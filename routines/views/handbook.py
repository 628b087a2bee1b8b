"""The internal control handbook."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import may, require
from hms.reports.services import request_report
from routines import services
from routines.documents import HANDBOOK
from routines.forms import GoalsForm
from routines.selectors.handbook import handbook
from routines.selectors.law import handbook_text
from routines.views.common import form_view


@require_safe
def show(request: HttpRequest, organisation: str) -> HttpResponse:
    """How this organisation works with health, safety and environment, as of now."""
    require(request, "routines.view_law")
    context = {"book": handbook(request.organisation), "may_keep": may(request.employee, "routines.keep_law")}
    return render(request, "routines/handbook.html", context)


@form_view
def goals(request: HttpRequest, organisation: str) -> HttpResponse:
    """Write the goals."""
    require(request, "routines.keep_law")
    form = GoalsForm(request.POST if request.method == "POST" else None, handbook=handbook_text())
    return form_page(
        request,
        form,
        save=lambda data: services.write_goals(data["goals"], by=request.employee),
        title=_("Goals"),
        lede=_("The law wants them in writing. Make them together with the safety representatives."),
        submit=_("Save"),
        back_url=reverse("routines:handbook", args=[organisation]) + "#goals",
        done=_("Saved."),
    )


@require_POST
def paper(request: HttpRequest, organisation: str) -> HttpResponse:
    """Ask for the handbook on paper, and lead on to where it is waited for."""
    require(request, "routines.view_law")
    job = request_report(HANDBOOK, by=request.employee, parameters={"texts": request.POST.get("texts") == "1"})
    return redirect_to(request, "reports:show", organisation, job.pk)

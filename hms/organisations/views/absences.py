"""Absences: everybody's for administrators, one's own on the profile."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations import services
from hms.organisations.access import access, may, require
from hms.organisations.forms.people import AbsenceForm, AbsenceOfForm
from hms.organisations.models import Absence
from hms.organisations.views.common import crumbs, for_administrators, settings_form, try_to, url


@require_safe
@for_administrators
def absences(request: HttpRequest, organisation: str) -> HttpResponse:
    """Who is away now and later."""
    rows = (
        Absence.objects.filter(ends_on__gte=timezone.localdate())
        .select_related("employee", "employee__unit", "deputy")
        .order_by("starts_on", "id")
    )
    context = {"crumbs": crumbs(request, (_("Absences"), None)), "absences": rows, "today": timezone.localdate()}
    return render(request, "organisations/absences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add_absence(request: HttpRequest, organisation: str) -> HttpResponse:
    """An absence for somebody else, for the person in `?person=` to begin with."""
    form = AbsenceOfForm(request.POST or None, initial={"employee": request.GET.get("person", "")})

    def save(data: dict) -> None:
        services.register_absence(data.pop("employee"), by=request.employee, **data)

    return settings_form(
        request,
        form,
        save,
        title=_("New absence"),
        trail=[(_("Absences"), url(request, "absences"))],
        lede=_("Why somebody is away is not written here."),
        back_url=url(request, "absences"),
        done=_("The absence is saved."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def my_absence(request: HttpRequest, organisation: str) -> HttpResponse:
    """One's own absence, with somebody who stands in."""
    form = AbsenceForm(request.POST or None, employee=request.employee)
    return form_page(
        request,
        form,
        save=try_to(form, lambda data: services.register_absence(request.employee, by=request.employee, **data)),
        title=_("I will be away"),
        lede=_("Why you are away is not written here."),
        submit=_("Save the absence"),
        back_url=reverse("organisations:profile", args=[organisation]),
        done=_("The absence is saved."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Change an absence: one's own, of somebody one leads, or as administrator."""
    absence = _absence(request, pk)
    form = AbsenceForm(request.POST or None, instance=Absence.objects.get(pk=pk), employee=absence.employee)
    return form_page(
        request,
        form,
        save=try_to(form, lambda data: services.change_absence(absence, by=request.employee, **data)),
        title=_("Absence: %(name)s") % {"name": absence.employee.name},
        submit=_("Save"),
        back_url=_back(request, absence),
        done=_("Saved."),
        template="organisations/absence.html",
        context={"absence": absence},
    )


@require_POST
def remove_absence(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    absence = _absence(request, pk)
    services.remove_absence(absence, by=request.employee)
    messages.success(request, _("The absence is removed."))
    return redirect_to(request, _back(request, absence))


def _absence(request: HttpRequest, pk: int) -> Absence:
    absence = access(request, Absence, "organisations.view_absence", pk=pk)
    require(request, "organisations.register_absence", absence.employee)
    return absence


def _back(request: HttpRequest, absence: Absence) -> str:
    if absence.employee_id != request.employee.pk and may(request.employee, "organisations.administer"):
        return url(request, "absences")
    return url(request, "profile")

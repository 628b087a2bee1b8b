"""H1, H2 and F, and the hours they are counted against."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deviations import services
from deviations.forms.injury_register import YEARS, FrequencyForm, HoursForm
from deviations.selectors import frequencies
from deviations.views.handling import form_view
from hms.core.pages import form_page
from hms.organisations.access import may, require
from hms.organisations.models import Unit


@require_safe
def page(request: HttpRequest, organisation: str) -> HttpResponse:
    """The frequencies year by year, and month by month of one year."""
    require(request, "deviations.view_frequencies")
    form = FrequencyForm(request.GET, employee=request.employee)
    unit, year = form.chosen()
    if unit is None and not form.sees_whole:
        # A role without a unit in use.
        raise PermissionDenied
    may_enter = may(request.employee, "deviations.enter_hours")
    query = urlencode({"year": year, **({"unit": unit.pk} if unit else {})})
    years = frequencies.yearly(unit, form.years, reader=request.employee)
    months = frequencies.monthly(unit, year, reader=request.employee)
    context = {
        "form": form,
        "unit": unit,
        "year": year,
        "years": years,
        "months": months,
        "columns": [
            _("Period"),
            _("Hours worked"),
            "H1",
            "H2",
            "F",
            _("With absence"),
            _("Treated or absent"),
            _("Lost days"),
        ],
        "shaky_month": next((tally for tally in months if tally.is_shaky), None),
        "shaky": next((tally for tally in years if tally.is_shaky), None),
        "hours_url": f"{reverse('deviations:hours', args=[organisation])}?{query}" if may_enter else "",
        "may_read_register": may(request.employee, "deviations.view_register"),
    }
    return render(request, "deviations/injuries/frequencies.html", context)


@form_view
def hours(request: HttpRequest, organisation: str) -> HttpResponse:
    """Enter the hours of a year: of the whole organisation, or of a unit with everything below it."""
    require(request, "deviations.enter_hours")
    unit, year = _chosen(request)
    form = HoursForm(request.POST if request.method == "POST" else None, unit=unit, year=year)

    def save(data: dict[str, Any]) -> None:
        for month, number in data["hours"].items():
            services.enter_hours(by=request.employee, unit=unit, year=year, month=month, hours=number)

    query = urlencode({"year": year, **({"unit": unit.pk} if unit else {})})
    return form_page(
        request,
        form,
        save=save,
        title=_("Hours worked in %(year)s") % {"year": year},
        lede=_(
            "%(place)s. Everybody's hours, overtime and hired-in people too, without holidays and absence. What you "
            "leave empty counts as missing."
        ) % {"place": unit.name if unit else _("The whole organisation")},
        submit=_("Save"),
        back_url=f"{reverse('deviations:frequencies', args=[organisation])}?{query}",
        done=_("The hours are kept."),
    )  # fmt: skip


def _chosen(request: HttpRequest) -> tuple[Unit | None, int]:
    """The unit and the year of the address; one that makes no sense is this year."""
    this = timezone.localdate().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else this
    unit = request.GET.get("unit", "")
    if unit and not (unit.isascii() and unit.isdecimal() and len(unit) < 19):
        unit = "0"
    found = get_object_or_404(Unit, pk=int(unit)) if unit else None
    return found, year if this - YEARS < year <= this else this

"""Learn from the cases: what they have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from deviations import rules, selectors
from deviations.enums import Cause, Ending, Severity
from deviations.forms.trends import TrendForm
from deviations.selectors import trends
from deviations.selectors.trends import Cell, Scope
from hms.core.ui.charts import Bar
from hms.organisations.models import Unit


@dataclass(frozen=True)
class Chart:
    """One question with its numbers: a heading, what the rows are, and the bars."""

    name: str
    heading: str
    rows: str
    bars: list[Bar]
    note: str = ""

    @property
    def hides_something(self) -> bool:
        return any(bar.number is None for bar in self.bars)


class _Links:
    """Addresses of the list behind a number; none for those who do not see the cases."""

    def __init__(self, slug: str, scope: Scope, unit: Unit | None, *, sees_inside: bool) -> None:
        self.sees_inside = sees_inside
        self.is_exact = scope.is_exact
        self.base = reverse("deviations:list", args=[slug])
        self.always = {"status": "counted", "begin": scope.months.begin, "end": scope.months.last}
        if unit is not None:
            self.always["below"] = unit.pk

    def to(self, **more: Any) -> str:
        return f"{self.base}?{urlencode(self.always | more)}" if self.is_exact else ""

    def to_cause(self, cause: str) -> str:
        """The list finds causes only where its reader sees the inside of the cases."""
        return self.to(cause=cause) if self.sees_inside else ""


@require_safe
def trend_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """Cases by month, cause, kind, severity, place, unit, weekday and time of day, with how soon they are answered.

    Everybody in the organisation may read it; see `deviations.selectors.trends` for who sees which numbers.
    """
    employee = request.employee
    form = TrendForm(request.GET, employee=employee, sees_all=trends.sees_everything(employee))
    unit, months, _is_exact = form.chosen()
    scope = trends.scope_of(employee, months, unit=unit)
    links = _Links(organisation, scope, unit, sees_inside=rules.works_with_cases(employee))
    charts = _charts(scope, links)
    context = {
        "form": form,
        "unit": unit,
        "scope": scope,
        "months": months,
        "total": trends.total_of(scope),
        "list_url": links.to(),
        "answers": trends.answers_in(scope),
        "helped": trends.helpfulness_in(scope),
        "losses": trends.losses_in(scope),
        "not_counted": [
            (Ending(ending).label, number, links.to(status=ending))
            for ending, number in trends.not_counted_in(scope).items()
        ],
        "confidential": trends.confidential_in(scope) if unit is None else 0,
        "by_month": charts[0],
        "charts": charts[1:],
        "units": trends.by_unit(scope) if scope.units else [],
        "unit_columns": [_("Unit"), _("Cases"), _("Days to the first answer"), _("Answered in time"), _("It helped")],
        "crumbs": [
            (_("Deviations"), reverse("deviations:list", args=[organisation])),
            (_("Learn from the deviations"), None),
        ],
    }
    return render(request, "deviations/trends/page.html", context)


def _charts(scope: Scope, links: _Links) -> list[Chart]:
    names = selectors.category_names()
    months = [
        Bar(
            capfirst(format_date(cell.value, pgettext("month and year", "F Y"))),
            cell.number,
            links.to(begin=cell.value, end=trends.Months(cell.value, trends.month_after(cell.value)).last),
            format_date(cell.value, pgettext("short month", "M")),
        )
        for cell in trends.by_month(scope)
    ]
    named = [
        Chart("months", _("Month by month"), _("Month"), months),
        Chart(
            "causes", _("Why it happened"), _("Cause"),
            _bars(trends.by_cause(scope), lambda value: Cause(value).label, links.to_cause),
            _("A case may have several causes, and those that are not analysed have none."),
        ),
        Chart(
            "categories", _("What kind of case"), _("Kind"),
            _bars(
                trends.tally(scope, "category"), lambda value: names.get(value, value),
                lambda value: links.to(category=value),
            ),
        ),
        Chart(
            "severity", _("How serious"), _("Severity"),
            _bars(
                trends.tally(scope, "severity", keep=sorted(Severity.values, reverse=True)),
                lambda value: Severity(value).label, lambda value: links.to(severity=value),
            ),
        ),
        Chart(
            "weekdays", _("Which day of the week"), _("Day"),
            _bars(
                trends.by_weekday(scope), lambda value: capfirst(WEEKDAYS[value - 1]),
                lambda value: links.to(weekday=value),
            ),
        ),
        Chart(
            "hours", _("What time of day"), _("Time"),
            _bars(trends.by_hours(scope), trends.hours_text, lambda value: links.to(hours=value)),
            _("Of the cases where the time is known."),
        ),
        Chart(
            "places", _("Where"), _("Place"),
            _bars(trends.by_place(scope), capfirst, lambda value: links.to(place=value)),
            _("The ten places with most cases."),
        ),
    ]  # fmt: skip
    return [chart for chart in named if chart.bars]


def _bars(cells: list[Cell], label: Callable[[Any], Any], url: Callable[[Any], str]) -> list[Bar]:
    return [Bar(label(cell.value), cell.number, url(cell.value)) for cell in cells]

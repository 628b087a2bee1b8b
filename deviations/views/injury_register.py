"""The injury register (Working Environment Act § 5-1): its page, and taking it out."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from deviations.forms.injury_register import RegisterForm
from deviations.injury_export import PDF, REGISTER, log_reading
from deviations.injury_fields import Field
from deviations.selectors.injuries import (
    SHOWN_WITH_IT,
    columns_for,
    entries_for,
    narrowed_register,
    register_for,
)
from hms.core.htmx import redirect_to
from hms.core.keyset import BadCursor, page
from hms.core.spreadsheets import WRITERS
from hms.organisations.access import may, require
from hms.reports.services import request_report

PAGE_SIZE = 25
# In the row itself; the others stand below it.
IN_ROW = (Field.WHEN, Field.HARM, Field.COURSE, Field.UNIT, Field.OUTCOME, Field.ABSENCE)


@require_safe
def register(request: HttpRequest, organisation: str) -> HttpResponse:
    """Every entry that the reader's roles open to them, with the fields that they may see."""
    require(request, "deviations.view_register")
    employee = request.employee
    form = RegisterForm(request.GET, employee=employee)
    chosen = form.chosen()
    found = narrowed_register(register_for(employee), **chosen)
    try:
        shown = page(
            found.select_related(*SHOWN_WITH_IT),
            order=["-occurred_on", "-id"],
            cursor=request.GET.get("etter", ""),
            size=PAGE_SIZE,
        )
    except BadCursor:
        raise BadRequest from None
    entries = entries_for(employee, shown.rows)
    log_reading(entries, by=employee)
    columns = columns_for(employee)
    total = found.count()
    query = request.GET.copy()
    query.pop("etter", None)
    context = {
        "form": form,
        "rows": [
            (entry, [(column.label, entry.values[column]) for column in columns if _below(entry.values, column)])
            for entry in entries
        ],
        "columns": [_("Date"), _("What"), _("What happened?"), _("Unit"), _("How did it go?"), _("Absence")],
        "summary": ngettext("%(count)d entry", "%(count)d entries", total) % {"count": total},
        "total": total,
        "is_filtered": any(value not in (None, "") for value in chosen.values()),
        "previous_url": _with_cursor(request, shown.previous),
        "next_url": _with_cursor(request, shown.next),
        "export_url": f"{reverse('deviations:injury_export', args=[organisation])}?{query.urlencode()}",
        "sees_names": Field.PERSON in columns,
        "may_enter_hours": may(employee, "deviations.enter_hours"),
    }
    return render(request, "deviations/injuries/register.html", context)


def _below(values: dict[str, Any], column: Field) -> bool:
    return column not in IN_ROW and column != Field.CASE and bool(values.get(column))


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["etter"] = cursor
    return f"?{query.urlencode()}"


@require_POST
def export(request: HttpRequest, organisation: str) -> HttpResponse:
    """Ask for the register as a file (`format`: csv, xlsx or pdf), filtered as the address says."""
    require(request, "deviations.view_register")
    wanted = request.POST.get("format", "")
    if wanted not in {PDF, *WRITERS}:
        raise BadRequest
    chosen = RegisterForm(request.GET, employee=request.employee).chosen()
    parameters = {**chosen, "unit": chosen["unit"].pk if chosen["unit"] else None, "format": wanted}
    job = request_report(REGISTER, by=request.employee, parameters=parameters)
    return redirect_to(request, "reports:show", organisation, job.pk)

"""Taking cases out of the list: as a table or on paper, made by a worker."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from deviations import exporting, filters, selection, selectors
from deviations.forms import DownloadForm
from deviations.forms.downloads import CSV, XLSX
from hms.core.htmx import redirect_to
from hms.organisations.access import require
from hms.reports.models import ReportJob
from hms.reports.services import request_report

# Rows that can be ticked are those of a page; nobody sends more by hand.
MOST_TICKED = 200


@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest, organisation: str) -> HttpResponse:
    """Say what the filter of the address, or the ticked cases (`valgt`), shall be made into."""
    require(request, "deviations.export")
    wanted = filters.read(request.GET)
    ticked = _ticked(request)
    parameters: dict[str, Any] = {"query": wanted.query, "cases": ticked}
    count = selectors.bounded_count(exporting.selection(parameters, request.employee))
    form = DownloadForm(
        request.POST if request.method == "POST" else None, may_make_pdf=count <= selection.MOST_CASES
    )  # fmt: skip
    if count and form.is_bound and form.is_valid():
        job = _ask(request, form.cleaned_data["what"], parameters)
        return redirect_to(request, "reports:show", organisation, job.pk)
    context = {
        "form": form,
        "wanted": wanted,
        "ticked": ticked,
        "count": count,
        "count_words": _words(count),
        "too_many_for_pdf": count > selection.MOST_CASES,
        "most": selection.MOST_CASES,
        "close_url": reverse("deviations:list", args=[organisation]) + wanted.address,
    }
    return render(request, "deviations/downloads/download.html", context, status=422 if form.is_bound else 200)


def _ticked(request: HttpRequest) -> list[int] | None:
    """The ids that were ticked and exist for the reader; None when the whole filter is meant."""
    asked = [value for value in request.GET.getlist("valgt") if value.isascii() and value.isdecimal()]
    if not asked:
        return None
    ids = [int(value) for value in asked[:MOST_TICKED] if len(value) < 19]
    return list(selectors.visible_to(request.employee).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def _ask(request: HttpRequest, what: str, parameters: dict[str, Any]) -> ReportJob:
    if what in {CSV, XLSX}:
        return request_report(exporting.TABLE, by=request.employee, parameters={**parameters, "format": what})
    return request_report(selection.DOCUMENT, by=request.employee, parameters={**parameters, "reader": what})


def _words(count: int) -> str:
    if count > selectors.COUNT_LIMIT:
        return _("More than %(count)d deviations") % {"count": selectors.COUNT_LIMIT}
    return ngettext("%(count)d deviation", "%(count)d deviations", count) % {"count": count}

"""The unit's QR poster: on the page, as a picture of the code, and as a PDF."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from deviations import posters
from deviations.forms import PosterForm
from hms.core.htmx import redirect_to
from hms.organisations.access import access
from hms.organisations.models import Unit
from hms.reports.services import request_report

MAY = "organisations.manage_unit"


def _initial() -> dict[str, list[str]]:
    """The language one reads this in."""
    return {"sprak": [get_language() or "nb"]}


@require_safe
def poster(request: HttpRequest, organisation: str, unit: int) -> HttpResponse:
    """A sheet for the wall, in the languages chosen in the address."""
    place = access(request, Unit, MAY, pk=unit, is_active=True)
    form = PosterForm(request.GET if "sprak" in request.GET else None, initial=_initial())
    chosen = form.chosen
    languages = posters.in_languages(chosen["languages"])
    context = {
        "unit": place,
        "qr_url": posters.report_address(request.organisation, place),
        "form": form,
        "languages": languages,
        "size": chosen["size"],
        "is_many": len(languages) > 1,
    }
    return render(request, "deviations/posters/poster.html", context)


@require_safe
def poster_code(request: HttpRequest, organisation: str, unit: int) -> HttpResponse:
    """The QR code itself, as SVG without inline style."""
    place = access(request, Unit, MAY, pk=unit, is_active=True)
    drawing = posters.code_picture(posters.report_address(request.organisation, place))
    headers = {"Cache-Control": "private, no-store"}
    return HttpResponse(drawing, content_type="image/svg+xml", headers=headers)


@require_POST
def poster_pdf(request: HttpRequest, organisation: str, unit: int) -> HttpResponse:
    """Ask for the PDF and lead on to where it is waited for."""
    place = access(request, Unit, MAY, pk=unit, is_active=True)
    chosen = PosterForm(request.POST if "sprak" in request.POST else None, initial=_initial()).chosen
    job = request_report(posters.POSTER, by=request.employee, parameters={"unit": place.pk, **chosen})
    return redirect_to(request, "reports:show", organisation, job.pk)

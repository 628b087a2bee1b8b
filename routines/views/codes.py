"""The QR code of a routine: a sheet to print, and the picture itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from routines import codes
from routines.views.common import routine_of, url


@require_safe
def sheet(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """A sheet for the wall."""
    routine = routine_of(request, slug)
    context = {"routine": routine, "address": codes.address_of(routine), "close_url": url(request, "detail", routine)}
    return render(request, "routines/code.html", context)


@require_safe
def picture(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """The code, as SVG without inline style."""
    drawing = codes.picture(codes.address_of(routine_of(request, slug)))
    return HttpResponse(drawing, content_type="image/svg+xml", headers={"Cache-Control": "private, no-store"})

"""Which routines are in force on paper only?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hms.organisations.access import require
from routines import selectors
from routines.views.common import crumbs


@require_safe
def radar(request: HttpRequest, organisation: str) -> HttpResponse:
    """Those one answers for that ask for attention, with the reason in words."""
    require(request, "routines.create")
    context = {
        "sleepers": selectors.sleepers(request.employee),
        "total": selectors.kept_by(request.employee).exists(),
        "crumbs": crumbs(request, None, (_("Sleeping routines"), None)),
    }
    return render(request, "routines/radar.html", context)

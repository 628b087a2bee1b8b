"""Settings of the organisation, for administrators."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hms.organisations.access import require


@require_safe
def settings(request: HttpRequest, organisation: str) -> HttpResponse:
    """Everything that can be set up, each with a line about how it stands."""
    require(request, "organisations.administer")
    return render(request, "organisations/settings.html")

"""Outside every organisation: the front door, language and appearance."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from hms.accounts.enums import ColourScheme
from hms.accounts.services import change_preferences
from hms.core.htmx import redirect_to
from hms.organisations.selectors import memberships_of

ONE_YEAR = 365 * 24 * 60 * 60


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the only organisation; a choice when there are several."""
    memberships = list(memberships_of(request.user))
    if len(memberships) == 1:
        return redirect("dashboard:my_page", memberships[0].organisation.slug)
    return render(request, "organisations/home.html", {"choices": memberships})


def _back(request: HttpRequest) -> str:
    """Where the form stood: only an address on this site."""
    for url in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
            return url
    return "home"


def _remember(response: HttpResponse, cookie: str, value: str) -> HttpResponse:
    response.set_cookie(
        cookie, value, max_age=ONE_YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember a language in a cookie, and on the user when somebody is signed in."""
    language = request.POST.get("language", "")
    response = redirect_to(request, _back(request))
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        change_preferences(request.user, language=language)
    return _remember(response, settings.LANGUAGE_COOKIE_NAME, language)


@require_POST
def set_colour_scheme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the device's choice, in a cookie and on the user."""
    scheme = request.POST.get("colour_scheme", "")
    response = redirect_to(request, _back(request))
    if scheme not in ColourScheme.values:
        return response
    if request.user.is_authenticated:
        change_preferences(request.user, colour_scheme=scheme)
    return _remember(response, "fargevalg", scheme)

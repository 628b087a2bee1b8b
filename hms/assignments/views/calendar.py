"""My work in my own calendar: setting it up, and what the calendar program reads."""

import hashlib
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hms.assignments import feeds, selectors
from hms.core.htmx import redirect_to
from hms.notifications.selectors import language_of
from hms.organisations.middleware import open_to_all
from hms.organisations.models import Employee


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, organisation: str) -> HttpResponse:
    """Make an address, make a new one, turn it off. A new address is shown once, and stored nowhere."""
    token = ""
    if request.method == "POST":
        wanted = request.POST.get("do", "")
        if wanted == "off":
            feeds.turn_off(request.employee)
            messages.success(request, _("The calendar address does not work any more."))
            return redirect_to(request, "assignments:calendar", organisation)
        if wanted != "make":
            raise BadRequest
        token = feeds.make_feed(request.employee)
    address = settings.PUBLIC_URL + reverse("assignments:calendar_feed", args=[organisation, token]) if token else ""
    context = {
        "feed": selectors.feed_of(request.employee),
        "address": address,
        "subscribe_url": f"webcal://{address.partition('://')[2]}" if address else "",
        "crumbs": [(_("My tasks"), reverse("assignments:list", args=[organisation])), (_("Calendar"), None)],
    }
    response = render(request, "assignments/calendar.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@open_to_all
@require_safe
def feed(request: HttpRequest, organisation: str, token: str) -> HttpResponse:
    """The calendar of whoever was given the token: 404 for nobody's, 410 for one that works no more."""
    found = selectors.resolve_feed(token)
    if found is None:
        raise Http404
    if found.revoked_at is not None or not found.employee.is_employed():
        response = HttpResponse(status=410, content_type="text/plain; charset=utf-8")
    else:
        response = _calendar(request, found.employee)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _calendar(request: HttpRequest, employee: Employee) -> HttpResponse:
    organisation = request.organisation
    language = language_of(employee, organisation)
    with translation.override(language), timezone.override(ZoneInfo(organisation.time_zone)):
        content = feeds.calendar_of(employee, organisation)
    tag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    unchanged = get_conditional_response(request, etag=tag)
    if unchanged is not None:
        return unchanged
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="hms.ics"'
    response.headers["Content-Language"] = language
    response.headers["ETag"] = tag
    return response

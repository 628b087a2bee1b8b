"""Health for monitors, and the page of whoever operates the installation."""

import platform
from collections.abc import Callable
from functools import wraps
from typing import Any

import celery
import django
from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.core.keyset import BadCursor, page
from hms.operations import health, pulse, selectors, services
from hms.operations.models import FailedTask

View = Callable[..., HttpResponse]
PAGE_SIZE = 25


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when web, database and broker work; else 503 that says which part does not.

    With the token of HEALTH_TOKEN it also tells what waits and for how long.
    """
    parts = health.parts()
    healthy = all(state == health.OK for state in parts.values())
    answer: dict[str, object] = {"status": "ok" if healthy else "failing", **parts, "demo": settings.DEMO}
    if _shows_token(request):
        answer["details"] = health.details(health.snapshot())
    return JsonResponse(answer, status=200 if healthy else 503)


def _shows_token(request: HttpRequest) -> bool:
    shown = request.headers.get("Authorization", "")
    return bool(settings.HEALTH_TOKEN) and constant_time_compare(shown, f"Bearer {settings.HEALTH_TOKEN}")


def operators_only(view: View) -> View:
    """Nobody else learns that the page is there, but for the sign-in that every address asks for."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_operator:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@require_safe
@operators_only
def overview(request: HttpRequest) -> HttpResponse:
    """How the parts are doing, what waits, and what failed."""
    seen = health.snapshot()
    handled = request.GET.get("vis") == "behandlet"
    try:
        shown = page(
            selectors.failures(handled=handled),
            order=["-last_at", "-id"],
            cursor=request.GET.get("etter", ""),
            size=PAGE_SIZE,
        )
    except BadCursor:
        raise BadRequest from None
    query = "vis=behandlet&" if handled else ""
    context = {
        "seen": seen,
        "parts": _parts(seen),
        "queues": _queues(seen),
        "failures": [(failed, services.is_runnable(failed)) for failed in shown.rows],
        "handled": handled,
        "views": [
            {"label": _("Not handled"), "url": "?", "count": seen.dead_letters, "current": not handled},
            {"label": _("Handled"), "url": "?vis=behandlet", "current": handled},
        ],
        "previous_url": f"?{query}etter={shown.previous}" if shown.previous else "",
        "next_url": f"?{query}etter={shown.next}" if shown.next else "",
        "versions": _versions(),
    }
    return render(request, "operations/overview.html", context)


def _parts(seen: health.Snapshot) -> list[dict[str, Any]]:
    names = {"web": _("Web server"), "database": _("Database"), "broker": _("Queue")}
    rows = [
        {"label": names[name], "works": state == health.OK, "note": "" if state == health.OK else state}
        for name, state in health.parts().items()
    ]
    beat = (seen.signs or {}).get("beat")
    return [*rows, {"label": _("Timer"), "works": not pulse.is_silent(beat), "last": beat, "watched": True}]


def _queues(seen: health.Snapshot) -> list[dict[str, Any]]:
    names = {"mail": _("Messages"), "sweep": _("Reminders"), "reports": _("Reports"), "default": _("Everything else")}
    signs = seen.signs or {}
    return [
        {
            "label": names.get(name, name),
            "waiting": seen.waiting.queues[name] if seen.waiting else None,
            "last": signs.get(name),
            "works": not pulse.is_silent(signs.get(name)),
        }
        for name in settings.QUEUE_TIME_LIMITS
    ]


def _versions() -> list[tuple[str, str]]:
    return [
        ("HMS", settings.VERSION or _("development")),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("Celery", celery.__version__),
        ("PostgreSQL", selectors.database_version()),
    ]


@require_POST
@operators_only
@reauthentication_required
def run_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a failed task to the queue once more."""
    try:
        services.run_again(pk, by=request.user)
    except FailedTask.DoesNotExist:
        raise Http404 from None
    except services.NotRunnable:
        messages.info(request, _("Nothing was done: it is handled already, or cannot be run again."))
    except services.QueueAway:
        messages.info(request, _("Nothing was done: the queue does not answer. Try again later."))
    else:
        messages.success(request, _("It is run again."))
    return redirect_to(request, "operations:overview")


@require_POST
@operators_only
@reauthentication_required
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay a failed task aside."""
    try:
        services.dismiss(pk, by=request.user)
    except FailedTask.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("It is dismissed."))
    return redirect_to(request, "operations:overview")

"""The error pages that tell people what to do next, and the service worker."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hms.core.static import without_comments


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def too_large(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/413.html", status=413)


def method_not_allowed(request: HttpRequest, *, allowed: str) -> HttpResponse:
    response = render(request, "errors/405.html", status=405)
    response.headers["Allow"] = allowed
    return response


def conflict(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/409.html", status=409)


def server_error(request: HttpRequest) -> HttpResponse:
    # No request context: whatever failed may be what the context needs.
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("errors/500.html"), status=500)


@never_cache
@require_safe
def service_worker(request: HttpRequest, shell: Callable[[], dict[str, Any]]) -> HttpResponse:
    """The service worker. Served from the root: it may only serve pages below its own address.

    `shell` says what it keeps for when there is no network; a browser takes a new one when a byte of it differs.
    """
    script = without_comments((settings.ROOT / "static" / "js" / "service-worker.js").read_text())
    content = f"const SHELL = {json.dumps(shell())};\n{script}"
    return HttpResponse(content, content_type="text/javascript; charset=utf-8")

"""htmx only shortens the trip: the same view, the same address, a smaller answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (not for the whole page again after «back»)."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request


def page_or_part(
    request: HttpRequest, page: str, part: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render `part` for htmx, else `page` (which includes the part)."""
    return render(request, part if is_fragment(request) else page, context, status=status)


def redirect_to(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """After a successful POST: 303 to a GET, which the browser follows itself also when htmx sent the form."""
    url = resolve_url(to, *args, **kwargs)
    if is_fragment(request):
        return HttpResponseClientRedirect(url)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response

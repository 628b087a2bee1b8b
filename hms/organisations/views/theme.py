"""The organisation's accent as a style sheet."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hms.core.theme import css
from hms.organisations.middleware import open_to_all


@open_to_all
@require_safe
def theme(request: HttpRequest, organisation: str, colour: str) -> HttpResponse:
    """CSS of one colour. The address names the colour, so the answer never changes and is kept for a year."""
    if not re.fullmatch(r"[0-9a-f]{6}", colour):
        raise Http404
    response = HttpResponse(css(f"#{colour}"), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response

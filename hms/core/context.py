"""What every page needs to know about how it is shown."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Colour scheme and public switches for templates."""
    user = getattr(request, "user", None)
    scheme = request.COOKIES.get("fargevalg", "")
    if user is not None and user.is_authenticated:
        scheme = user.colour_scheme
    return {
        "color_scheme": scheme if scheme in {"light", "dark"} else "auto",
        "demo": settings.DEMO,
    }

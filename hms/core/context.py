"""What every page needs to know about how it is shown."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def page(request: HttpRequest) -> dict[str, Any]:
    """Colour scheme, whose page it is, and public switches for templates."""
    user = getattr(request, "user", None)
    scheme = request.COOKIES.get("fargevalg", "")
    if user is not None and user.is_authenticated:
        scheme = user.colour_scheme
    return {
        "person": person_key(user) if user is not None else None,
        "color_scheme": scheme if scheme in {"light", "dark"} else "auto",
        "demo": settings.DEMO,
    }


def person_key(user: Any) -> str:
    """What a device calls a person, to tell them from the next one; empty for nobody."""
    return salted_hmac("hms.person", str(user.pk)).hexdigest()[:16] if user.is_authenticated else ""

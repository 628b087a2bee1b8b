"""The demo's sign-ins, for the sign-in page."""

from typing import Any

from django import template
from django.conf import settings

from hms.accounts.demo import SIGN_INS
from hms.accounts.models import User

register = template.Library()


@register.simple_tag
def demo_sign_ins() -> list[tuple[str, Any]]:
    """(e-mail address, who it is) of the demo's people that exist; empty outside the demo."""
    if not settings.DEMO:
        return []
    existing = set(User.objects.filter(email__in=dict(SIGN_INS)).values_list("email", flat=True))
    return [(email, who) for email, who in SIGN_INS if email in existing]

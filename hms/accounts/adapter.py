"""How allauth behaves here: accounts come from invitations, never from an open sign-up form."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import translation

from hms.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """No open sign-up; mails in the language of whoever gets them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of the mails under account/email or mfa/email."""
        chosen = User.objects.filter(email__iexact=email).values_list("language", flat=True).first()
        with translation.override(chosen or translation.get_language()):
            super().send_mail(template_prefix, email, {**context, "language": translation.get_language()})

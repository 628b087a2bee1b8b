"""manage.py demo_signins: who one can sign in as in the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from hms.accounts.demo import DEMO_PASSWORD, SIGN_INS
from hms.accounts.models import User


class Command(BaseCommand):
    """Only where the demo is on."""

    help = "Print the demo's sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is not on (HMS_DEMO=1).")
        existing = set(User.objects.filter(email__in=dict(SIGN_INS)).values_list("email", flat=True))
        with translation.override(settings.LANGUAGE_CODE):
            for email, who in SIGN_INS:
                if email in existing:
                    self.stdout.write(f"  {email:<36} {who}")
        self.stdout.write(f"  Password: {DEMO_PASSWORD}")

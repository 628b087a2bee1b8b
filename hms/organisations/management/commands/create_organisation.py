"""manage.py create_organisation: a new organisation with its first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hms.organisations.errors import Refused
from hms.organisations.mail import invitation_mail, invitation_url
from hms.organisations.services import create_organisation
from hms.organisations.services.invitations import renew_token
from hms.tenancy.scope import tenant


class Command(BaseCommand):
    """Runs as the database's owner, since the serving role may not add organisations."""

    help = "Create an organisation, its top unit and its first administrator, and print the administrator's link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--slug", required=True, help="first part of its addresses: small letters, digits, hyphens")
        parser.add_argument("--given-name", required=True)
        parser.add_argument("--family-name", required=True)
        parser.add_argument("--email", required=True, help="the administrator's")
        parser.add_argument("--organisation-number", default="")
        parser.add_argument("--language", default="nb", choices=["nb", "nn", "en"])
        parser.add_argument("--send", action="store_true", help="also send the invitation by e-mail")

    def handle(self, *args: Any, send: bool, **options: Any) -> None:
        values = {
            name: options[name]
            for name in ("name", "slug", "given_name", "family_name", "email", "organisation_number", "language")
        }
        try:
            organisation, _administrator, invitation = create_organisation(**values, send=False)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Created {organisation.name} at /{organisation.slug}/")
        if invitation is None:
            self.stdout.write("The administrator already has a sign-in and can open it now.")
            return
        with tenant(organisation):
            token = renew_token(invitation)
            if send:
                invitation_mail(organisation, invitation, token).send()
        self.stdout.write(
            f"The administrator's personal link, valid for 14 days:\n{invitation_url(organisation, token)}"
        )

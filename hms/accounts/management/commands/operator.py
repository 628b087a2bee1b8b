"""manage.py operator: who may see how the installation is doing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hms.accounts.models import User
from hms.accounts.services import set_operator


class Command(BaseCommand):
    """The only way to become an operator: whoever runs commands here operates the installation already."""

    help = "Let a sign-in see the operations page (/drift/), take that back, or list who may."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="of somebody who can sign in; nobody: list the operators")
        parser.add_argument("--remove", action="store_true", help="take it back")

    def handle(self, *args: Any, email: str | None, remove: bool, **options: Any) -> None:
        if email is None:
            for operator in User.objects.filter(is_operator=True).order_by("email"):
                self.stdout.write(operator.email)
            return
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}.")
        set_operator(user, not remove)
        self.stdout.write(f"{user.email} is {'no longer an' if remove else 'an'} operator.")

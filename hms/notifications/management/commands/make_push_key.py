"""Print a key for push, as a line for the environment."""

from typing import Any

from django.core.management.base import BaseCommand

from hms.notifications.webpush import new_private_key


class Command(BaseCommand):
    """Makes a new VAPID key. Nothing is kept: whoever runs it puts the line where the other settings are."""

    help = "Print a new VAPID_PRIVATE_KEY. With another key than before, everybody must turn push on anew."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"VAPID_PRIVATE_KEY={new_private_key()}")

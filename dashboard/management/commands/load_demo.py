"""Load the demo's organisations, once. Runs as the database's owner, who alone may add organisations."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard.demo.load import is_loaded, load


class Command(BaseCommand):
    help = "Loads the demo's organisations, with a year of invented history. Does nothing when they are there."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demo (HMS_DEMO is not set), so nothing invented is loaded here.")
        if is_loaded():
            self.stdout.write("The demo organisations are loaded already.")
            return
        load()
        self.stdout.write(self.style.SUCCESS("The demo organisations are loaded."))

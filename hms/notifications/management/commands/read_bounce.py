"""For a mail server's pipe: one delivery report on standard input."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError

from hms.notifications import bounces

# sysexits.h: the mail server keeps the mail and tries again.
TEMPORARY_FAILURE = 75


class Command(BaseCommand):
    help = "Read one delivery report from standard input. Ends with 75 when the database is away: try again later."
    # A pipe is started often, and mail servers are impatient.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(bounces.MAX_BYTES)
        # To the end, or the mail server sees a broken pipe and sends a report about the report.
        while sys.stdin.buffer.read(1024 * 1024):
            pass
        try:
            outcome = bounces.take(raw)
        except OperationalError:
            sys.exit(TEMPORARY_FAILURE)
        if options["verbosity"] > 1:
            self.stdout.write(outcome.value)

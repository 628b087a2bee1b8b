"""Numbers across organisations, through functions that give no more than numbers; and what failed for good."""

import datetime
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from hms.operations.enums import FailureState
from hms.operations.models import FailedTask


@dataclass(frozen=True)
class Pending:
    """Messages that are not sent yet, of one channel and in one state; since when the oldest should have been."""

    channel: str
    state: str
    number: int
    oldest: datetime.datetime | None


@dataclass(frozen=True)
class Failed:
    """Messages that were given up for one reason, and when that last happened."""

    error: str
    number: int
    last: datetime.datetime | None


@dataclass(frozen=True)
class DueSteps:
    """Reminders and escalations that are due and not yet taken."""

    number: int
    oldest: datetime.datetime | None


def pending_deliveries(now: datetime.datetime) -> list[Pending]:
    """What waits to be sent in all organisations together."""
    return [Pending(*row) for row in _rows("SELECT * FROM operations_pending_deliveries(%s) ORDER BY 1, 2", now)]


def failed_deliveries(since: datetime.datetime) -> list[Failed]:
    """What was given up since then, the most frequent reason first."""
    return [Failed(*row) for row in _rows("SELECT * FROM operations_failed_deliveries(%s) ORDER BY 2 DESC, 1", since)]


def due_steps(now: datetime.datetime) -> DueSteps:
    """What the sweep should have taken, in all organisations together."""
    [row] = _rows("SELECT * FROM operations_due_steps(%s)", now)
    return DueSteps(*row)


def failures(*, handled: bool) -> QuerySet[FailedTask]:
    """Dead letters: those that nobody has handled, or the others."""
    if handled:
        return FailedTask.objects.exclude(state=FailureState.OPEN).select_related("handled_by")
    return FailedTask.objects.filter(state=FailureState.OPEN)


def open_failures() -> int:
    """How many dead letters nobody has handled."""
    return failures(handled=False).count()


def database_version() -> str:
    """The database server's version, as it says itself."""
    [[version]] = _rows("SHOW server_version")
    return str(version).split()[0]


def _rows(query: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()

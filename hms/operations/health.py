"""How the installation is doing: the quick look that anybody may have, and everything there is to count."""

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from hms.operations import broker, pulse, selectors

logger = logging.getLogger(__name__)
T = TypeVar("T")

OK = "ok"
FAILED_WITHIN = datetime.timedelta(days=7)


@dataclass(frozen=True)
class Snapshot:
    """Everything there is to count, at one moment. None: whoever would know did not answer."""

    at: datetime.datetime
    waiting: broker.Waiting | None
    signs: dict[str, datetime.datetime | None] | None
    pending: list[selectors.Pending] | None
    failed: list[selectors.Failed] | None
    due_steps: selectors.DueSteps | None
    dead_letters: int | None

    @property
    def oldest_unsent(self) -> datetime.datetime | None:
        """Since when the oldest message that is not sent should have been."""
        return min((one.oldest for one in self.pending or () if one.oldest), default=None)

    @property
    def unsent(self) -> int:
        return sum(one.number for one in self.pending or ())

    def age(self, moment: datetime.datetime | None) -> float:
        """Seconds since a moment; 0 when there is none."""
        return max(0.0, (self.at - moment).total_seconds()) if moment else 0.0


def parts() -> dict[str, str]:
    """`ok`, or the class of the error, of everything that must work for people to be served. Quick."""
    states = {"web": OK}
    checks: dict[str, Callable[[], object]] = {"database": _database, "broker": _broker}
    for name, check in checks.items():
        try:
            check()
        except Exception as error:  # noqa: BLE001  whatever is wrong, the answer must name the part
            states[name] = type(error).__name__
        else:
            states[name] = OK
    return states


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    cache.get("health")


def snapshot() -> Snapshot:
    """Count everything. Never raises: what is down is None."""
    now = timezone.now()
    return Snapshot(
        at=now,
        waiting=_or_none(broker.waiting),
        signs=_or_none(pulse.last),
        pending=_or_none(lambda: selectors.pending_deliveries(now)),
        failed=_or_none(lambda: selectors.failed_deliveries(now - FAILED_WITHIN)),
        due_steps=_or_none(lambda: selectors.due_steps(now)),
        dead_letters=_or_none(selectors.open_failures),
    )


def _or_none(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  the others may still know
        logger.warning("Not counted: %s", type(error).__name__)
        return None


def details(seen: Snapshot) -> dict[str, object]:
    """A snapshot as `/healthz` tells it: numbers, and ages in seconds; null for what is not known."""

    def age(moment: datetime.datetime | None) -> int | None:
        return round(seen.age(moment)) if moment else None

    signs = seen.signs or {}
    return {
        "queues": seen.waiting.queues if seen.waiting else None,
        "unacknowledged": seen.waiting.unacknowledged if seen.waiting else None,
        "beat_age_seconds": age(signs.get("beat")),
        "worker_age_seconds": {name: age(moment) for name, moment in signs.items() if name != "beat"},
        "unsent_messages": seen.unsent if seen.pending is not None else None,
        "oldest_unsent_message_age_seconds": age(seen.oldest_unsent),
        "failed_messages": {one.error: one.number for one in seen.failed} if seen.failed is not None else None,
        "due_steps": seen.due_steps.number if seen.due_steps else None,
        "oldest_due_step_age_seconds": age(seen.due_steps.oldest if seen.due_steps else None),
        "dead_letters": seen.dead_letters,
    }

"""Signs of life: when beat last asked for something, and when each queue last got something done."""

import contextlib
import datetime

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

BEAT = "pulse:beat"
# Beat publishes every half minute, and a tick through every queue each minute.
SILENT_AFTER = datetime.timedelta(minutes=5)


def beat() -> None:
    """Beat is at work. Never raises."""
    _remember(BEAT)


def queue(name: str) -> None:
    """A worker of the queue is at work. Never raises."""
    _remember(f"pulse:queue:{name}")


def last() -> dict[str, datetime.datetime | None]:
    """The last signs of life: of `beat` and of every queue, by name; None for what never gave one."""
    keys = {"beat": BEAT} | {name: f"pulse:queue:{name}" for name in settings.QUEUE_TIME_LIMITS}
    found = cache.get_many(keys.values())
    return {
        name: datetime.datetime.fromtimestamp(found[key], tz=datetime.UTC) if key in found else None
        for name, key in keys.items()
    }


def is_silent(moment: datetime.datetime | None) -> bool:
    """Whether a sign of life is missing or too old."""
    return moment is None or timezone.now() - moment > SILENT_AFTER


def _remember(key: str) -> None:
    with contextlib.suppress(Exception):
        cache.set(key, timezone.now().timestamp(), timeout=None)

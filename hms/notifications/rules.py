"""What holds for notifications: who may see them, and when two are the same occurrence."""

import datetime
import hashlib
import random

import rules
from django.utils import timezone

# How long a mail about somebody anonymous waits, in minutes: the minute it comes does not tell who was on duty.
SHORTEST_WAIT, LONGEST_WAIT = 10, 60


def dedupe_key(type_key: str, who: str, occurrence: str) -> str:
    """The key of one kind of message to one recipient about one occurrence."""
    key = f"{type_key}:{who}:{occurrence}"
    return key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest()


def fingerprint(address: str) -> str:
    """What stands for an address where only «the same one?» is asked; `selectors.Fingerprint` is the same in SQL."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def is_day_only(at: datetime.datetime) -> bool:
    """Whether a time is no more than a day: its first moment."""
    return timezone.localtime(at).time() == datetime.time(0)


def send_at(now: datetime.datetime, *, urgent: bool) -> datetime.datetime:
    """When a message about somebody anonymous is sent.

    After a while that nobody can guess. What is urgent goes at once, because somebody may be in danger; written down
    as the hour that runs.
    """
    if urgent:
        return now.replace(minute=0, second=0, microsecond=0)
    wait = random.uniform(SHORTEST_WAIT, LONGEST_WAIT)  # noqa: S311  no secret, only not to be guessed
    return now + datetime.timedelta(minutes=wait)


rules.add_perm("notifications.view", rules.always_true)

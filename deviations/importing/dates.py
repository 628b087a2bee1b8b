"""Dates as people write them in files: year first, day first or month first, with or without time."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DateOrder(models.TextChoices):
    """How dates that do not start with the year are to be read."""

    AUTO = "", _("Find out from the file")
    DAY_FIRST = "dmy", _("Day first: 31.12.2025 or 31/12/25")
    MONTH_FIRST = "mdy", _("Month first: 12/31/2025")


@dataclass(frozen=True)
class Moment:
    """A day, and the time when one was written. Midnight is what systems write when nobody knew the time."""

    day: datetime.date
    time: datetime.time | None = None


_TIME = (
    r"(?:[T ,]+(?:kl\.? ?)?(?P<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?)"
    r" ?(?P<half>[ap]\.?m\.?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})" + _TIME, re.IGNORECASE)
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)")
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d\d)" + _TIME, re.IGNORECASE)
_NAMED = re.compile(r"(?P<d>\d{1,2})\.? +(?P<name>[a-zæøå]{3,9})\.? +(?P<y>\d{4})" + _TIME, re.IGNORECASE)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january", "feb februar february", "mar mars march", "apr april", "mai may", "jun juni june",
            "jul juli july", "aug august", "sep sept september", "okt oct oktober october", "nov november",
            "des dec desember december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def parse(text: str, order: str = DateOrder.DAY_FIRST) -> Moment | None:
    """A date, with the time when one is written; None when it cannot be read in this order."""
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _moment(match, match["y"], match["m"], match["d"])
    if match := _YEAR_LAST.fullmatch(text):
        day, month = (match["a"], match["b"]) if order == DateOrder.DAY_FIRST else (match["b"], match["a"])
        return _moment(match, match["y"], month, day)
    if (match := _NAMED.fullmatch(text)) and match["name"].lower() in _MONTHS:
        return _moment(match, match["y"], str(_MONTHS[match["name"].lower()]), match["d"])
    return None


def parse_time(text: str) -> datetime.time | None:
    """A time of day: 14:05, 14.05, 1405, 2:05 PM, or a whole timestamp."""
    text = text.strip().removeprefix("kl.").removeprefix("kl").strip()
    if re.fullmatch(r"\d{4}", text):
        text = f"{text[:2]}:{text[2:]}"
    moment = parse(f"2000-01-01 {text}") or parse(text)
    if moment is None:
        return None
    return moment.time or datetime.time()


def orders(values: Iterable[str]) -> set[str]:
    """The orders in which every value of a column can be read; both when nothing tells them apart.

    A column where nothing fails in either order and both give the same days is not ambiguous: it answers
    with day first alone.
    """
    possible = {str(DateOrder.DAY_FIRST), str(DateOrder.MONTH_FIRST)}
    misses = dict.fromkeys(possible, 0)
    differ = False
    for value in values:
        if not value.strip():
            continue
        day_first, month_first = parse(value, DateOrder.DAY_FIRST), parse(value, DateOrder.MONTH_FIRST)
        misses[DateOrder.DAY_FIRST] += day_first is None
        misses[DateOrder.MONTH_FIRST] += month_first is None
        differ = differ or day_first != month_first
    if not differ:
        return {str(DateOrder.DAY_FIRST)}
    fewest = min(misses.values())
    return {order for order in possible if misses[order] == fewest}


def _moment(match: re.Match[str], year: str, month: str, day: str) -> Moment | None:
    parts = match.groupdict()
    try:
        date = datetime.date(_full_year(year), int(month), int(day))
        if not parts.get("time"):
            return Moment(date)
        hour, minute = (int(part) for part in re.split(r"[:.]", parts["time"])[:2])
        if parts["half"]:
            hour = hour % 12 + (12 if parts["half"].lower().startswith("p") else 0)
        clock = datetime.time(hour, minute)
        if parts["zone"]:
            aware = datetime.datetime.combine(date, clock, _zone(parts["zone"]))
            local = timezone.localtime(aware)
            date, clock = local.date(), local.time()
    except (ValueError, OverflowError):
        return None
    return Moment(date, clock if clock != datetime.time() else None)


def _zone(text: str) -> datetime.tzinfo:
    if text in "Zz":
        return ZoneInfo("UTC")
    offset = datetime.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return datetime.timezone(-offset if text[0] == "-" else offset)


def _full_year(year: str) -> int:
    if len(year) == 4:
        return int(year)
    # Two digits: nothing that has happened lies in the future.
    century = 2000 if int(year) <= timezone.localdate().year % 100 else 1900
    return century + int(year)

"""Weeks and months as summaries name them. Pure: no database."""

import datetime
import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from hms.assignments.enums import SummaryKind
from hms.core.ui.dates import day_month

ONE_DAY = datetime.timedelta(days=1)
ONE_WEEK = datetime.timedelta(days=7)
Moments = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True)
class Week:
    """A week that begins; the summary looks a week back and to its end. `first` is its Monday."""

    first: datetime.date

    kind = SummaryKind.WEEKLY

    @classmethod
    def of(cls, day: datetime.date) -> "Week":
        return cls(day - day.weekday() * ONE_DAY)

    @property
    def name(self) -> str:
        """As in addresses: `2026-W48`."""
        year, number, _weekday = self.first.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def last(self) -> datetime.date:
        return self.first + 6 * ONE_DAY

    @property
    def sent_from(self) -> datetime.date:
        """The first day on which its summary may be sent."""
        return self.first

    @property
    def previous(self) -> "Week":
        return Week(self.first - ONE_WEEK)

    @property
    def next(self) -> "Week":
        return Week(self.first + ONE_WEEK)

    @property
    def title(self) -> str:
        return _("Week %(number)d") % {"number": self.first.isocalendar().week}

    @property
    def days(self) -> str:
        return _("%(first)s to %(last)s") % {"first": day_month(self.first), "last": day_month(self.last)}


@dataclass(frozen=True)
class Month:
    """A month that has ended: its summary comes in the next one. `first` is its first day."""

    first: datetime.date

    kind = SummaryKind.MONTHLY

    @classmethod
    def of(cls, day: datetime.date) -> "Month":
        return cls(day.replace(day=1))

    @property
    def name(self) -> str:
        """As in addresses: `2026-10`."""
        return f"{self.first:%Y-%m}"

    @property
    def last(self) -> datetime.date:
        return self.next.first - ONE_DAY

    @property
    def sent_from(self) -> datetime.date:
        """The first day on which its summary may be sent."""
        return self.next.first

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - ONE_DAY)

    @property
    def next(self) -> "Month":
        return Month.of(self.first + 31 * ONE_DAY)

    @property
    def word(self) -> str:
        """«oktober», for a sentence."""
        return format_date(self.first, pgettext("month in a sentence", "F"))

    @property
    def title(self) -> str:
        return capfirst(format_date(self.first, pgettext("month and year", "F Y")))

    @property
    def days(self) -> str:
        return _("The whole organisation")


Period = Week | Month


def current(kind: str, day: datetime.date) -> Period:
    """The newest period that can be told about on a day: the week itself, or the month before."""
    return Week.of(day) if kind == SummaryKind.WEEKLY else Month.of(day).previous


def parse(name: str) -> Period:
    """The period of a name. Raises ValueError for what is none."""
    if re.fullmatch(r"20[0-9]{2}-W[0-9]{2}", name):
        return Week(datetime.date.fromisocalendar(int(name[:4]), int(name[6:]), 1))
    if re.fullmatch(r"20[0-9]{2}-[0-9]{2}", name):
        return Month(datetime.date(int(name[:4]), int(name[5:]), 1))
    raise ValueError(name)


def moments(period: Period) -> Moments:
    """When it begins, and when the next one does, in the current time zone."""
    zone = timezone.get_current_timezone()

    def midnight(day: datetime.date) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time(), zone)

    return midnight(period.first), midnight(period.last + ONE_DAY)

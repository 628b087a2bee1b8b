"""Working days: Monday to Friday, without Norwegian public holidays and the organisation's quiet days."""

import datetime
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
from django.dispatch import Signal

from hms.organisations.models import Organisation, QuietPeriod
from hms.tenancy.scope import current_organisation_id

ONE_DAY = datetime.timedelta(days=1)
# Routine mail goes out in the morning; what an outage held back may still go out before people go home.
MORNING = datetime.time(7)
EVENING = datetime.time(17)

# Sent, inside the open organisation, when its quiet days or its time zone changed.
calendar_changed = Signal()


class Days(NamedTuple):
    """A period of days, both ends included."""

    starts_on: datetime.date
    ends_on: datetime.date


@cache
def _public_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("NO")


def is_working_day(day: datetime.date, quiet: Iterable[QuietPeriod | Days] = ()) -> bool:
    """Whether routine work is expected on the day."""
    if day.weekday() >= 5 or day in _public_holidays():
        return False
    return not any(period.starts_on <= day <= period.ends_on for period in quiet)


def add_working_days(day: datetime.date, count: int, quiet: Iterable[QuietPeriod] | None = None) -> datetime.date:
    """The date `count` working days after a day; the open organisation's quiet days when none are given."""
    periods = list(QuietPeriod.objects.all()) if quiet is None else list(quiet)
    while count > 0:
        day += ONE_DAY
        if is_working_day(day, periods):
            count -= 1
    return day


class WorkCalendar:
    """Working days and mornings of organisations with one time zone and the same quiet days.

    Days are worked out once per calendar, so calendars are kept: see :func:`calendar_of`.
    """

    def __init__(self, time_zone: str, quiet: Iterable[QuietPeriod | Days] = ()) -> None:
        self.zone = ZoneInfo(time_zone)
        self.quiet = list(quiet)
        self._known: dict[datetime.date, bool] = {}

    def is_working_day(self, day: datetime.date) -> bool:
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = is_working_day(day, self.quiet)
        return known

    def shift(self, day: datetime.date, count: int) -> datetime.date:
        """The working day `count` working days after (before, when negative); for 0 the day or the last one before."""
        if count == 0:
            return self.on_or_before(day)
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def on_or_before(self, day: datetime.date) -> datetime.date:
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def on_or_after(self, day: datetime.date) -> datetime.date:
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def morning(self, day: datetime.date) -> datetime.datetime:
        """When the organisation's morning begins."""
        return datetime.datetime.combine(day, MORNING, self.zone)

    def local_date(self, moment: datetime.datetime) -> datetime.date:
        return moment.astimezone(self.zone).date()

    def is_open(self, moment: datetime.datetime) -> bool:
        """Whether routine mail may go out now: by day, on a working day."""
        local = moment.astimezone(self.zone)
        return MORNING <= local.time() < EVENING and self.is_working_day(local.date())

    def next_morning(self, moment: datetime.datetime) -> datetime.datetime:
        """The first working morning after a moment."""
        day = self.local_date(moment)
        if self.is_working_day(day) and self.morning(day) > moment:
            return self.morning(day)
        return self.morning(self.on_or_after(day + ONE_DAY))

    def is_first_of_week(self, day: datetime.date) -> bool:
        """Whether the day is the week's first working day."""
        monday = day - datetime.timedelta(days=day.weekday())
        return self.is_working_day(day) and not any(
            self.is_working_day(monday + datetime.timedelta(days=n)) for n in range(day.weekday())
        )

    def next_first_of_week(self, moment: datetime.datetime) -> datetime.datetime:
        """The morning of the first working day of a week to come."""
        day = self.local_date(moment)
        return self.morning(self.on_or_after(day + datetime.timedelta(days=7 - day.weekday())))


@lru_cache(maxsize=500)
def calendar_of(time_zone: str, quiet: tuple[Days, ...] = ()) -> WorkCalendar:
    """The calendar of these quiet days; most organisations share a few, and each is worked out once."""
    return WorkCalendar(time_zone, quiet)


def open_calendar() -> WorkCalendar:
    """The open organisation's calendar."""
    organisation = Organisation.objects.only("time_zone").get(pk=current_organisation_id())
    quiet = QuietPeriod.objects.order_by("starts_on", "ends_on").values_list("starts_on", "ends_on")
    return calendar_of(organisation.time_zone, tuple(Days(*days) for days in quiet))

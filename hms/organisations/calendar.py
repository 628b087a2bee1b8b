"""Working days: Monday to Friday, without Norwegian public holidays and the organisation's quiet days."""

import datetime
from collections.abc import Iterable
from functools import cache

import holidays

from hms.organisations.models import QuietPeriod

ONE_DAY = datetime.timedelta(days=1)


@cache
def _public_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("NO")


def is_working_day(day: datetime.date, quiet: Iterable[QuietPeriod] = ()) -> bool:
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

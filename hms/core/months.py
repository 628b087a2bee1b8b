"""Counting in months."""

import datetime


def in_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later (earlier when negative); the last of the month where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return datetime.date(year, month + 1, last)
        except ValueError:
            continue
    return datetime.date(year, month + 1, day.day)

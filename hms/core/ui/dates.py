"""Dates as people say them. Times are shown in the current time zone."""

import datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.dateformat import time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from hms.core.ui.inline import tag

register = template.Library()
Day = datetime.date | datetime.datetime


def _day(value: Day) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _today() -> datetime.date:
    return timezone.localdate()


@register.filter
def short_date(value: Day | None) -> str:
    """«27. nov.», with the year when it is another."""
    if not value:
        return ""
    day = _day(value)
    pattern = pgettext("short date", "j M") if day.year == _today().year else pgettext("short date with year", "j M Y")
    return format_date(day, pattern)


@register.filter
def day_month(value: Day | None) -> str:
    """«22. november», with the year when it is another."""
    if not value:
        return ""
    day = _day(value)
    pattern = pgettext("date", "j F") if day.year == _today().year else pgettext("date with year", "j F Y")
    return format_date(day, pattern)


@register.filter
def long_date(value: Day | None) -> str:
    """«fredag 27. november», with the year when it is another."""
    if not value:
        return ""
    day = _day(value)
    same_year = day.year == _today().year
    pattern = pgettext("long date", "l j F") if same_year else pgettext("long date with year", "l j F Y")
    return format_date(day, pattern)


@register.filter
def month_year(value: Day | None) -> str:
    """«november 2026», for a sentence."""
    return format_date(_day(value), pgettext("month and year in a sentence", "F Y")) if value else ""


@register.filter
def clock(value: datetime.datetime | datetime.time | None) -> str:
    """«08.12»."""
    if not value:
        return ""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return time_format(value, pgettext("time of day", "H:i"))


def relative_text(value: datetime.datetime) -> str:
    """«I dag 08.12», «I går 15.40», «22. november»."""
    days = (_today() - _day(value)).days
    if days == 0:
        return gettext("Today %(time)s") % {"time": clock(value)}
    if days == 1:
        return gettext("Yesterday %(time)s") % {"time": clock(value)}
    return day_month(value)


@register.simple_tag
def relative_date(value: datetime.datetime | None, css_class: str = "") -> str:
    """When something happened, as `<time>`. A plain date gives its day and month."""
    if not value:
        return ""
    has_time = isinstance(value, datetime.datetime)
    return format_html(
        '<time datetime="{}"{}>{}</time>',
        (timezone.localtime(value) if has_time and timezone.is_aware(value) else value).isoformat(
            **({"timespec": "minutes"} if has_time else {})
        ),
        format_html(' class="{}"', css_class) if css_class else "",
        relative_text(value) if has_time else day_month(value),
    )


@register.simple_tag
def due_date(value: Day | None, done: bool = False) -> SafeString | str:
    """A deadline as a tag: «Innen 27. nov.», «Frist i dag», «Frist var fredag». Nothing without a date.

    `done`: the work is done, so the date is only a fact and never red.
    """
    if not value:
        return ""
    day = _day(value)
    left = (day - _today()).days
    if done or left > 1:
        return tag(gettext("By %(date)s") % {"date": short_date(day)}, color="neutral", icon="calendar")
    if left == 1:
        return tag(gettext("Due tomorrow"), color="warning", icon="clock")
    if left == 0:
        return tag(gettext("Due today"), color="warning", icon="clock")
    if left == -1:
        return tag(gettext("Was due yesterday"), color="danger", icon="warning")
    name = format_date(day, "l") if left > -7 else short_date(day)
    return tag(gettext("Was due %(date)s") % {"date": name}, color="danger", icon="warning")

"""A person's work as a calendar (RFC 5545), behind an address that only they were given."""

import datetime
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from hms.assignments import sources
from hms.assignments.messages import mail_title
from hms.assignments.models import Assignment, CalendarFeed
from hms.assignments.selectors import hash_token, in_calendar
from hms.audit.models import Event as LogEvent
from hms.audit.services import record
from hms.notifications.rendering import absolute
from hms.organisations.models import Employee, Organisation

# What programs are told about how often to come. They decide themselves all the same.
EVERY = datetime.timedelta(hours=1)
MOST = 1000
ONE_DAY = datetime.timedelta(days=1)


def make_feed(employee: Employee) -> str:
    """Give an employee a new calendar address. Returns the raw token, which is stored nowhere.

    Effects: the one they had stops working; an event.
    """
    _revoke(employee)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(employee=employee, token_hash=hash_token(token))
    record("calendar_feed.made", feed, by=employee, root=employee)
    return token


def turn_off(employee: Employee) -> None:
    """Make an employee's calendar address stop working. Effects: it does; an event when there was one."""
    for feed in _revoke(employee):
        record("calendar_feed.turned_off", feed, by=employee, root=employee)


def _revoke(employee: Employee) -> list[CalendarFeed]:
    # The person's row is held: of two who make an address at once, the later one's is the one that works.
    Employee.objects.select_for_update().get(pk=employee.pk)
    live = list(CalendarFeed.objects.filter(employee=employee, revoked_at=None))
    CalendarFeed.objects.filter(pk__in=[feed.pk for feed in live]).update(revoked_at=timezone.now())
    return live


def calendar_of(employee: Employee, organisation: Organisation) -> bytes:
    """An employee's open work as whole days, in the active language. As many queries however much it is.

    The same work gives the same bytes, whenever it is asked for.
    """
    name = _("Tasks in HMS, %(organisation)s") % {"organisation": organisation.name}
    calendar = Calendar()
    calendar.add("prodid", "-//HMS//HMS//NB")
    calendar.add("version", "2.0")
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("x-wr-timezone", organisation.time_zone)
    calendar.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    tasks = list(in_calendar(employee)[:MOST])
    sources.load([task for task in tasks if not task.is_confidential])
    changes = _changes(tasks)
    for task in tasks:
        calendar.add_component(_event(task, employee, *changes.get(task.pk, (0, task.created_at))))
    return calendar.to_ical()


def _changes(tasks: list[Assignment]) -> dict[int, tuple[int, datetime.datetime]]:
    """How often each was changed, and when last: whatever happens to an assignment is in the log."""
    logged = (
        LogEvent.objects.filter(object_type=Assignment._meta.label_lower, object_id__in=[task.pk for task in tasks])
        .values_list("object_id")
        .annotate(Count("id"), Max("at"))
        .order_by("object_id")
    )
    return {pk: (count, last) for pk, count, last in logged}


def _event(task: Assignment, reader: Employee, changes: int, changed_at: datetime.datetime) -> Event:
    address = absolute(reverse("assignments:detail", args=[task.organisation.slug, task.pk]))
    event = Event()
    event.add("uid", f"assignment-{task.pk}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", changes)
    event.add("summary", _plain(_summary(task, reader)))
    event.add("dtstart", task.due_on)
    event.add("dtend", task.due_on + ONE_DAY)
    event.add("description", _("Open the task: %(address)s") % {"address": address})
    event.add("url", address)
    # A due date is no meeting: the day stays free.
    event.add("transp", "TRANSPARENT")
    if task.is_confidential:
        event.add("class", "PRIVATE")
    return event


def _summary(task: Assignment, reader: Employee) -> str:
    # As in mails: a calendar may be shared, and lies on somebody else's server.
    title = _("A task that you must sign in to see") if task.is_confidential else mail_title(task)
    if task.assignee_id == reader.pk:
        return title
    return _("%(title)s (for %(name)s)") % {"title": title, "name": task.assignee.name}


def _plain(text: str) -> str:
    """One line, without control characters: they may not stand in a calendar, and break those who read it."""
    return " ".join("".join(" " if _is_control(character) else character for character in text).split())


def _is_control(character: str) -> bool:
    return ord(character) < 32 or 127 <= ord(character) < 160 or character in "\u2028\u2029\ufeff"

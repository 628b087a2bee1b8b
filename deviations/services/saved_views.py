"""Naming filters, putting them in order, sharing and following them."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from deviations.enums import Frequency
from deviations.models import SavedView, StartView, ViewSubscription
from hms.audit.services import record
from hms.organisations.calendar import WorkCalendar, open_calendar
from hms.organisations.models import Employee

MOST_VIEWS = 30


def save_view(
    *,
    by: Employee,
    name: str,
    query: Mapping[str, str],
    is_for_all: bool = False,
    for_roles: list[str] | None = None,
    at: datetime.datetime | None = None,
) -> SavedView:
    """Keep a filter under a name, last among one's own; `at`: when, now if left out.

    Effects: a view; an event when it is shared.
    """
    last = SavedView.objects.filter(owner=by).order_by("-position").values_list("position", flat=True).first()
    view = SavedView.objects.create(
        owner=by,
        name=name,
        query=dict(query),
        position=0 if last is None else last + 1,
        is_for_all=is_for_all,
        for_roles=sorted(for_roles or []),
        created_at=at or timezone.now(),
    )
    _tell_the_log(view, by, at=view.created_at)
    return view


def change_view(view: SavedView, *, by: Employee, **changes: Any) -> None:
    """Rename a view, or share it with others. Effects: the view; an event when it is or was shared."""
    was_shared = view.is_shared
    for name, value in changes.items():
        setattr(view, name, value)
    view.save(update_fields=list(changes))
    _tell_the_log(view, by, also=was_shared)


def _tell_the_log(view: SavedView, by: Employee, *, also: bool = False, at: datetime.datetime | None = None) -> None:
    if view.is_shared or also:
        shared = {"for_all": view.is_for_all, "for_roles": view.for_roles}
        record("saved_view.shared", view, by=by, data=shared, at=at or timezone.now())


def move_view(view: SavedView, *, up: bool) -> None:
    """Move one of one's own views one place. Effects: the order; nothing at either end."""
    mine = list(SavedView.objects.select_for_update().filter(owner_id=view.owner_id).order_by("position", "name", "id"))
    place = next(index for index, one in enumerate(mine) if one.pk == view.pk)
    other = place + (-1 if up else 1)
    if 0 <= other < len(mine):
        mine[place], mine[other] = mine[other], mine[place]
    for position, one in enumerate(mine):
        one.position = position
    SavedView.objects.bulk_update(mine, ["position"])


def remove_view(view: SavedView, *, by: Employee) -> None:
    """Remove a view, for everybody it is shared with. Effects: nobody starts with it or follows it any more."""
    if view.is_shared:
        record("saved_view.removed", view, by=by)
    view.delete()


def choose_start(employee: Employee, view: SavedView | None) -> None:
    """Say which view one's list opens with; None for the standard one."""
    if view is None:
        StartView.objects.filter(employee=employee).delete()
    else:
        StartView.objects.update_or_create(employee=employee, defaults={"view": view})


def follow(employee: Employee, view: SavedView, frequency: str) -> None:
    """Tell somebody what is new in a view, or (with an empty frequency) no longer.

    Effects: the subscription. News begin today: what happened before is not told.
    """
    if not frequency:
        ViewSubscription.objects.filter(employee=employee, view=view).delete()
        return
    now, calendar = timezone.now(), open_calendar()
    today, soon = calendar.local_date(now), next_news(frequency, calendar, now)
    known, created = ViewSubscription.objects.get_or_create(
        employee=employee, view=view,
        defaults={"frequency": frequency, "since": today, "until": today, "next_at": soon},
    )  # fmt: skip
    if not created and known.frequency != frequency:
        known.frequency, known.next_at = frequency, soon
        known.save(update_fields=["frequency", "next_at"])


def follow_nothing(employee: Employee) -> None:
    """Tell somebody nothing of any view any more."""
    ViewSubscription.objects.filter(employee=employee).delete()


def next_news(frequency: str, calendar: WorkCalendar, now: datetime.datetime) -> datetime.datetime:
    """The next morning on which somebody is told: a working day, or the first one of a week."""
    if frequency == Frequency.WEEKLY:
        return calendar.next_first_of_week(now)
    return calendar.next_morning(now)

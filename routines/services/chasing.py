"""Reminding those who have not read a routine: asked for with a button, sent by a worker."""

from collections.abc import Collection

from django.utils import timezone

from hms.audit.services import record
from hms.notifications.services import Told, notify_many
from hms.organisations.models import Employee
from routines.models import ReadingRequest, Routine
from routines.services.publishing import look_through_soon


def chase(routine: Routine, *, by: Employee, units: Collection[int] | None) -> int:
    """Let those who have not read a routine be reminded. Safe to press twice.

    Effects: their requests are marked, in one statement however many they are; an event; a worker is asked to look
    through the organisation, which sends. A broker that is away delays it and loses nothing.

    Args:
        units: ids of the units whose people are reminded; None for all.

    Returns:
        How many wait to be read.
    """
    waiting = ReadingRequest.objects.filter(routine=routine, ended_at__isnull=True)
    if units is not None:
        waiting = waiting.filter(employee__unit_id__in=units)
    count = waiting.update(chased_by=by)
    if count:
        record("routine.readers_chased", routine, by=by, data={"people": count})
        look_through_soon()
    return count


def send_chases() -> int:
    """Send the reminders that were asked for, to each once a day at most. Returns how many were written.

    Effects: messages, a few statements however many; the marks are gone.
    """
    marked = ReadingRequest.objects.filter(chased_by__isnull=False)
    waiting = list(
        marked.filter(ended_at__isnull=True)
        .select_related("employee__user", "assignment", "chased_by", "routine")
        .defer("routine__text", "routine__search")
    )
    day = f"{timezone.localdate():%Y%m%d}"
    told = [
        Told(
            one.employee,
            one.routine,
            f"chase-{one.routine_id}-{day}",
            {
                "slug": one.routine.slug,
                "title": one.routine.title,
                "name": one.chased_by.given_name,
                "due_on": one.assignment.due_on.isoformat(),
            },
        )
        for one in waiting
        if one.chased_by is not None
    ]
    marked.update(chased_by=None)
    return notify_many("routines.chased", told)

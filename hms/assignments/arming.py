"""Keeping `next_step_at` right: whenever an assignment, a ladder or the calendar changes."""

import datetime

from django.db.models import QuerySet
from django.utils import timezone

from hms.assignments import selectors
from hms.assignments.enums import State
from hms.assignments.ladder import Clock, next_moment
from hms.assignments.models import Assignment
from hms.organisations.calendar import WorkCalendar, open_calendar

CHUNK = 1000


def clock_of(assignment: Assignment, calendar: WorkCalendar) -> Clock:
    """What the steps of an assignment are counted from; what many can take begins when it is offered."""
    offer = assignment.open_offer
    return Clock(
        due_on=assignment.due_on,
        began_on=calendar.local_date(offer.offered_at if offer is not None else assignment.created_at),
        armed_at=assignment.armed_at,
        is_critical=assignment.is_critical,
        is_statutory=assignment.is_statutory,
    )


def arm(assignment: Assignment, *, at: datetime.datetime | None = None) -> None:
    """Start the ladder anew from now (or `at`): what it would have said before is not said.

    Effects: `armed_at` and `next_step_at`; no next step unless it is open.
    """
    assignment.armed_at = at or timezone.now()
    assignment.next_step_at = None
    if assignment.state == State.OPEN:
        calendar = open_calendar()
        ladder = selectors.ladder_for(assignment)
        taken = selectors.steps_taken([assignment]).get(assignment.pk, ())
        assignment.next_step_at = next_moment(ladder, clock_of(assignment, calendar), calendar, taken=taken)
    assignment.save(update_fields=["armed_at", "next_step_at"])


def rearm(assignments: QuerySet[Assignment] | None = None) -> None:
    """Work out the next step of open assignments (all of the organisation's) after the ladder or the days changed.

    Effects: `next_step_at`. What is due and not yet taken stays due.
    """
    rows = Assignment.objects.all() if assignments is None else assignments
    rows = rows.filter(state=State.OPEN).select_for_update(of=("self",)).select_related("offer").order_by("id")
    calendar, own = open_calendar(), selectors.ladders()
    after = 0
    while chunk := list(rows.filter(pk__gt=after)[:CHUNK]):
        taken = selectors.steps_taken(chunk)
        for assignment in chunk:
            ladder = selectors.ladder_for(assignment, own=own)
            assignment.next_step_at = next_moment(
                ladder, clock_of(assignment, calendar), calendar, taken=taken.get(assignment.pk, ())
            )
        Assignment.objects.bulk_update(chunk, ["next_step_at"])
        after = chunk[-1].pk

"""When the steps of a ladder are due. Pure: dates in, moments out, no database."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from hms.assignments.enums import Anchor, Recipient
from hms.organisations.calendar import WorkCalendar

NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class Step(NamedTuple):
    """One step: so many days from the anchor, somebody is told. Negative is before."""

    anchor: str
    offset_days: int
    recipient: str

    @property
    def is_routine(self) -> bool:
        """Whether it is one of the lines of somebody's daily mail; other steps are mails of their own."""
        return self.recipient == Recipient.ASSIGNEE


@dataclass(frozen=True)
class Clock:
    """What the steps of one assignment are counted from.

    Attributes:
        due_on: the due date.
        began_on: the day the assignment was made, for steps that count from the start.
        armed_at: steps up to this moment are not taken (it was given, moved or reopened then).
        is_critical: steps come on any day, and count calendar days.
        is_statutory: the law sets the date: steps count calendar days, and wait for a working day.
    """

    due_on: datetime.date
    began_on: datetime.date
    armed_at: datetime.datetime
    is_critical: bool = False
    is_statutory: bool = False


class Timed(NamedTuple):
    """A step and when it is due."""

    at: datetime.datetime
    step: Step


# Since when each step is part of the ladder; None: always.
Ladder = dict[Step, datetime.datetime | None]


def day_of(step: Step, clock: Clock, calendar: WorkCalendar) -> datetime.date:
    """The day of a step.

    Working days are counted, the due date itself not among them. Critical and statutory work counts calendar
    days; a statutory step that falls on a day off warns on the working day before, and chases on the one after.
    """
    start = clock.due_on if step.anchor == Anchor.DUE else clock.began_on
    if not clock.is_critical and not clock.is_statutory:
        return calendar.shift(start, step.offset_days)
    day = start + datetime.timedelta(days=step.offset_days)
    if clock.is_critical:
        return day
    return calendar.on_or_before(day) if step.offset_days <= 0 else calendar.on_or_after(day)


def timetable(steps: Iterable[Step], clock: Clock, calendar: WorkCalendar) -> Sequence[Timed]:
    """Every step with its moment (the organisation's morning), the first one first."""
    known = tuple(steps)
    # What nothing counts from makes no difference to when the steps are.
    began_on = clock.began_on if any(step.anchor == Anchor.START for step in known) else clock.due_on
    return _timetable(known, clock.due_on, began_on, clock.is_critical, clock.is_statutory, calendar)


@lru_cache(maxsize=20_000)
def _timetable(
    steps: tuple[Step, ...],
    due_on: datetime.date,
    began_on: datetime.date,
    is_critical: bool,
    is_statutory: bool,
    calendar: WorkCalendar,
) -> tuple[Timed, ...]:
    # Many assignments have the same date and the same ladder: worked out once, for all organisations.
    clock = Clock(due_on, began_on, NEVER, is_critical, is_statutory)
    return tuple(sorted(Timed(calendar.morning(day_of(step, clock, calendar)), step) for step in steps))


def remaining(ladder: Ladder, clock: Clock, calendar: WorkCalendar, *, taken: Collection[Step] = ()) -> list[Timed]:
    """The steps that are still to be taken, the first one first: some may be due already.

    Left out is what was taken for this due date, what was due before the clock was armed, and what was due
    before the step became part of the ladder.
    """
    return [
        timed
        for timed in timetable(ladder, clock, calendar)
        if timed.step not in taken and timed.at > max(clock.armed_at, ladder[timed.step] or clock.armed_at)
    ]


def next_moment(
    ladder: Ladder, clock: Clock, calendar: WorkCalendar, *, taken: Collection[Step] = ()
) -> datetime.datetime | None:
    """When the next step is due; None when the ladder has no more."""
    left = remaining(ladder, clock, calendar, taken=taken)
    return left[0].at if left else None

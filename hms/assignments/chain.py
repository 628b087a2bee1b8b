"""What the ladder has done about an assignment and what it will do, for people to see."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from hms.assignments import selectors
from hms.assignments.arming import clock_of
from hms.assignments.enums import State
from hms.assignments.escalation import Line
from hms.assignments.ladder import remaining
from hms.assignments.models import Assignment
from hms.organisations.calendar import open_calendar
from hms.organisations.models import Employee


@dataclass
class Rung:
    """One day of the ladder: who is told.

    Attributes:
        on: the day; never before today.
        people: whom it tells, as things stand today.
        is_escalation: whether they are told about somebody else's work.
    """

    on: datetime.date
    people: list[Employee]
    is_escalation: bool


def chain_of(assignment: Assignment) -> list[Rung]:
    """What happens with an open assignment if nobody does anything, the next first; empty for another."""
    if assignment.state != State.OPEN:
        return []
    calendar = open_calendar()
    today = calendar.local_date(timezone.now())
    line = Line(today)
    left = remaining(
        selectors.ladder_of(assignment.kind, critical=assignment.is_critical),
        clock_of(assignment, calendar),
        calendar,
        taken=selectors.steps_taken([assignment]).get(assignment.pk, ()),
    )
    rungs: dict[tuple[datetime.date, bool], Rung] = {}
    for at, step in left:
        day = max(calendar.local_date(at), today)
        rung = rungs.setdefault((day, step.is_routine), Rung(day, [], not step.is_routine))
        rung.people += [person for person in line.told(assignment, step.recipient) if person not in rung.people]
    return [rung for rung in rungs.values() if rung.people]

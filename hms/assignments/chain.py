"""What the ladder has done about an assignment and what it will do, for people to see."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from hms.assignments import selectors
from hms.assignments.arming import clock_of
from hms.assignments.enums import Recipient, State
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
        is_untaken: whether they are told because nobody has taken it.
        offered_to: what those who may take it are called, when it is they who are reminded.
    """

    on: datetime.date
    people: list[Employee]
    is_escalation: bool
    is_untaken: bool = False
    offered_to: str = ""


def chain_of(assignment: Assignment) -> list[Rung]:
    """What happens with an open assignment if nobody does anything, the next first; empty for another."""
    if assignment.state != State.OPEN:
        return []
    calendar = open_calendar()
    today = calendar.local_date(timezone.now())
    line = Line(today)
    left = remaining(
        selectors.ladder_for(assignment),
        clock_of(assignment, calendar),
        calendar,
        taken=selectors.steps_taken([assignment]).get(assignment.pk, ()),
    )
    rungs: dict[tuple[datetime.date, bool, bool], Rung] = {}
    offer = assignment.open_offer
    for at, step in left:
        day = max(calendar.local_date(at), today)
        is_untaken = step.recipient == Recipient.ACCOUNTABLE
        rung = rungs.setdefault(
            (day, step.is_routine, is_untaken),
            Rung(day, [], not step.is_routine, is_untaken, offer.name if offer and step.is_routine else ""),
        )
        rung.people += [person for person in line.told(assignment, step.recipient) if person not in rung.people]
    return [rung for rung in rungs.values() if rung.people]

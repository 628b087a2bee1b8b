"""How soon reporters are answered: one reckoning, for the summaries and for the trends."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.formats import number_format

from deviations.models import Deviation
from hms.organisations.calendar import WorkCalendar, open_calendar


@dataclass
class Answers:
    """How soon some reports were first answered.

    Attributes:
        days: working days to each first answer, in no order.
        in_time: how many had it by the promised date.
        due: how many should have had it by now; those that still have time are neither in time nor late.
    """

    days: list[int] = field(default_factory=list)
    in_time: int = 0
    due: int = 0

    @property
    def median(self) -> float | None:
        """Working days to the first answer, as a rule; None when nothing is answered."""
        days = sorted(self.days)
        if not days:
            return None
        return (days[(len(days) - 1) // 2] + days[len(days) // 2]) / 2

    @property
    def median_text(self) -> str:
        """«1,5»; a dash when nothing is answered."""
        middle = self.median
        return "–" if middle is None else number_format(middle, 0 if middle == int(middle) else 1)


def answers(cases: QuerySet[Deviation], calendar: WorkCalendar | None = None) -> Answers:
    """How soon these cases were first answered, in one query (and two for the calendar when none is given).

    Imported cases without a promise are left out. Days are counted in the current time zone.
    """
    return answers_by(cases, "organisation_id", calendar).popitem()[1]


def answers_by(cases: QuerySet[Deviation], key: str, calendar: WorkCalendar | None = None) -> dict[object, Answers]:
    """As :func:`answers`, for each value of a field (`unit_id`); of no cases at all, nothing under None."""
    rows = (
        cases.filter(first_answer_due_on__isnull=False)
        .values_list(key, TruncDate("reported_at"), TruncDate("first_answered_at"), "first_answer_due_on")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return _reckon(rows, calendar or open_calendar()) or {None: Answers()}


def _reckon(rows: Iterable[tuple], calendar: WorkCalendar) -> dict[object, Answers]:
    today = timezone.localdate()
    found: dict[object, Answers] = {}
    for value, reported, answered, due_on, number in rows:
        of_value = found.setdefault(value, Answers())
        if answered is not None:
            of_value.days += [working_days(reported, answered, calendar)] * number
            of_value.in_time += number if answered <= due_on else 0
        if answered is not None or due_on < today:
            of_value.due += number
    return found


def working_days(first: datetime.date, last: datetime.date, calendar: WorkCalendar) -> int:
    """Working days after `first`, up to and with `last`."""
    days = (first + datetime.timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)

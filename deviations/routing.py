"""Where a new case goes: rules without writes."""

import re

from deviations.enums import ReporterKind
from deviations.models import Deviation
from deviations.selectors import receivers_for, reporter_of
from hms.organisations.models import Employee, Unit
from hms.organisations.selectors import leaders_of, responsible_manager

TITLE_LENGTH = 80


def title_from(description: str) -> str:
    """A short title from the first sentence; the handler may write a better one."""
    # A digit before the full stop is an ordinal («2. etasje»), not the end.
    first = re.split(r"(?<=[^\d][.!?])\s|\n", description.strip(), maxsplit=1)[0].strip()
    if len(first) <= TITLE_LENGTH:
        return first.rstrip(".") or "…"
    return first[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def manager_concerned(unit: Unit, *, reporter: Employee | None = None) -> Employee | None:
    """The one a report «about my manager» is about: the unit's nearest leader, also when away.

    A leader who reports speaks of the next one up the line.
    """
    leaders = (holding.employee for holding in leaders_of(unit))
    return next((person for person in leaders if reporter is None or person.pk != reporter.pk), None)


def choose_handler(deviation: Deviation, *, without: Employee | None = None) -> Employee | None:
    """The unit's manager; up the line when vacant, away, `without`, or the one it is about.

    A leader who reports about their own leader does not judge it either; and what somebody reports with their
    name hidden is not theirs to handle. Whistleblowing goes to the first of its receivers.
    """
    if deviation.is_whistleblowing:
        return next((person for person in receivers_for(deviation) if person != without), None)
    is_hidden = deviation.reporter_kind == ReporterKind.HIDDEN
    reporter = reporter_of(deviation) if deviation.concerns_id or is_hidden else None
    return responsible_manager(deviation.unit, passing=[deviation.concerns, reporter, without])

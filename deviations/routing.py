"""Where a new case goes: rules without writes."""

import re

from deviations.models import Deviation
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

    A leader who reports about their own leader does not judge it either.
    """
    reporter = deviation.reporter if deviation.concerns_id else None
    return responsible_manager(deviation.unit, passing=[deviation.concerns, reporter, without])

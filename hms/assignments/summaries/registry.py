"""What apps add to the summaries. Everything is asked for in the open organisation, in its time zone and in the
reader's language; each function runs the same number of queries however much there is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hms.assignments.summaries.content import Figure, Question, Section
from hms.assignments.summaries.periods import Month, Week

# Confidential cases are counted among the others only where there are so many of them that none can be guessed
# from the difference (domain.md section 3).
SMALLEST_HIDDEN = 5

Counts = dict[int, int]


@dataclass(frozen=True)
class UnitColumn:
    """Counts by unit id for a month; `is_present`: how things stand now, so only the newest month has it."""

    position: int
    label: Callable[[], str]
    counts: Callable[[Month], Counts]
    is_present: bool = False


@dataclass(frozen=True)
class Contribution:
    """One app's part.

    Attributes:
        weekly_sections: lists about the leader's units; only those with something in them.
        weekly_figures: numbers about the leader's units.
        weekly_units: how much there is to tell, by unit id, for the sweep to find whom to tell.
        monthly_figures: numbers about the organisation for a month and (with `is_newest`) how things stand now.
        monthly_sections: lists for the top leader; the last argument is `is_newest`.
        unit_columns: counts by unit for the month's table.
    """

    weekly_sections: Callable[[Question, Week], Iterable[Section]] = lambda question, week: ()
    weekly_figures: Callable[[Question, Week], Iterable[Figure]] = lambda question, week: ()
    weekly_units: Callable[[Week], Counts] = lambda week: {}
    monthly_figures: Callable[[Month, bool], Iterable[Figure]] = lambda month, is_newest: ()
    monthly_sections: Callable[[Question, Month, bool], Iterable[Section]] = lambda question, month, is_newest: ()
    unit_columns: list[UnitColumn] = field(default_factory=list)


_contributions: dict[str, Contribution] = {}


def register(app: str, contribution: Contribution) -> None:
    """Add an app's part; called from `apps.ready()`."""
    _contributions[app] = contribution


def every() -> list[Contribution]:
    """All of them, the lower floors first."""
    return list(_contributions.values())


def counted(ordinary: int, confidential: int) -> int:
    """A total in which the confidential ones are, when there are enough of them."""
    return ordinary + (confidential if confidential >= SMALLEST_HIDDEN else 0)


def in_order(pieces: Iterable[Any]) -> list[Any]:
    """Sections or figures by their position."""
    return sorted(pieces, key=lambda piece: piece.position)

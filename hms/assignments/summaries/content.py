"""What a summary is made of. The page and the mail draw the same pieces, each in its own markup."""

import datetime
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from hms.assignments.summaries.periods import Period
from hms.organisations.models import Employee

# How many lines a list shows; the rest is a number.
LINES = 5
# A leader reads about the three that matter most.
FEW = 3


@dataclass(frozen=True)
class Question:
    """Who asks.

    Attributes:
        leader: whose summary it is; nothing is in it that this person may not see.
        reader: who reads it: the leader, or the deputy of one who is away.
        units: the leader's units and all below them.
        in_mail: whether it leaves the house: then nothing is called what a reporter wrote.
    """

    leader: Employee
    reader: Employee
    units: frozenset[int] = frozenset()
    in_mail: bool = False


@dataclass(frozen=True)
class Line:
    """One thing.

    Attributes:
        title: what it is called.
        meta: who has it, and where.
        when: since or until when, in words.
        url: path of its page; empty when the reader may not open it.
        due_on: its due date, where the page shows it as a tag.
    """

    title: str
    meta: str
    when: str = ""
    url: str = ""
    due_on: datetime.date | None = None


@dataclass(frozen=True)
class Section:
    """A list under a heading. `total` counts those too that are not shown; `position` orders the lists."""

    position: int
    heading: str
    icon: str
    color: str
    lines: list[Line]
    total: int
    lede: str = ""

    @property
    def note(self) -> str:
        """«5 av 12», when there are more than are shown."""
        if self.total <= len(self.lines):
            return ""
        return _("%(part)d of %(whole)d") % {"part": len(self.lines), "whole": self.total}


@dataclass(frozen=True)
class Figure:
    """A number, as people read it.

    Attributes:
        position: orders the figures.
        label: what is counted.
        value: how many, as text («12 of 15»).
        before: the same for the period before; empty when it is how things stand now.
        number: how many, so that a summary of nothing but zeroes can be left out.
    """

    position: int
    label: str
    value: str
    number: int
    before: str = ""


@dataclass(frozen=True)
class UnitTable:
    """Counts by unit, in the order of the tree: (unit, one number per column)."""

    columns: list[str]
    rows: list[tuple[str, list[int]]]

    @property
    def named_rows(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Each number with its column's name, where there is no heading above it."""
        return [(name, list(zip(self.columns, numbers, strict=True))) for name, numbers in self.rows]


@dataclass
class Summary:
    """One person's summary of one period."""

    period: Period
    leader: Employee
    reader: Employee
    figures: list[Figure] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    units: UnitTable | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not self.sections and not any(figure.number for figure in self.figures)

    @property
    def past_figures(self) -> list[Figure]:
        """What can be compared with the period before."""
        return [figure for figure in self.figures if figure.before]

    @property
    def present_figures(self) -> list[Figure]:
        """How things stand now."""
        return [figure for figure in self.figures if not figure.before]

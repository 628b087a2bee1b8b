"""What one domain says of the things of another, by their names. Neither imports the other: both register here."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hms.organisations.models import Employee


@dataclass(frozen=True)
class Mention:
    """One place where a thing is spoken of, as much of it as the reader may know."""

    label: str
    url: str
    on: datetime.date


@dataclass(frozen=True)
class Name:
    """What a thing is or was called, and when that meant this thing and no other of its kind.

    Attributes:
        since: what was said before this moment meant another thing; None when nothing else bore the name before.
        until: what was said at this moment or later means another thing; None when nothing else bears it now.
    """

    text: str
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


Names = Sequence[Name]


@dataclass(frozen=True)
class Speaker:
    """Whoever speaks of a kind of thing. A thing is known by all its names, so that it may be renamed.

    Attributes:
        of: the newest mentions of one thing that an employee may know of, and how many there are.
        counts: how many there are of each of these things, for those that have any, by whatever key they are given with.
            One query however many there are.
    """

    of: Callable[[Employee, Names], tuple[list[Mention], int]]
    counts: Callable[[Employee, Mapping[int, Names]], dict[int, int]]


_speakers: dict[str, Speaker] = {}
_names: dict[str, Callable[[], list[str]]] = {}


def register_speaker(kind: str, speaker: Speaker) -> None:
    """Say who speaks of a kind of thing; called from `apps.ready()`."""
    _speakers[kind] = speaker


def register_names(kind: str, names: Callable[[], list[str]]) -> None:
    """Say what the things of a kind are called in the open organisation; called from `apps.ready()`."""
    _names[kind] = names


def names_of(kind: str) -> list[str]:
    """What the things of a kind are called; nothing when nobody keeps such things."""
    return _names[kind]() if kind in _names else []


def mentions_of(kind: str, employee: Employee, names: Names) -> tuple[list[Mention], int]:
    """The newest mentions of a thing that an employee may know of, and how many there are."""
    return _speakers[kind].of(employee, names) if kind in _speakers and names else ([], 0)


def mention_counts(kind: str, employee: Employee, names: Mapping[int, Names]) -> dict[int, int]:
    """How many mentions of each of these things an employee may know of."""
    return _speakers[kind].counts(employee, names) if kind in _speakers and names else {}

"""What one domain says of the things of another, by their names. Neither imports the other: both register here."""

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass

from hms.organisations.models import Employee


@dataclass(frozen=True)
class Mention:
    """One place where a thing is spoken of, as much of it as the reader may know."""

    label: str
    url: str
    on: datetime.date


@dataclass(frozen=True)
class Speaker:
    """Whoever speaks of a kind of thing.

    Attributes:
        of: the newest mentions of one name that an employee may know of, and how many there are.
        counts: how many there are of each of these names, for those that have any. One query however many names.
    """

    of: Callable[[Employee, str], tuple[list[Mention], int]]
    counts: Callable[[Employee, Collection[str]], dict[str, int]]


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


def mentions_of(kind: str, employee: Employee, name: str) -> tuple[list[Mention], int]:
    """The newest mentions of a thing that an employee may know of, and how many there are."""
    return _speakers[kind].of(employee, name) if kind in _speakers else ([], 0)


def mention_counts(kind: str, employee: Employee, names: Collection[str]) -> dict[str, int]:
    """How many mentions an employee may know of each of these names."""
    return _speakers[kind].counts(employee, names) if kind in _speakers and names else {}

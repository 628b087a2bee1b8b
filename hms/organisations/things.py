"""What one domain keeps and another names by kind and id: a routine, a training. Neither imports the other.

An id is all that is stored. There is no key between the tables of two domains; what is kept here is therefore never
removed, only taken out of use, and an id of another organisation names nothing (row-level security).
"""

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from hms.organisations.models import Employee

# So many lines of each sort are shown.
SHOWN = 5


@dataclass(frozen=True)
class Thing:
    """One thing, as others speak of it."""

    pk: int
    name: str
    url: str
    is_in_use: bool = True


@dataclass(frozen=True)
class Keeper:
    """Whoever keeps a kind of thing, in the open organisation.

    Attributes:
        offered: those in use that others may choose, by name.
        known: those of these ids that there are, in use or not. One query however many.
        label: what several of them are called.
    """

    label: Any
    offered: Callable[[], list[Thing]]
    known: Callable[[Collection[int]], dict[int, Thing]]


@dataclass(frozen=True)
class Use:
    """One place where a thing is used, as much of it as the reader may know. `on`: None for what goes on."""

    label: str
    url: str
    on: datetime.date | None = None
    icon: str = "check"
    detail: str = ""


@dataclass(frozen=True)
class Usage:
    """Whoever uses a kind of thing: safety rounds, drills, trainings. A kind has as many as register.

    Attributes:
        of: the newest uses of one thing that an employee may know of, and how many there are.
        used: which of these things were used on a day or later, or are used all the time. One query however many.
    """

    of: Callable[[Employee, int], tuple[list[Use], int]]
    used: Callable[[Collection[int], datetime.date], set[int]]


_keepers: dict[str, Keeper] = {}
_usages: dict[str, list[Usage]] = {}


def register_keeper(kind: str, keeper: Keeper) -> None:
    """Say who keeps a kind of thing; called from `apps.ready()`."""
    _keepers[kind] = keeper


def register_usage(kind: str, usage: Usage) -> None:
    """Add one who uses a kind of thing; called from `apps.ready()`."""
    _usages.setdefault(kind, []).append(usage)


def kinds() -> dict[str, str]:
    """The kinds of things that are kept, and what several of a kind are called."""
    return {kind: str(keeper.label) for kind, keeper in _keepers.items()}


def offered(kind: str) -> list[Thing]:
    """What may be chosen of a kind; nothing when nobody keeps such things."""
    return _keepers[kind].offered() if kind in _keepers else []


def known(kind: str, ids: Collection[int]) -> dict[int, Thing]:
    """The things of these ids, by id; without those that do not exist here."""
    return _keepers[kind].known(ids) if ids and kind in _keepers else {}


def uses_of(kind: str, employee: Employee, pk: int) -> tuple[list[Use], int]:
    """Where a thing is used, of all who use it, what goes on first and then the newest; and how many there are."""
    found: list[Use] = []
    total = 0
    for usage in _usages.get(kind, []):
        uses, count = usage.of(employee, pk)
        found += uses
        total += count
    return sorted(found, key=lambda use: (use.on is None, use.on or datetime.date.min), reverse=True), total


def used_since(kind: str, ids: Collection[int], since: datetime.date) -> set[int]:
    """Which of these things anybody has used on a day or later."""
    return set().union(*(usage.used(ids, since) for usage in _usages.get(kind, []))) if ids else set()

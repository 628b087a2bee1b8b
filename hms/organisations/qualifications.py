"""What somebody holds for a time (a training), kept by one domain and asked about by another, by kind and id."""

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.dispatch import Signal

from hms.organisations.models import Employee

# Sent when somebody holds something, or no longer does, because of what somebody did. What only runs out with its date
# is not told: whoever depends on it asks by the day. Arguments: kind, ids (of what is held).
holders_changed = Signal()


@dataclass(frozen=True)
class Holding:
    """Whoever knows who holds things of a kind, in the open organisation.

    Attributes:
        holders: ids of the employees who hold any of these on a day, as a query for others to filter by.
        held_by: ids of what an employee holds on a day, as a query.
    """

    holders: Callable[[Collection[int], datetime.date], QuerySet]
    held_by: Callable[[Employee, datetime.date], QuerySet]


_holdings: dict[str, Holding] = {}


def register(kind: str, holding: Holding) -> None:
    """Say who knows the holders of a kind; called from `apps.ready()`."""
    _holdings[kind] = holding


def holders_of(kind: str, ids: Collection[int], on: datetime.date) -> QuerySet | list[int]:
    """Ids of those who hold any of these things on a day; nobody for a kind that nobody registered."""
    return _holdings[kind].holders(ids, on) if kind in _holdings and ids else []


def held_by(kind: str, employee: Employee, on: datetime.date) -> QuerySet | list[int]:
    """Ids of the things of a kind that somebody holds on a day."""
    return _holdings[kind].held_by(employee, on) if kind in _holdings else []

"""What can be made into a report. Apps register their kinds in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from hms.organisations.models import Employee


class ReportGone(Exception):
    """What the report is about does not exist for this person (any more)."""


class TooMuch(Exception):
    """More than fits in one document."""


@dataclass(frozen=True)
class Made:
    """A finished report. What is too large for memory comes as an open file, which is closed afterwards."""

    name: str
    content: bytes | IO[bytes]
    content_type: str = "application/pdf"


@dataclass(frozen=True)
class Kind:
    """A kind of report.

    `make(parameters, employee)` runs in a worker, inside the organisation, in the asker's language. It
    fetches everything through the employee's own permissions and raises `ReportGone` when there is nothing, or
    `TooMuch`. One that takes its time tells how far it has come (`hms.reports.progress`).
    `back_url(parameters, slug)` is where the page leads back to.
    """

    key: str
    make: Callable[[dict[str, Any], Employee], Made]
    back_url: Callable[[dict[str, Any], str], str]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.key] = kind


def get(key: str) -> Kind:
    """The registered kind. KeyError when nobody registered it."""
    return _kinds[key]

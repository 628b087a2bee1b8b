"""What else the routine mail of a day tells: apps above register what their readers follow.

The mail has one limit, once a day, and one set of wishes; what people follow is told in it, under their tasks. On a day
without tasks it is sent for the news alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.translation import ngettext

from hms.organisations.models import Employee


@dataclass(frozen=True)
class News:
    """What is new in one thing that somebody follows. Numbers and references; never what a case says.

    Attributes:
        name: what it is called by whoever follows it.
        came: how many are new.
        closed: how many are closed now.
        url: path of the thing.
        stop_url: path of the page where one says no.
        lines: (reference, path) of each, the newest first.
        more: how many there are beside the lines.
    """

    name: str
    came: int
    closed: int
    url: str
    stop_url: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    more: int = 0

    @property
    def text(self) -> str:
        """What is new, in numbers."""
        return in_numbers(self.came, self.closed)


def in_numbers(came: int, closed: int) -> str:
    """«3 new, 1 closed»."""
    parts = []
    if came:
        parts.append(ngettext("%(count)d new", "%(count)d new", came) % {"count": came})
    if closed:
        parts.append(ngettext("%(count)d closed", "%(count)d closed", closed) % {"count": closed})
    return ", ".join(parts)


_tellers: list[Callable[[Employee], Iterable[News]]] = []


def register(teller: Callable[[Employee], Iterable[News]]) -> None:
    """Add somebody who knows news; called from `apps.ready()`.

    It is called when the mail is sent, in the open organisation and in the reader's language, and must say the same
    when the same day's mail is sent again.
    """
    _tellers.append(teller)


def news_for(reader: Employee) -> list[News]:
    """Everything that is new for somebody today."""
    return [news for teller in _tellers for news in teller(reader)]

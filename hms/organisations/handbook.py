"""What other domains add to the internal control handbook. It is read by everybody, so nothing in it points at anybody."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """A chapter as it is now.

    Attributes:
        key: its anchor.
        rows: what, and how much or how many, in words.
        empty: what stands there when there is no row.
        url: where more of it is found; `link`: what that is called.
    """

    key: str
    title: str
    lede: str
    heads: tuple[str, str]
    rows: tuple[tuple[str, str], ...]
    empty: str
    url: str = ""
    link: str = ""


# The organisation's slug → the chapter, in the language in use and of the open organisation.
Writer = Callable[[str], Chapter]
_writers: dict[int, Writer] = {}


def register_chapter(order: int, writer: Writer) -> None:
    """Add a chapter; called from `apps.ready()`. Each place is taken once."""
    _writers[order] = writer


def chapters(organisation_slug: str) -> list[Chapter]:
    """Every chapter of the other domains, in order."""
    return [_writers[order](organisation_slug) for order in sorted(_writers)]

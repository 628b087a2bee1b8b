"""Two texts that grew from the same one, put together: what only one of them changed is kept. Knows nothing of routines."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from routines.diffing import ops

# A line with the empty lines after it: what people see as one thing.
_UNIT = re.compile(r"[^\n]*\n(?:[ \t]*\n)*|[^\n]+\Z")


class Choice(StrEnum):
    """Which text stands where both were changed."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True)
class Part:
    """A stretch of the merged text.

    Attributes:
        kind: `same` (as it was), `ours` or `theirs` (changed there only), `agreed` (changed alike), `conflict`.
        base, ours, theirs: how the stretch reads in each of the three texts.
    """

    kind: str
    base: str
    ours: str
    theirs: str

    @property
    def is_conflict(self) -> bool:
        return self.kind == "conflict"

    def text(self, choice: Choice = Choice.OURS) -> str:
        """How the stretch reads in the merged text; `choice` counts where both were changed."""
        if self.kind == "theirs" or (self.is_conflict and choice == Choice.THEIRS):
            return self.theirs
        if self.is_conflict and choice == Choice.BOTH:
            return _closed(self.ours) + self.theirs
        return self.ours


@dataclass(frozen=True)
class Merge:
    """Three texts cut into stretches, in order."""

    parts: tuple[Part, ...]

    @property
    def conflicts(self) -> list[Part]:
        return [part for part in self.parts if part.is_conflict]

    @property
    def has_news(self) -> bool:
        """Whether the other text brings anything that ours does not have."""
        return any(part.kind in {"theirs", "conflict"} for part in self.parts)

    @property
    def has_own(self) -> bool:
        """Whether ours has changes of its own, which stay."""
        return any(part.kind in {"ours", "conflict"} for part in self.parts)

    def text(self, choices: Collection[Choice] = ()) -> str:
        """The merged text, with a choice for each conflict in order.

        Raises:
            ValueError: when there are not as many choices as conflicts.
        """
        if len(choices) != len(self.conflicts):
            raise ValueError("a choice for each conflict")
        wanted = iter(choices)
        return "".join(part.text(next(wanted)) if part.is_conflict else part.text() for part in self.parts)


def merge(base: str, ours: str, theirs: str) -> Merge:
    """Put `ours` and `theirs` together, which both were made from `base`.

    A stretch that one of them changed is taken from there; one that both changed, and not alike, is a conflict. Empty
    lines go with the line before them and are no difference.
    """
    cut = [_units(text) for text in (base, ours, theirs)]
    return Merge(tuple(_joined(_parts(*cut))))


def _units(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    return _UNIT.findall(text if not text or text.endswith("\n") else text + "\n")


def _closed(text: str) -> str:
    """A text that another one can follow as a paragraph of its own, unless both are points of a list."""
    last = text.rstrip("\n").rpartition("\n")[2].lstrip()
    return text if re.match(r"[-*] |\d+[.)] |\|", last) or not text else text.rstrip("\n") + "\n\n"


def _matches(base: list[str], other: list[str]) -> dict[int, int]:
    """Places in `base` that stand in `other` too, and where."""
    found = {}
    for op in ops([unit.rstrip() for unit in base], [unit.rstrip() for unit in other]):
        if op.kind == "equal":
            found.update(zip(op.old, op.new, strict=True))
    return found


def _parts(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[Part]:
    in_ours, in_theirs = _matches(base, ours), _matches(base, theirs)
    at, at_ours, at_theirs = 0, 0, 0
    for place in sorted(in_ours.keys() & in_theirs.keys()):
        yield from _gap(base[at:place], ours[at_ours : in_ours[place]], theirs[at_theirs : in_theirs[place]])
        # The same line; the empty ones after it are taken from whoever changed them.
        yield _line(base[place], ours[in_ours[place]], theirs[in_theirs[place]])
        at, at_ours, at_theirs = place + 1, in_ours[place] + 1, in_theirs[place] + 1
    yield from _gap(base[at:], ours[at_ours:], theirs[at_theirs:])


def _line(base: str, ours: str, theirs: str) -> Part:
    text = theirs if ours == base else ours
    return Part("same", text, text, text)


def _gap(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[Part]:
    if not base and not ours and not theirs:
        return
    was, mine, yours = ([unit.rstrip() for unit in units] for units in (base, ours, theirs))
    if mine == yours:
        kind = "agreed"
    elif mine == was:
        kind = "theirs"
    elif yours == was:
        kind = "ours"
    else:
        kind = "conflict"
    yield Part(kind, "".join(base), "".join(ours), "".join(theirs))


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Neighbours of the same kind as one; a conflict stands alone."""
    last: Part | None = None
    for part in parts:
        if last is not None and last.kind == part.kind and not part.is_conflict:
            last = Part(last.kind, last.base + part.base, last.ours + part.ours, last.theirs + part.theirs)
            continue
        if last is not None:
            yield last
        last = part
    if last is not None:
        yield last

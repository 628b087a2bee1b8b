"""The fishbone as a drawing: where everything stands, for one template that page and paper share.

Categories hang on a spine that leads to what happened, above and below by turns; under each its causes. All sizes are
in the drawing's own units, so that it scales to the page.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deviations.enums import Cause
from deviations.models import ContributingCause

SLOT, HEAD, LEFT, BOX = 236, 150, 16, 30
LINE = 16
CAUSE_WIDTH, CATEGORY_WIDTH, HEAD_WIDTH = 28, 27, 17


@dataclass(frozen=True)
class Text:
    """A line of text, and where it begins (or its middle)."""

    x: int
    y: int
    words: str


@dataclass(frozen=True)
class Bone:
    """One category: its box with the name, the rib to the spine, and its causes."""

    box: tuple[int, int, int, int]
    name: list[Text]
    rib: tuple[int, int, int, int]
    causes: list[Text]


@dataclass(frozen=True)
class Fishbone:
    """The whole drawing."""

    width: int
    height: int
    spine: tuple[int, int, int, int]
    head: tuple[int, int, int, int]
    title: list[Text]
    bones: list[Bone]
    # The same in words: (category, its causes).
    rows: list[tuple[Any, list[str]]]


def draw(title: str, categories: Iterable[str], causes: Iterable[ContributingCause]) -> Fishbone | None:
    """The drawing of a case; None while nothing is known."""
    by_category: dict[str, list[str]] = {name: [] for name in categories}
    for cause in causes:
        by_category.setdefault(cause.category, []).append(cause.text)
    if not by_category:
        return None
    rows = [(Cause(name).label, by_category[name]) for name in Cause.values if name in by_category]
    wrapped = [[_wrap(text, CAUSE_WIDTH, 3) for text in texts] for _name, texts in rows]
    room = 26 + max(sum(len(lines) * LINE + 6 for lines in texts) for texts in wrapped)
    names = [_wrap(str(name), CATEGORY_WIDTH, 2) for name, _texts in rows]
    box = BOX if max(map(len, names)) == 1 else BOX + LINE
    spine = box + room + 8
    slots = (len(rows) + 1) // 2
    end = LEFT + slots * SLOT + 30
    bones = [
        _bone(index, name, texts, box=box, spine=spine, room=room)
        for index, (name, texts) in enumerate(zip(names, wrapped, strict=True))
    ]
    lines = _wrap(title, HEAD_WIDTH, 4)
    tall = len(lines) * LINE + 20
    head = (end, spine - tall // 2, HEAD, tall)
    middle = [Text(end + HEAD // 2, spine - tall // 2 + 23 + n * LINE, words) for n, words in enumerate(lines)]
    height = 2 * spine if len(rows) > 1 else spine + tall
    return Fishbone(end + HEAD + 4, height, (LEFT, spine, end, spine), head, middle, bones, rows)


def _bone(index: int, name: list[str], texts: list[list[str]], *, box: int, spine: int, room: int) -> Bone:
    below = index % 2 == 1
    left = LEFT + index // 2 * SLOT
    top = 2 * spine - box - 2 if below else 2
    near = top if below else top + box
    first = spine + 26 if below else top + box + 22
    causes, y = [], first
    for lines in texts:
        for words in lines:
            causes.append(Text(left + 34, y, words))
            y += LINE
        y += 6
    label = [
        Text(left + (SLOT - 20) // 2, top + box // 2 + 5 + round((n - (len(name) - 1) / 2) * LINE), words)
        for n, words in enumerate(name)
    ]
    return Bone((left, top, SLOT - 20, box), label, (left + 18, near, left + 18, spine), causes)


def _wrap(text: str, width: int, most: int) -> list[str]:
    return textwrap.wrap(text, width, max_lines=most, placeholder=" …", break_on_hyphens=False) or [""]

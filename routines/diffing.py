"""What differs between two sequences: the shortest edit, by Myers' method. Knows nothing of routines."""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

# Time and memory grow with the square of what differs; beyond this a good edit is enough.
MOST_EDITS = 1000
# How far around a line one looks to see what it lies among.
SCAN = 100


class Op(NamedTuple):
    """`equal`, `delete` or `insert`: a stretch of the old sequence, of the new one, or of both."""

    kind: str
    old: range
    new: range


def ops(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Op]:
    """The edit that makes `old` into `new`: as few items taken out and put in as can be."""
    found: list[Op] = []
    i = j = 0
    for at_old, at_new, length in _blocks(old, new):
        if at_old > i:
            found.append(Op("delete", range(i, at_old), range(j, j)))
        if at_new > j:
            found.append(Op("insert", range(at_old, at_old), range(j, at_new)))
        if length:
            found.append(Op("equal", range(at_old, at_old + length), range(at_new, at_new + length)))
        i, j = at_old + length, at_new + length
    return found


def _blocks(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[int, int, int]]:
    """Stretches that are alike, in order; the last is empty and stands at both ends."""
    start, tail = _common_ends(old, new)
    if start:
        yield 0, 0, start
    a, b = old[start : len(old) - tail], new[start : len(new) - tail]
    for at_old, at_new, length in _gathered(_pairs(a, b)):
        yield start + at_old, start + at_new, length
    yield len(old) - tail, len(new) - tail, tail


def _gathered(pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    at = 0
    while at < len(pairs):
        length = 1
        while at + length < len(pairs) and pairs[at + length] == (pairs[at][0] + length, pairs[at][1] + length):
            length += 1
        yield (*pairs[at], length)
        at += length


def _pairs(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """A longest common subsequence, as pairs of places."""
    if not a or not b:
        return []
    trace = _furthest(a, b)
    if trace is None:
        found = SequenceMatcher(None, a, b).get_matching_blocks()
        return [(block.a + k, block.b + k) for block in found for k in range(block.size)]
    return _walk_back(trace, len(a), len(b))


def _furthest(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[dict[int, int]] | None:
    """How far one comes on every diagonal with 0, 1, 2 … edits; the last reaches the end of both. None: too far."""
    trace: list[dict[int, int]] = []
    reach = {1: 0}
    for edits in range(min(len(a) + len(b), MOST_EDITS) + 1):
        trace.append(dict(reach))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reach.get(k - 1, -1) < reach.get(k + 1, -1))
            x = reach.get(k + 1, 0) if down else reach.get(k - 1, 0) + 1
            y = x - k
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
            reach[k] = x
            if x >= len(a) and y >= len(b):
                return trace
    return None


def _walk_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """From the end to the start along the way that was found; every step on a diagonal is a pair."""
    pairs = []
    for edits in range(len(trace) - 1, -1, -1):
        reach, k = trace[edits], x - y
        down = k == -edits or (k != edits and reach.get(k - 1, -1) < reach.get(k + 1, -1))
        before = k + 1 if down else k - 1
        was_x = reach.get(before, 0)
        # Where the diagonal was come upon: after the one edit, or at the very start.
        began_x = 0 if edits == 0 else was_x if down else was_x + 1
        while x > began_x:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = was_x, was_x - before
    pairs.reverse()
    return pairs


@dataclass(frozen=True)
class Delta:
    """What makes one text into another, line by line: how many lines stay, go, or which ones come."""

    steps: tuple[tuple[str, int | tuple[str, ...]], ...]

    @property
    def added(self) -> int:
        return sum(len(lines) for kind, lines in self.steps if kind == "add" and isinstance(lines, tuple))

    @property
    def removed(self) -> int:
        return sum(count for kind, count in self.steps if kind == "drop" and isinstance(count, int))


def delta(old: str, new: str) -> Delta:
    """The lines that differ."""
    before, after = _lines(old), _lines(new)
    sides = _anchors(before, after)
    steps: list[tuple[str, int | tuple[str, ...]]] = []
    for op in ops(*sides):
        if op.kind == "equal":
            steps.append(("keep", len(op.old)))
        elif op.kind == "delete":
            steps.append(("drop", len(op.old)))
        else:
            steps.append(("add", tuple(after[j] for j in op.new)))
    return Delta(tuple(steps))


def apply(old: str, change: Delta) -> str:
    """The new text, from the old one and what differs.

    Raises:
        ValueError: when the change was not made from this text.
    """
    before, at, out = _lines(old), 0, []
    for kind, what in change.steps:
        if isinstance(what, tuple):
            out.extend(what)
            continue
        if at + what > len(before):
            raise ValueError("another text")
        if kind == "keep":
            out.extend(before[at : at + what])
        at += what
    if at != len(before):
        raise ValueError("another text")
    return "".join(out)


def _lines(text: str) -> list[str]:
    """Lines with their ends, so that a missing last newline is a difference too."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _anchors(old: list[str], new: list[str]) -> tuple[list[Hashable], list[Hashable]]:
    """The lines as they are compared: one that stands everywhere holds nothing fast.

    An empty line between lines that are all new is new too, though the old text had empty lines. Which ones do not
    count is worked out as `git diff` does, so that both count the same.
    """
    start, end = _common_ends(old, new)
    sides = []
    for side, lines, others in ((0, old, new), (1, new, old)):
        times = Counter(others)
        many = _rough_root(len(lines))
        ranks = [0 if not times[line] else 2 if times[line] >= many else 1 for line in lines]
        last = len(lines) - end - 1
        sides.append(
            [
                (side, place)
                if start <= place <= last and (rank == 0 or (rank == 2 and _is_loose(ranks, place, start, last)))
                else line
                for place, (line, rank) in enumerate(zip(lines, ranks, strict=True))
            ]
        )
    return sides[0], sides[1]


def _common_ends(a: Sequence[Hashable], b: Sequence[Hashable]) -> tuple[int, int]:
    """How many items are alike from the start, and of the rest from the end."""
    shortest, start, end = min(len(a), len(b)), 0, 0
    while start < shortest and a[start] == b[start]:
        start += 1
    while end < shortest - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return start, end


def _rough_root(count: int) -> int:
    """A power of two near the square root: how often a line must stand there to count as «everywhere»."""
    root = 1
    while count > 0:
        root, count = root * 2, count // 4
    return min(root, 1024)


def _is_loose(ranks: list[int], place: int, start: int, last: int) -> bool:
    """Whether a line that stands everywhere lies among lines of which hardly any has its like in the other text."""
    gone, everywhere = 0, 0
    for step, edge in ((-1, max(start, place - SCAN)), (1, min(last, place + SCAN))):
        alone, also, at = 0, 1, place + step
        while (edge - at) * step >= 0 and ranks[at] != 1:
            alone, also = (alone + 1, also) if ranks[at] == 0 else (alone, also + 1)
            at += step
        if not alone:
            return False
        gone, everywhere = gone + alone, everywhere + also
    return everywhere * 4 < everywhere + gone

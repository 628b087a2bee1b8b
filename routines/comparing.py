"""Two texts side by side in one: what was taken out and what was put in, word by word, as people read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from routines.diffing import ops
from routines.markdown import Links, Piece, pieces

TOKEN = re.compile(r"<[^>]*>|(?:&\#?\w+;|\w+|[^\w\s])\s*|\s+")
TAG = re.compile(r"<[^>]*>")
# Two pieces are one that was changed when this much of their words is the same.
ALIKE = 0.45
# How far on one looks for what a piece was before.
NEAR = 40
# How many unchanged pieces are shown around what changed.
CONTEXT = 1


@dataclass(frozen=True)
class Row:
    """One piece of the comparison.

    Attributes:
        change: "" as before, `add`, `del`, `mix` (words inside changed) or `gap` (unchanged pieces left out).
        piece: how it is drawn: kind, depth and marker are the new text's.
        html: its words, with `<ins>` and `<del>` where words changed.
        skipped: how many pieces a gap stands for.
    """

    change: str
    piece: Piece | None = None
    html: str = ""
    skipped: int = 0


def compare(old: str, new: str, links: Links) -> list[Row]:
    """Everything in the new text, with what the old one had instead."""
    return compare_pieces(pieces(old, links), pieces(new, links))


def compare_pieces(before: list[Piece], after: list[Piece]) -> list[Row]:
    """The same of two texts that are cut already."""
    rows: list[Row] = []
    gone: list[Piece] = []
    come: list[Piece] = []
    for op in ops([_key(piece) for piece in before], [_key(piece) for piece in after]):
        if op.kind == "equal":
            rows += _changed(gone, come)
            gone, come = [], []
            rows += [Row("", after[j], mark_safe(after[j].html)) for j in op.new]
        elif op.kind == "delete":
            gone += [before[i] for i in op.old]
        else:
            come += [after[j] for j in op.new]
    return rows + _changed(gone, come)


def _key(piece: Piece) -> tuple[str, int, str]:
    """What makes two pieces the same: a point that only got another number is not changed."""
    return piece.kind, piece.depth, piece.html


def only_changes(rows: Sequence[Row]) -> list[Row]:
    """What changed, with a little around it; the rest is counted."""
    near = {
        place + step
        for place, row in enumerate(rows)
        if row.change
        for step in range(-CONTEXT, CONTEXT + 1)
    }  # fmt: skip
    shown: list[Row] = []
    skipped = 0
    for place, row in enumerate(rows):
        if place in near:
            if skipped:
                shown.append(Row("gap", skipped=skipped))
                skipped = 0
            shown.append(row)
        else:
            skipped += 1
    if skipped:
        shown.append(Row("gap", skipped=skipped))
    return shown


def has_changes(rows: Sequence[Row]) -> bool:
    return any(row.change for row in rows)


def _changed(gone: list[Piece], come: list[Piece]) -> list[Row]:
    """Pieces that were taken out and put in at one place; those that are much alike are one that was changed."""
    rows: list[Row] = []
    i = 0
    pairs = dict(_alike(gone, come))
    for j, piece in enumerate(come):
        # What went comes before what took its place.
        stop = next((pairs[later] for later in range(j, len(come)) if later in pairs), len(gone))
        rows += [_whole("del", each) for each in gone[i:stop]]
        i = stop
        if j in pairs:
            rows.append(Row("mix", piece, words_changed(gone[i].html, piece.html)))
            i += 1
        else:
            rows.append(_whole("add", piece))
    return rows + [_whole("del", piece) for piece in gone[i:]]


def _whole(change: str, piece: Piece) -> Row:
    return Row(change, piece, mark_safe(piece.html))


def _alike(gone: list[Piece], come: list[Piece]) -> list[tuple[int, int]]:
    """Pairs (new, old) in the order of both, each as alike as can be from where the last one ended."""
    pairs, start = [], 0
    old_words = [_bare(piece.html) for piece in gone]
    for j, piece in enumerate(come):
        words = _bare(piece.html)
        best, place = ALIKE, None
        for i in range(start, min(len(gone), start + NEAR)):
            if gone[i].kind != piece.kind:
                continue
            matcher = SequenceMatcher(None, old_words[i], words, autojunk=False)
            if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
                best, place = ratio, i
        if place is not None:
            pairs.append((j, place))
            start = place + 1
    return pairs


def _bare(html: str) -> list[str]:
    return [token.strip() for token in TOKEN.findall(html) if not token.startswith("<") and token.strip()]


def words_changed(old: str, new: str) -> SafeString:
    """The new words, with those that were taken out before those that were put in.

    Marks (bold, links) are the new text's: an edit of words never breaks them apart.
    """
    before = [token for token in TOKEN.findall(old) if not TAG.fullmatch(token)]
    after = TOKEN.findall(new)
    words = [token for token in after if not TAG.fullmatch(token)]
    out: list[SafeString] = []
    at = 0

    def take(count: int) -> list[tuple[bool, str]]:
        """The next words of the new text, and the marks that stand before them."""
        nonlocal at
        taken: list[tuple[bool, str]] = []
        while count:
            is_mark = bool(TAG.fullmatch(after[at]))
            taken.append((is_mark, after[at]))
            count -= 0 if is_mark else 1
            at += 1
        return taken

    for op in ops([word.strip() for word in before], [word.strip() for word in words]):
        if op.kind == "equal":
            out += [mark_safe(token) for _is_mark, token in take(len(op.new))]
        elif op.kind == "delete":
            out.append(_marked("del", _("removed:"), "".join(before[i] for i in op.old)))
        else:
            out += _put_in(take(len(op.new)))
    out += [mark_safe(token) for token in after[at:]]
    return mark_safe("".join(out))


def _put_in(taken: list[tuple[bool, str]]) -> list[SafeString]:
    """Words that are new, in as few `<ins>` as the marks between them allow."""
    out: list[SafeString] = []
    words = ""
    for is_mark, token in taken:
        if is_mark and words:
            out.append(_marked("ins", _("added:"), words))
            words = ""
        if is_mark:
            out.append(mark_safe(token))
        else:
            words += token
    return [*out, _marked("ins", _("added:"), words)] if words else out


def _marked(tag: str, word: str, text: str) -> SafeString:
    """Sighted readers see a line and a colour, others hear a word; on paper both stand."""
    inner = text.rstrip()
    space = " " if inner != text else ""
    return format_html('<{0}><span class="sr">{1} </span>{2}</{0}>{3}', mark_safe(tag), word, mark_safe(inner), space)

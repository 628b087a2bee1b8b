"""The control question of a text: asked of whoever confirms it, to see whether the text is understood.

One question, two to four answers of which exactly one is right, and if the author likes where and why it says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.translation import gettext as _

from routines.comparing import Row, compare_pieces, has_changes
from routines.markdown import Heading, Piece, headings

FEWEST_ANSWERS, MOST_ANSWERS = 2, 4


@dataclass(frozen=True)
class Control:
    """A control question.

    Attributes:
        right: place of the right answer among them, from 0; None while the author has not said.
        why: what somebody who answers wrong is told: where it stands, and why.
    """

    question: str = ""
    answers: tuple[str, ...] = ()
    right: int | None = None
    why: str = ""

    def __bool__(self) -> bool:
        """Whether anything of it is written."""
        return bool(self.question or self.answers or self.why)

    @property
    def options(self) -> list[tuple[str, bool]]:
        """The answers, each with whether it is the right one."""
        return [(answer, place == self.right) for place, answer in enumerate(self.answers)]

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is missing before it can be asked: name of the field, and words for people. Nothing without a question."""
        if not self:
            return
        if not self.question:
            yield "control_question", _("Write the question, or empty its answers.")
        if len(self.answers) < FEWEST_ANSWERS:
            yield "control_answer_1", _("Give at least two answers to choose from.")
        elif len({answer.casefold() for answer in self.answers}) < len(self.answers):
            yield "control_answer_1", _("Two of the answers are alike.")
        elif self.right is None or self.right >= len(self.answers):
            yield "control_right", _("Say which of the answers is right.")


NO_CONTROL = Control()


def places_in(control: Control, text: str) -> list[Heading]:
    """The headings of a text that the explanation names, to lead whoever answered wrong there."""
    said = control.why.casefold()
    return [heading for heading in headings(text) if len(heading.text) > 2 and heading.text.casefold() in said]


def _pieces(control: Control, *, marks_right: bool) -> list[Piece]:
    def piece(kind: str, marker: str, words: str) -> Piece:
        return Piece(kind, 0, marker, str(escape(words)))

    if not control:
        return []
    right = " " + _("(right answer)")
    found = [piece("p", "", control.question)] if control.question else []
    found += [
        piece("li", f"{place}.", answer + (right if is_right and marks_right else ""))
        for place, (answer, is_right) in enumerate(control.options, start=1)
    ]
    if control.why and marks_right:
        found.append(piece("p", "", _("To those who answer wrong: %(why)s") % {"why": control.why}))
    return found


@dataclass(frozen=True)
class Change:
    """What became of the control question from one text to another: in a few words, and piece by piece."""

    words: str
    rows: list[Row]


def change_of(before: Control, after: Control, *, marks_right: bool) -> Change | None:
    """What differs between two control questions; None when nothing does.

    Args:
        marks_right: whether the reader may know which answer is right, and what is said of a wrong one.
    """
    if before == after:
        return None
    rows = compare_pieces(_pieces(before, marks_right=marks_right), _pieces(after, marks_right=marks_right))
    if not before:
        words = _("There is a control question now.")
    elif not after:
        words = _("There is no control question any more.")
    elif has_changes(rows):
        words = _("The control question is changed.")
    else:
        words = _("The key to the control question is changed.")
    return Change(words, rows)

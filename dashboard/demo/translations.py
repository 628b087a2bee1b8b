"""The demo's routines in English: one that follows the original, and one that has been left behind."""

import datetime
from dataclasses import dataclass

from dashboard.demo.book import Book
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from routines.enums import DraftState
from routines.markdown import plain
from routines.models import Draft, Routine, Translation, Version
from routines.services.translating import FOLLOW_DAYS


@dataclass(frozen=True)
class English:
    """A translation: of which version, how many days ago it came into force, and what it says."""

    number: int
    days: int
    title: str
    text: str


_NEEDLE = """# Do this at once

1. Let the wound bleed. Rinse it under running water for five minutes.
2. Clean the skin around the wound with spirit. Do not rub.
3. Call your doctor on the next working day.
4. Tell whoever is on duty, and report a deviation.

# Spilt blood

Wear gloves. Cover the spill with paper and chlorine, and wait ten minutes before you wipe it up. Throw everything in
the yellow box.

# Who does what

- **You** report the deviation the same day.
- **The HSE manager** goes through all needlestick injuries every quarter.
"""
_FIRE = """# When the alarm goes off

1. Warn: shout, and press the nearest call point. Call **110**.
2. Rescue: help those who are nearest to the danger out first.
3. Put it out: only if you can do it safely.

Meet in the car park at the main entrance. Whoever is on duty counts.

# Every shift

- [ ] The escape routes are clear
- [ ] The fire doors are closed
- [ ] The duty list lies at the panel
"""
TRANSLATED = {
    "stikkskader": English(1, 340, "Needlestick injuries and spilt blood", _NEEDLE),
    "brann-pa-sykehjemmet": English(2, 290, "Fire at the nursing home", _FIRE),
}


def translate(book: Book, routine: Routine, versions: list[Version]) -> None:
    """Write the English text of a routine, where there is one; where it is behind, the owner is asked to follow."""
    english = TRANSLATED.get(routine.slug)
    if english is None:
        return
    original = next(version for version in versions if version.number == english.number)
    at = (book.now - datetime.timedelta(days=english.days)).replace(hour=9, minute=30)
    owner, approver = routine.owner, original.approved_by
    version = book.add(
        Version(
            routine=routine, number=original.number, language="en", translates=original, title=english.title,
            text=english.text, change_note="Translated into English", is_material=False, author=owner,
            author_name=owner.name, approved_by=approver, approved_at=at, valid_from=at.date(), published_at=at,
        )
    )  # fmt: skip
    book.add(
        Draft(
            routine=routine, language="en", state=DraftState.PUBLISHED, translates=original, title=version.title,
            text=version.text, change_note=version.change_note, revision=2, round=1, author=owner, edited_by=owner,
            edited_at=at - datetime.timedelta(days=6), version=version, approved_by=approver, approved_at=at,
            created_at=at - datetime.timedelta(days=8),
        )
    )  # fmt: skip
    data = {"version": version.label, "language": "en"}
    book.event("routine.translated", version, at=at, by=approver, root=routine, data=data)
    held = book.add(
        Translation(
            routine=routine, language="en", current=version, title=version.title, text=plain(version.text),
            published_at=at,
        )
    )  # fmt: skip
    newer = [one for one in versions if one.number > original.number and one.is_material]
    if newer:
        asked = newer[-1].published_at
        title = f"Oversett det som er nytt, til engelsk: {routine.title}"[:160]
        held.task = book.add(
            Assignment(
                kind=Kind.REVISE, title=title, assignee=owner, state=AssignmentState.OPEN,
                due_on=asked.date() + datetime.timedelta(days=FOLLOW_DAYS), source_kind=Translation._meta.label_lower,
                source_id=held.pk, created_at=asked, armed_at=asked,
            )
        )  # fmt: skip
        data = {"title": title, "to": owner.pk}
        book.event("assignment.assigned", held.task, at=asked, by=None, root=routine, data=data)

"""Bringing in a document with its whole history: every edition, when it came and who wrote it.

A folder holds one document: `index.csv` names a file for each edition, with `version`, `file`, `author_date` and
`author`; `sha256`, `lines_added_vs_previous` and `lines_removed_vs_previous` are checked when they are there.
"""

import csv
import datetime
import hashlib
import itertools
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from hms.audit.enums import Via
from hms.audit.services import record
from hms.organisations.models import Employee, Unit
from routines.diffing import delta
from routines.enums import AudienceKind, Category
from routines.markdown import headings
from routines.models import Audience, Routine
from routines.services.publishing import add_version, look_through_soon, plan_revision, put_in_force
from routines.services.writing import free_slug

INDEX = "index.csv"
NEEDED = {"version", "file", "author_date", "author"}


class BadHistory(Exception):
    """The folder does not hold what it says. The message is for whoever runs the command."""


@dataclass(frozen=True)
class Edition:
    """One edition as it lies in the folder; the counts are None where the index has none."""

    number: int
    text: str
    at: datetime.datetime
    author: str
    added: int | None
    removed: int | None


@dataclass(frozen=True)
class Brought:
    """What came in."""

    routine: Routine
    versions: int
    authors: int
    added: int
    removed: int


def read_history(folder: Path) -> list[Edition]:
    """The editions of a folder, the oldest first.

    Raises:
        BadHistory: when the index lacks something, a file is missing or is another one, or a count is not right.
    """
    try:
        with (folder / INDEX).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadHistory(f"{folder / INDEX} cannot be read: {error}") from None
    if not rows or not rows[0].keys() >= NEEDED:
        raise BadHistory(f"{folder / INDEX} needs the columns {', '.join(sorted(NEEDED))} and a row for each edition.")
    editions = sorted((_edition(folder, row) for row in rows), key=lambda edition: edition.number)
    if [edition.number for edition in editions] != list(range(1, len(editions) + 1)):
        raise BadHistory(f"{folder}: the editions are not numbered from 1 upward.")
    for before, after in itertools.pairwise(editions):
        _check_counts(folder, before, after)
    return editions


def _edition(folder: Path, row: dict[str, str]) -> Edition:
    path = folder / Path(row["file"]).name
    try:
        content = path.read_bytes()
        at = datetime.datetime.fromisoformat(row["author_date"])
        number = int(row["version"])
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        raise BadHistory(f"{path}: {error}") from None
    if row.get("sha256") and hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise BadHistory(f"{path} is not the file that the index was made of.")
    if "\0" in text:
        raise BadHistory(f"{path} is not a text.")
    return Edition(
        number=number,
        text=text,
        at=at if timezone.is_aware(at) else timezone.make_aware(at),
        author=row["author"].strip()[:160],
        added=_count(row.get("lines_added_vs_previous")),
        removed=_count(row.get("lines_removed_vs_previous")),
    )


def _count(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() else None


def _check_counts(folder: Path, before: Edition, after: Edition) -> None:
    changed = delta(before.text, after.text)
    said = (after.added, after.removed)
    if None not in said and said != (changed.added, changed.removed):
        raise BadHistory(
            f"{folder}, edition {after.number}: {changed.added} lines came and {changed.removed} went, "
            f"the index says {after.added} and {after.removed}."
        )


@transaction.atomic
def bring_in(
    editions: list[Edition],
    *,
    title: str,
    unit: Unit,
    owner: Employee,
    category: str = Category.WORK,
    language: str = "nb",
) -> Brought:
    """Make a routine of a history. Nobody is told, and nobody is asked to read it.

    Effects: the routine, in force with its last edition; a version for each with its date and author; an event; the
    next revision. Whoever keeps it says afterwards whom it is for and whether it must be confirmed.
    """  # fmt: skip
    title = " ".join(title.split())[:160]
    routine = Routine.objects.create(
        slug=free_slug(title), title=title, category=category, unit=unit, owner=owner, language=language,
        must_confirm=False, created_at=editions[0].at,
    )  # fmt: skip
    Audience.objects.create(routine=routine, kind=AudienceKind.UNIT, unit=unit)
    for edition in editions:
        version = add_version(
            routine, language=language, title=title, text=edition.text, is_material=False, author=None,
            author_name=edition.author, valid_from=timezone.localdate(edition.at), published_at=edition.at,
        )  # fmt: skip
    put_in_force(routine, version, by=None, at=editions[-1].at)
    record("routine.imported", routine, by=None, via=Via.IMPORT, data={"versions": len(editions)})
    plan_revision(routine, by=None)
    look_through_soon()
    versions = list(routine.versions.only("lines_added", "lines_removed", "author_name"))
    return Brought(
        routine=routine,
        versions=len(versions),
        authors=len({one.author_name for one in versions}),
        added=sum(one.lines_added for one in versions),
        removed=sum(one.lines_removed for one in versions),
    )


def title_of(editions: list[Edition], folder: Path) -> str:
    """The first heading of the newest edition, else the folder's name."""
    found = headings(editions[-1].text)
    return found[0].text if found and found[0].text else folder.name.capitalize()

"""What somebody keeps on the phone: favourites in force, and the pictures in them."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import get_language

from hms.files.models import Attachment
from hms.organisations.access import visible
from hms.organisations.models import Employee
from routines.enums import State
from routines.markdown import FILE, targets_in
from routines.models import Favourite, Routine, Version
from routines.selectors.routines import files_among
from routines.selectors.translations import Standing, in_language_of_reader

# Whoever stars more keeps the newest stars.
MOST = 60


@dataclass(frozen=True)
class OnPhone:
    """One favourite as it is kept.

    Attributes:
        version: the text that is shown.
        pictures: what the text shows besides; documents stay where there is coverage.
        stamp: another one when the page would look otherwise.
    """

    routine: Routine
    version: Version
    pictures: tuple[Attachment, ...]
    stamp: str


def on_phone(employee: Employee, edition: str) -> list[OnPhone]:
    """The favourites that somebody keeps on the phone, by title. Four queries however many there are.

    Never a draft, never what is out of force, never what the person may not see.

    Args:
        edition: of the page they are shown in; part of every stamp.
    """
    stars = Favourite.objects.filter(employee=employee).order_by("-id").values("routine")[:MOST]
    routines = visible(Routine, employee).filter(pk__in=stars, state=State.PUBLISHED).select_related("current")
    kept = list(routines.defer("text", "search", "current__text").order_by("title", "id"))
    versions = texts_for_reader(kept)
    rows = [(routine, versions[routine.pk], targets_in(versions[routine.pk].text)) for routine in kept]
    files = {f"{FILE}{file.pk}": file for file in files_among({key for _r, _v, targets in rows for key in targets})}
    return [
        OnPhone(
            routine,
            version,
            tuple(files[key] for key in sorted(targets) if key in files and files[key].is_image),
            stamp_of(version, edition),
        )
        for routine, version, targets in rows
    ]


def texts_for_reader(routines: Collection[Routine]) -> dict[int, Version]:
    """The text of each routine in force that somebody reads without coverage: routine id → version. Two queries.

    In the language in use where that translation has everything that matters, else the routine's own.
    """
    in_language_of_reader(routines)
    chosen: dict[int, int] = {}
    for routine in routines:
        standing: Standing | None = routine.standing  # type: ignore[attr-defined]
        is_read = standing is not None and not standing.matters
        chosen[routine.pk] = standing.version.pk if standing is not None and is_read else routine.current_id
    versions = Version.objects.in_bulk(set(chosen.values()))
    return {pk: versions[version] for pk, version in chosen.items()}


def stamp_of(version: Version, edition: str) -> str:
    """Another one for every version, language of the page, and edition of the page."""
    return hashlib.sha256(f"{version.pk} {get_language()} {edition}".encode()).hexdigest()[:16]

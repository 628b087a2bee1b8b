"""What somebody keeps on the phone: favourites in force, and the pictures in them."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import get_language

from hms.files.models import Attachment
from hms.organisations.access import visible
from hms.organisations.models import Employee
from routines.enums import State
from routines.markdown import FILE, targets_in
from routines.models import Favourite, Routine, Version
from routines.selectors.routines import files_among

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
    """The favourites that somebody keeps on the phone, by title. Two queries however many there are.

    Never a draft, never what is out of force, never what the person may not see.

    Args:
        edition: of the page they are shown in; part of every stamp.
    """
    stars = Favourite.objects.filter(employee=employee).order_by("-id").values("routine")[:MOST]
    routines = visible(Routine, employee).filter(pk__in=stars, state=State.PUBLISHED).select_related("current")
    rows = [
        (routine, routine.current, targets_in(routine.current.text))
        for routine in routines.defer("text", "search").order_by("title", "id")
        if routine.current is not None
    ]
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


def stamp_of(version: Version, edition: str) -> str:
    """Another one for every version, language of the page, and edition of the page."""
    return hashlib.sha256(f"{version.pk} {get_language()} {edition}".encode()).hexdigest()[:16]

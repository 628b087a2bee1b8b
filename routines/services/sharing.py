"""What a parent organisation shares with those that belong under it. Everything here is written in the parent's own rows."""

import datetime

from django.db import transaction
from django.utils import timezone

from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id
from routines.enums import AudienceKind, State
from routines.models import Routine, SharedEdition, Version
from routines.selectors import audience_of, has_subsidiaries, standings_of
from routines.sharing import for_others


@transaction.atomic
def share(routine: Routine, *, by: Employee) -> None:
    """Share a routine in force with the organisations that belong under the open one, from now on.

    Effects: the version in force lies on the shelf, with the translations that hold; later versions take their places when
    they are published; an event.

    Raises:
        InvalidTransition: when it is not in force, is shared already, or there is nobody to share with.
    """
    lock(routine)
    version = routine.current
    if routine.state != State.PUBLISHED or version is None or is_shared(routine) or not has_subsidiaries():
        raise InvalidTransition(routine, routine.state, "share")
    now = timezone.now()
    for each in [version, *(standing.version for standing in standings_of(routine))]:
        _put_on_the_shelf(routine, each, now)
    record("routine.shared", routine, by=by, data={"version": version.number})


@transaction.atomic
def stop_sharing(routine: Routine, *, by: Employee | None) -> bool:
    """Share a routine no longer. What others have made of it is theirs, and follows nothing any more.

    Effects: it is taken off the shelf; an event. Returns False when it was not shared: nothing happens.
    """
    lock(routine)
    gone, _each = SharedEdition.objects.filter(organisation_id=current_organisation_id(), routine=routine).delete()
    if gone:
        record("routine.sharing_stopped", routine, by=by)
    return bool(gone)


def share_version(routine: Routine, version: Version, *, at: datetime.datetime) -> None:
    """Let a new version take the place of the one before on the shelf, where the locked routine is shared.

    The same work however many organisations read it: they find it when they look.
    """
    if is_shared(routine):
        _put_on_the_shelf(routine, version, at)


def is_shared(routine: Routine) -> bool:
    return SharedEdition.objects.filter(organisation_id=current_organisation_id(), routine=routine).exists()


def _put_on_the_shelf(routine: Routine, version: Version, at: datetime.datetime) -> None:
    SharedEdition.objects.filter(
        organisation_id=current_organisation_id(), routine=routine, language=version.language
    ).delete()
    SharedEdition.objects.create(
        routine=routine, key=routine.slug, language=version.language, number=version.number, title=version.title,
        category=routine.category, law=routine.law, text=for_others(version.text, version.language),
        readers=_readers(routine), revise_months=routine.revise_months, shared_at=at,
    )  # fmt: skip


def _readers(routine: Routine) -> list[str]:
    """The roles a routine is for, where it is for roles only: units, groups and people are nobody else's."""
    parts = audience_of(routine)
    return [part.role for part in parts] if all(part.kind == AudienceKind.ROLE for part in parts) else []

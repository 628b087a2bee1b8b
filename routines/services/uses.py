"""Proof of use: registered by those who were there, followed up by the owner."""

import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.services import notify
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, Unit
from routines.enums import ASKS_OWNER, State
from routines.models import Routine, Use, Version

FOLLOW_UP_DAYS = 14


@transaction.atomic
def log_use(
    routine: Routine,
    *,
    by: Employee,
    kind: str,
    used_on: datetime.date,
    unit: Unit,
    worked: str,
    people: int | None = None,
    note: str = "",
    at: datetime.datetime | None = None,
) -> Use:
    """Write down that a routine was used. The same by the same person twice is one.

    Effects: a use, of the version that was in force on the day; when it was unclear or could be better, a task for the
    owner; an event.

    Raises:
        InvalidTransition: when the routine is not in force.
        Refused: when the day is to come, or the routine was not in force on it.
    """
    lock(routine)
    if routine.state != State.PUBLISHED or routine.current is None:
        raise InvalidTransition(routine, routine.state, "use")
    now = at or timezone.now()
    today = timezone.localdate(now)
    if used_on > today:
        raise Refused(_("That day is still to come."), field="used_on")
    version = _version_on(routine, used_on)
    if version is None:
        raise Refused(_("The routine was not in force on that day."), field="used_on")
    said = {
        "routine": routine, "kind": kind, "used_on": used_on, "unit": unit, "worked": worked, "people": people,
        "note": note.strip(), "registered_by": by,
    }  # fmt: skip
    same = Use.objects.filter(**said, registered_on=today, withdrawn_at__isnull=True).first()
    if same is not None:
        return same
    use = Use.objects.create(**said, version=version, registered_at=now, registered_on=today)
    record("routine.used", use, by=by, root=routine, at=now)
    if worked in ASKS_OWNER:
        with translation.override(routine.organisation.language):
            title = (_("Make it better: %(title)s") % {"title": routine.title})[:160]
        use.assignment = assignments.assign(
            kind=Kind.FEEDBACK, title=title, due_on=today + datetime.timedelta(days=FOLLOW_UP_DAYS), source=use, by=by,
            to=routine.owner, requested_by=by, at=now,
        )  # fmt: skip
        use.save(update_fields=["assignment"])
    return use


def _version_on(routine: Routine, day: datetime.date) -> Version | None:
    """The version that was in force on a day."""
    versions = Version.objects.filter(routine=routine, language=routine.language, valid_from__lte=day)
    return versions.order_by("-number").first()


@transaction.atomic
def follow_up_use(use: Use, *, by: Employee, outcome: str, at: datetime.datetime | None = None) -> None:
    """Say what came of it. Effects: the words, the task is done, an event; whoever registered it is told.

    Raises:
        InvalidTransition: when nothing is asked, or it is said already.
    """
    lock(use)
    if not use.waits:
        raise InvalidTransition(use, "followed up", "follow up")
    use.outcome, use.followed_up_by, use.followed_up_at = outcome.strip(), by, at or timezone.now()
    use.save(update_fields=["outcome", "followed_up_by", "followed_up_at"])
    if use.assignment is not None and use.assignment.state == AssignmentState.OPEN:
        assignments.complete(use.assignment, by=by)
    record("routine.use_followed_up", use, by=by, root=use.routine, at=use.followed_up_at)
    if use.registered_by_id != by.pk:
        notify(
            "routines.use_followed_up", to=use.registered_by, about=use, dedupe=f"use-{use.pk}",
            parameters={"slug": use.routine.slug, "title": use.routine.title, "name": by.given_name},
        )  # fmt: skip


@transaction.atomic
def withdraw_use(use: Use, *, by: Employee) -> None:
    """Take back what was written by mistake. Effects: when and who; the owner is asked no more; an event.

    Raises:
        InvalidTransition: when it is taken back already.
    """
    lock(use)
    if use.withdrawn_at is not None:
        raise InvalidTransition(use, "withdrawn", "withdraw")
    use.withdrawn_at, use.withdrawn_by = timezone.now(), by
    use.save(update_fields=["withdrawn_at", "withdrawn_by"])
    if use.assignment is not None and use.assignment.state == AssignmentState.OPEN:
        assignments.cancel(use.assignment, by=by)
    record("routine.use_withdrawn", use, by=by, root=use.routine)

"""From an approved draft to a version in force; out of force; and the next revision."""

import datetime
import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.core.months import in_months
from hms.notifications.services import notify
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id
from routines.diffing import delta
from routines.enums import DraftState, State
from routines.markdown import plain
from routines.models import Draft, Routine, RoutineClock, Version
from routines.selectors import file_names_in
from routines.services.sharing import share_version, stop_sharing
from routines.services.translating import ask_to_follow, end_tasks, hold, tell_author
from routines.services.writing import discard_draft

logger = logging.getLogger(__name__)
# So long before the day the owner is asked to revise.
REVISE_AHEAD = datetime.timedelta(days=42)
LOOK_THROUGH = "routines.tasks.look_through"


def publish(draft: Draft, *, at: datetime.datetime | None = None) -> Version:
    """Make an approved draft the version in force.

    Effects, in order: the version, which nobody can change; the draft is published; the routine's title, words and
    current version; where it is shared, the version lies on the shelf; an event; the next revision; the author is told;
    those it is for are asked by a worker. A translation is held in its language instead: the routine's own text and
    revision stay, and nobody is asked.

    Raises:
        InvalidTransition: when the draft is not approved, or the routine is archived.
    """
    routine = draft.routine
    lock(routine)
    lock(draft)
    if draft.state != DraftState.APPROVED:
        raise InvalidTransition(draft, draft.state, DraftState.PUBLISHED)
    now = at or timezone.now()
    version = add_version(
        routine, language=draft.language, title=draft.title, text=draft.text, change_note=draft.change_note,
        is_material=draft.is_material, author=draft.author, approved_by=draft.approved_by,
        approved_at=draft.approved_at, valid_from=draft.valid_from or timezone.localdate(now), published_at=now,
        translates=draft.translates,
        **draft.control_fields(),
    )  # fmt: skip
    move(draft, DraftState.PUBLISHED, by=draft.approved_by, verb="draft.published", at=now, version=version)
    put_in_force(routine, version, by=draft.approved_by, at=now)
    share_version(routine, version, at=now)
    if version.translates_id is not None:
        tell_author(draft, version)
        return version
    plan_revision(routine, by=draft.approved_by, at=now)
    ask_to_follow(routine, by=draft.approved_by, at=now)
    if draft.author_id != draft.approved_by_id:
        notify(
            "routines.published", to=draft.author, about=routine, dedupe=f"version-{version.pk}",
            parameters={"slug": routine.slug, "title": version.title, "version": version.number},
        )  # fmt: skip
    look_through_soon()
    return version


def add_version(
    routine: Routine,
    *,
    author: Employee | None,
    author_name: str = "",
    translates: Version | None = None,
    **fields: Any,
) -> Version:
    """Write the next version of a language of a locked routine. The first one always matters.

    Args:
        translates: what a text in another language says the same as; it gets that one's number, and asks nobody.
    """
    known = Version.objects.filter(routine=routine, language=fields["language"])
    before = known.order_by("-number", "-edition").first()
    changed = delta(before.text if before else "", fields["text"])
    number, edition = before.number + 1 if before else 1, 1
    if translates is not None:
        number, edition = translates.number, known.filter(number=translates.number).count() + 1
    fields["is_material"] = translates is None and (before is None or fields["is_material"])
    return Version.objects.create(
        routine=routine,
        number=number,
        edition=edition,
        translates=translates,
        author=author,
        author_name=author_name or (author.name if author else ""),
        lines_added=changed.added if before else 0,
        lines_removed=changed.removed if before else 0,
        **fields,
    )


def put_in_force(routine: Routine, version: Version, *, by: Employee | None, at: datetime.datetime) -> None:
    """Let a version be the one that holds, in its language. Effects: state, title, words to search in; an event."""
    if version.translates_id is not None:
        hold(routine, version, by=by, at=at)
        return
    move(
        routine, State.PUBLISHED, by=by, verb="routine.published", at=at, data={"version": version.number},
        current=version, title=version.title, text="\n".join([plain(version.text), *file_names_in(version.text)]), published_at=at,
    )  # fmt: skip


def publish_due(today: datetime.date) -> int:
    """Publish what was approved and is to be in force from today or before. Returns how many."""
    waiting = Draft.objects.filter(state=DraftState.APPROVED, valid_from__lte=today)
    drafts = list(waiting.select_related("routine__current", "author", "approved_by").order_by("id"))
    for draft in drafts:
        publish(draft)
    return len(drafts)


def archive(routine: Routine, *, by: Employee, reason: str) -> None:
    """Take a routine out of force. Its versions can still be read.

    Effects: state, when and why; drafts are thrown away; nobody is asked to read or revise it; it is no longer shared;
    an event.
    """
    lock(routine)
    for draft in Draft.objects.open().filter(routine=routine).select_related("approval"):
        discard_draft(draft, by=by)
    move(
        routine, State.ARCHIVED, by=by, verb="routine.archived",
        archived_at=timezone.now(), archive_reason=reason.strip(),
    )  # fmt: skip
    end_revision(routine, by=by)
    end_tasks(routine, by=by)
    stop_sharing(routine, by=by)
    look_through_soon()


def bring_back(routine: Routine, *, by: Employee) -> None:
    """Let an archived routine be in force again (or be written on, when it never was). Effects: state; an event."""
    lock(routine)
    to = State.PUBLISHED if routine.current_id else State.DRAFT
    if routine.state != State.ARCHIVED:
        raise InvalidTransition(routine, routine.state, to)
    move(routine, to, by=by, verb="routine.brought_back", archived_at=None, archive_reason="")
    if routine.current_id:
        plan_revision(routine, by=by)
        ask_to_follow(routine, by=by)
    look_through_soon()


# --- revision ---


def plan_revision(routine: Routine, *, by: Employee | None, at: datetime.datetime | None = None) -> None:
    """Put the next revision on the owner, for later. Effects: the task before is done; a planned one."""
    now = at or timezone.now()
    if routine.revision is not None and routine.revision.state in {AssignmentState.OPEN, AssignmentState.PLANNED}:
        if routine.revision.state == AssignmentState.OPEN:
            assignments.complete(routine.revision, by=by)
        else:
            assignments.cancel(routine.revision, by=by)
    with translation.override(routine.organisation.language):
        title = (_("Revise: %(title)s") % {"title": routine.title})[:160]
    routine.revision = assignments.assign(
        kind=Kind.REVISE, title=title, due_on=in_months(timezone.localdate(now), routine.revise_months),
        source=routine, by=by, to=routine.owner, planned=True, at=now, is_root=True,
    )  # fmt: skip
    routine.save(update_fields=["revision"])


def end_revision(routine: Routine, *, by: Employee | None) -> None:
    if routine.revision is not None and routine.revision.state in {AssignmentState.OPEN, AssignmentState.PLANNED}:
        assignments.cancel(routine.revision, by=by)


def start_revisions(today: datetime.date) -> int:
    """Ask owners whose revision draws near. Returns how many."""
    near = Routine.objects.filter(
        state=State.PUBLISHED, revision__state=AssignmentState.PLANNED, revision__due_on__lte=today + REVISE_AHEAD
    ).select_related("revision__assignee")
    routines = list(near)
    for routine in routines:
        assignments.start(routine.revision, by=None)  # type: ignore[arg-type]
    return len(routines)


def still_right(routine: Routine, *, by: Employee, comment: str = "") -> None:
    """The owner has looked through the routine, and it needs no change.

    Effects: the revision is done; the next one; an event.
    """
    lock(routine)
    if routine.state != State.PUBLISHED:
        raise InvalidTransition(routine, routine.state, "revise")
    record("routine.still_right", routine, by=by)
    if routine.revision is not None and routine.revision.state == AssignmentState.OPEN and comment.strip():
        assignments.complete(routine.revision, by=by, comment=comment)
    plan_revision(routine, by=by)


# --- the worker's turn ---


def look_through_soon() -> None:
    """Let a worker look through the organisation's routines when this is committed.

    The clock says so too, so that a broker that is away delays it and loses nothing.
    """
    organisation_id = current_organisation_id()
    RoutineClock.objects.update_or_create(organisation_id=organisation_id, defaults={"next_at": timezone.now()})
    transaction.on_commit(partial(_nudge, organisation_id))


def _nudge(organisation_id: int) -> None:
    try:
        current_app.tasks[LOOK_THROUGH].apply_async(args=[organisation_id], retry=False)
    except Exception as error:  # noqa: BLE001  whatever is wrong with the broker, the request has succeeded
        logger.warning("The broker was not reached (%s); the sweep will look through.", type(error).__name__)


def organisations_to_look_through(now: datetime.datetime) -> list[int]:
    """Ids of the organisations whose time has come. Needs no open organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_with_routines_due(%s)", [now])
        return [row[0] for row in cursor.fetchall()]

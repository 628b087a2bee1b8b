"""Texts in other languages than the routine's own: which one holds, and that somebody brings it up to date."""

import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.notifications.services import notify
from hms.organisations.models import Employee
from routines.enums import State
from routines.languages import name_of
from routines.markdown import plain
from routines.models import Draft, Routine, Translation, Version
from routines.selectors import file_names_in, standings_of

# The main text holds for everybody meanwhile; the owner has as long as a reader usually gets, and once more.
FOLLOW_DAYS = 28
OPEN = {AssignmentState.OPEN, AssignmentState.PLANNED}


def hold(routine: Routine, version: Version, *, by: Employee | None, at: datetime.datetime) -> Translation:
    """Let a translation be the one that holds in its language.

    Effects: which text, title and words to search in; an event; the task is done unless it is behind still.
    """
    fields: dict[str, Any] = {
        "current": version,
        "title": version.title,
        "text": "\n".join([plain(version.text), *file_names_in(version.text)]),
        "published_at": at,
    }
    held, _created = Translation.objects.update_or_create(routine=routine, language=version.language, defaults=fields)
    data = {"version": version.label, "language": version.language}
    record("routine.translated", version, by=by, root=routine, at=at, data=data)
    matters = any(one.matters for one in standings_of(routine) if one.translation.pk == held.pk)
    if held.task is not None and held.task.state in OPEN and not matters:
        assignments.complete(held.task, by=by)
    return held


def tell_author(draft: Draft, version: Version) -> None:
    """Tell whoever wrote a translation that it is in force."""
    if draft.author_id != draft.approved_by_id:
        notify(
            "routines.translated", to=draft.author, about=draft.routine, dedupe=f"version-{version.pk}",
            parameters={"slug": draft.routine.slug, "title": version.title, "language": version.language},
        )  # fmt: skip


def ask_to_follow(routine: Routine, *, by: Employee | None, at: datetime.datetime | None = None) -> None:
    """Ask the owner for what is missing in the translations: those that a version that matters has left behind.

    Effects: a task for each that has none; nothing for those that are up to date, or lack only small things.
    """
    if routine.state != State.PUBLISHED:
        return
    now = at or timezone.now()
    for standing in standings_of(routine):
        held = standing.translation
        if not standing.matters or (held.task is not None and held.task.state in OPEN):
            continue
        with translation.override(routine.organisation.language):
            words = _("Translate what is new into %(language)s: %(title)s")
            title = (words % {"language": name_of(held.language), "title": routine.title})[:160]
        held.task = assignments.assign(
            kind=Kind.REVISE, title=title, due_on=timezone.localdate(now) + datetime.timedelta(days=FOLLOW_DAYS),
            source=held, by=by, to=routine.owner, at=now,
        )  # fmt: skip
        held.save(update_fields=["task"])


def _tasks_of(routine: Routine) -> list[Any]:
    held = Translation.objects.filter(routine=routine, task__state__in=OPEN).select_related("task").order_by("id")
    return [one.task for one in held]


def end_tasks(routine: Routine, *, by: Employee | None) -> None:
    """Ask nobody any more to bring translations of a routine up to date."""
    for task in _tasks_of(routine):
        assignments.cancel(task, by=by)


def hand_over_tasks(routine: Routine, *, by: Employee) -> None:
    """Give the open tasks of translating to the routine's owner."""
    for task in _tasks_of(routine):
        if task.assignee_id != routine.owner_id:
            assignments.hand_over(task, to=routine.owner, by=by)

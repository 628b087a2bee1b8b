"""Routines and their drafts: begun, written, thrown away; whose they are and whom they are for."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.assignments import services as assignments
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.files.models import Attachment
from hms.files.services import attach
from hms.organisations.models import Employee, Unit
from routines.enums import AudienceKind, DraftState, State
from routines.errors import StaleDraft
from routines.languages import name_of
from routines.markdown import FILE
from routines.models import Audience, Draft, Favourite, Review, Routine, Version
from routines.selectors import audience_of, in_force_in
from routines.services.translating import hand_over_tasks
from routines.slugs import ascii_slug

# Words that stand where a routine's own address does.
TAKEN = {"bibliotek", "ny", "paa-telefonen", "radar", "v"}


def free_slug(title: str) -> str:
    """An address that no other routine has, from its title: «Stikkskader og blodsøl» → `stikkskader-og-blodsol`."""
    base = ascii_slug(title)[:70].strip("-") or "rutine"
    if base in TAKEN or base.isdecimal():
        base = f"rutine-{base}"
    known = set(Routine.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 2
    while slug in known:
        slug, number = f"{base}-{number}", number + 1
    return slug


def create_routine(
    *,
    title: str,
    category: str,
    unit: Unit,
    owner: Employee,
    by: Employee | None,
    language: str = "nb",
    text: str = "",
    for_all_in: Unit | None = None,
    at: datetime.datetime | None = None,
    **fields: Any,
) -> Routine:
    """Begin a routine with an empty draft.

    Effects: the routine, for everybody in `for_all_in` (its own unit when left out); a draft by `by`; an event.
    """
    now = at or timezone.now()
    routine = Routine.objects.create(
        slug=free_slug(title), title=title, category=category, unit=unit, owner=owner, language=language,
        created_at=now, created_by=by, **fields,
    )  # fmt: skip
    Audience.objects.create(routine=routine, kind=AudienceKind.UNIT, unit=for_all_in or unit)
    record("routine.created", routine, by=by, at=now)
    begin_draft(routine, by=by or owner, title=title, text=text, at=now)
    return routine


def begin_draft(
    routine: Routine,
    *,
    by: Employee,
    base: Version | None = None,
    language: str = "",
    title: str = "",
    text: str = "",
    at: datetime.datetime | None = None,
) -> Draft:
    """A new draft: of what is in force, of an older version (`base`) that is taken up again, or an empty one.

    In another `language` than the routine's own it is a translation: of the last one in that language, else of the
    text in force. The draft that is open already is returned when there is one; nothing of it is overwritten.

    Raises:
        InvalidTransition: when the routine is archived, or nothing is in force to translate.
    """
    lock(routine)
    if routine.state == State.ARCHIVED:
        raise InvalidTransition(routine, routine.state, "write")
    language = language or routine.language
    known = Draft.objects.open().filter(routine=routine, language=language).first()
    if known is not None:
        return known
    source = base or in_force_in(routine, language)
    original = None
    if language != routine.language:
        original = source.translates if source else routine.current
        if original is None and not text:
            raise InvalidTransition(routine, routine.state, "translate")
    like = source or original
    now = at or timezone.now()
    draft = Draft.objects.create(
        routine=routine,
        language=language,
        base=source,
        translates=original,
        title=title or (like.title if like else routine.title),
        text=text or (like.text if like else ""),
        **(like.control_fields() if like else {}),
        change_note=_first_note(language, routine, base, source),
        author=by,
        edited_by=by,
        edited_at=now,
        created_at=now,
    )
    if routine.current_id is not None:
        record("routine.draft_begun", draft, by=by, root=routine, at=now)
    return draft


def _first_note(language: str, routine: Routine, base: Version | None, source: Version | None) -> str:
    """What a draft says is new before anybody has written it, where that is known."""
    if base is not None:
        return _("Version %(number)s again") % {"number": base.label}
    if language != routine.language and source is None:
        with translation.override(language):
            return _("Translated into %(language)s") % {"language": name_of(language)}
    return ""


def save_draft(draft: Draft, *, by: Employee, revision: int, **fields: Any) -> bool:
    """Keep what was written. Effects: the changed fields, and the revision counts up; nothing when nothing changed.

    Args:
        revision: the one that the writer had before them.

    Returns:
        Whether anything changed.

    Raises:
        StaleDraft: when somebody else changed it meanwhile.
        InvalidTransition: when it stands still, because somebody looks through it or has approved it.
    """
    lock(draft)
    if not draft.is_writable:
        raise InvalidTransition(draft, draft.state, "write")
    changed = [name for name, value in fields.items() if getattr(draft, name) != value]
    if draft.revision != revision:
        # One's own text sent twice is no conflict.
        if not changed and draft.edited_by_id == by.pk:
            return False
        raise StaleDraft
    if not changed:
        return False
    for name in changed:
        setattr(draft, name, fields[name])
    draft.revision += 1
    draft.edited_by, draft.edited_at = by, timezone.now()
    draft.save(update_fields=[*changed, "revision", "edited_by", "edited_at"])
    return True


def discard_draft(draft: Draft, *, by: Employee) -> None:
    """Throw a draft away; what is in force stays. Effects: its state; those who were asked are asked no more; event."""
    end_asking(draft, by=by)
    move(draft, DraftState.DISCARDED, by=by, verb="routine.draft_discarded", root=draft.routine)


def end_asking(draft: Draft, *, by: Employee | None) -> None:
    """Call off what reviewers and the approver were asked and have not done."""
    waiting = Review.objects.filter(draft=draft, answered_at__isnull=True, assignment__isnull=False)
    tasks = [review.assignment for review in waiting.select_related("assignment")]
    if draft.approval is not None:
        tasks.append(draft.approval)
    for task in tasks:
        if task is not None and task.state in {AssignmentState.OPEN, AssignmentState.PLANNED}:
            assignments.cancel(task, by=by)


def change_routine(routine: Routine, *, by: Employee, **fields: Any) -> None:
    """Change whose a routine is, what it is about, how it is approved and read; never its text.

    Effects: the fields; an event that names them. A new owner gets the revision too.
    """
    lock(routine)
    changed = [name for name, value in fields.items() if getattr(routine, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(routine, name, fields[name])
    routine.save(update_fields=changed)
    record("routine.changed", routine, by=by, data={"fields": sorted(changed)})
    if "owner" in changed and routine.revision is not None:
        task = routine.revision
        if task.state in {AssignmentState.OPEN, AssignmentState.PLANNED} and task.assignee_id != routine.owner_id:
            assignments.hand_over(task, to=routine.owner, by=by)
    if "owner" in changed:
        hand_over_tasks(routine, by=by)


@transaction.atomic
def set_audience(routine: Routine, parts: Iterable[dict[str, Any]], *, by: Employee) -> bool:
    """Say whom a routine is for. Effects: the parts that are new or gone; an event. Returns whether anything changed.

    Args:
        parts: `kind` and what it names (`unit`, `role`, `group` or `employee`), each once.
    """
    lock(routine)
    wanted = {_key(part): part for part in parts}
    known = {_key(vars_of(part)): part for part in audience_of(routine)}
    gone = [part.pk for key, part in known.items() if key not in wanted]
    new = [Audience(routine=routine, **part) for key, part in wanted.items() if key not in known]
    if not gone and not new:
        return False
    Audience.objects.filter(pk__in=gone).delete()
    Audience.objects.bulk_create(new)
    record("routine.audience_changed", routine, by=by, data={"added": len(new), "removed": len(gone)})
    return True


def vars_of(part: Audience) -> dict[str, Any]:
    """A part as :func:`set_audience` takes it."""
    names = {"unit": part.unit, "role": part.role, "group": part.group, "employee": part.employee}
    if part.training_id is not None:
        names["training_id"] = part.training_id
    return {"kind": part.kind, **{name: value for name, value in names.items() if value}}


def _key(part: dict[str, Any]) -> tuple[Any, ...]:
    names = ("kind", "unit", "role", "group", "employee", "training_id")
    return tuple(getattr(part.get(name), "pk", part.get(name) or "") for name in names)


def keep_favourite(routine: Routine, employee: Employee, *, wanted: bool) -> None:
    """Put a routine among somebody's favourites, or take it out."""
    if wanted:
        Favourite.objects.get_or_create(routine=routine, employee=employee)
    else:
        Favourite.objects.filter(routine=routine, employee=employee).delete()


def add_files(draft: Draft, uploads: Iterable[UploadedFile], *, by: Employee) -> list[Attachment]:
    """Keep files with a draft's routine, for the text to show or link to. They stay as long as versions name them.

    Effects: the files.

    Raises:
        FileRejected: when one cannot be taken.
        InvalidTransition: when the draft stands still.
    """
    lock(draft)
    if not draft.is_writable:
        raise InvalidTransition(draft, draft.state, "write")
    return [attach(upload, owner=draft.routine, by=by) for upload in uploads]


def put_file_last(draft: Draft, file: Attachment, *, by: Employee, words: str = "") -> None:
    """Show a file at the end of a draft's text. Effects: those of :func:`save_draft`."""
    label = " ".join((words or file.alternative_text or file.name).split()).replace("[", "(").replace("]", ")")
    mark = "!" if file.is_image else ""
    lock(draft)
    text = f"{draft.text.rstrip()}\n\n{mark}[{label}]({FILE}{file.pk})\n"
    save_draft(draft, by=by, revision=draft.revision, text=text.lstrip("\n"))

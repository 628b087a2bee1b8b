"""The only writer of trainings."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.many import assign_many, end_many
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.core.months import in_months
from hms.files.services import attach
from hms.organisations.calendar import open_calendar
from hms.organisations.errors import Refused
from hms.organisations.models import Employee
from hms.organisations.people import current
from hms.organisations.qualifications import holders_changed
from hms.tenancy.scope import current_organisation_id
from training.models import Completion, Training, TrainingClock, TrainingRoutine
from training.selectors import SOON_DAYS

# Leavers, joiners and days are seen to this often.
EVERY = datetime.timedelta(hours=1)
BATCH = 1000
KIND = "training"


@transaction.atomic
def create_training(
    *, by: Employee, name: str, routines: Iterable[int] = (), at: datetime.datetime | None = None, **fields: Any
) -> Training:
    """Put a training into the register. Effects: the training with the routines it goes through; an event.

    Raises:
        Refused: when another one in use has the name.
    """
    _check_name(name, None)
    training = Training.objects.create(name=name, created_by=by, created_at=at or timezone.now(), **fields)
    _set_routines(training, routines)
    record("training.created", training, by=by, at=training.created_at)
    TrainingClock.objects.get_or_create(organisation_id=current_organisation_id())
    return training


@transaction.atomic
def change_training(training: Training, *, by: Employee, routines: Iterable[int] | None = None, **fields: Any) -> None:
    """Change what the register says of a training. What people have been through stands as it was registered.

    Effects: the fields and the routines; an event that names them; out of use, nobody is asked to renew it.

    Raises:
        Refused: when another one in use has the name.
    """
    lock(training)
    changed = [name for name, value in fields.items() if getattr(training, name) != value]
    if fields.get("is_active", training.is_active):
        _check_name(fields.get("name", training.name), training)
    for name in changed:
        setattr(training, name, fields[name])
    if changed:
        training.save(update_fields=changed)
    if routines is not None and _set_routines(training, routines):
        changed.append("routines")
    if changed:
        record("training.changed", training, by=by, data={"fields": sorted(changed)})
        look_through(today=open_calendar().local_date(timezone.now()), training=training)


def _check_name(name: str, training: Training | None) -> None:
    others = Training.objects.filter(is_active=True, name__iexact=name.strip())
    if training is not None:
        others = others.exclude(pk=training.pk)
    if others.exists():
        raise Refused(_("Another training is called this already."), field="name")


def _set_routines(training: Training, wanted: Iterable[int]) -> bool:
    ids = set(wanted)
    rows = TrainingRoutine.objects.filter(training=training)
    known = set(rows.values_list("routine_id", flat=True))
    rows.filter(routine_id__in=known - ids).delete()
    TrainingRoutine.objects.bulk_create(
        TrainingRoutine(training=training, routine_id=pk) for pk in sorted(ids - known)
    )  # fmt: skip
    return ids != known


@dataclass(frozen=True)
class Registered:
    """What was written down, and who had it on that day already."""

    new: tuple[Completion, ...]
    known: int


@transaction.atomic
def register(
    training: Training,
    people: Collection[Employee],
    *,
    done_on: datetime.date,
    by: Employee,
    note: str = "",
    at: datetime.datetime | None = None,
) -> Registered:
    """Write down that people have been through a training. Whoever is written for that day already is left as it is.

    Effects: a row for each, which holds as long as the training says today; tasks to renew that this answers are done;
    an event; those who depend on who holds it are told.

    Raises:
        Refused: when the day is to come, somebody does not work here any more, or the training is out of use.
    """
    lock(training)
    now = at or timezone.now()
    today = open_calendar().local_date(now)
    if not training.is_active:
        raise Refused(_("This training is out of use."))
    if done_on > today:
        raise Refused(_("That day is still to come. Register it when it is done."), field="done_on")
    ids = {person.pk for person in people}
    if Employee.objects.filter(current(today), pk__in=ids).count() != len(ids):
        raise Refused(_("Somebody of these does not work here today."), field="people")
    rows = Completion.objects.counting().filter(training=training, employee__in=ids, done_on=done_on)
    known = set(rows.values_list("employee_id", flat=True))
    expires_on = in_months(done_on, training.validity_months) if training.validity_months else None
    new = Completion.objects.bulk_create(
        (
            Completion(
                training=training, employee_id=pk, done_on=done_on, expires_on=expires_on, note=note.strip(),
                registered_by=by, registered_at=now, registered_on=today,
            )
            for pk in sorted(ids - known)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    if new:
        record("training.registered", training, by=by, at=now, data={"people": len(new), "day": done_on.isoformat()})
        _end_renewals(training, [one.employee_id for one in new], expires_on, by=by)
        TrainingClock.objects.get_or_create(organisation_id=current_organisation_id())
        holders_changed.send(sender=Training, kind=KIND, ids=[training.pk])
    return Registered(tuple(new), len(known))


def _end_renewals(
    training: Training, people: Collection[int], expires_on: datetime.date | None, *, by: Employee
) -> None:  # fmt: skip
    """What was asked for is done, where the new one lasts longer than the one that was to be renewed."""
    waiting = Completion.objects.filter(
        training=training, employee__in=people, renewal__state=AssignmentState.OPEN
    ).select_related("renewal")  # fmt: skip
    for completion in waiting:
        if expires_on is None or (completion.expires_on and expires_on > completion.expires_on):
            assignments.complete(completion.renewal, by=by)


@transaction.atomic
def withdraw(completion: Completion, *, by: Employee, reason: str) -> None:
    """Take back what was written by mistake. It stands, with the reason, and does not count.

    Effects: when, who and why; nobody is asked to renew it; the one before it counts again, and is to be renewed; an
    event; those who depend on who holds it are told.

    Raises:
        InvalidTransition: when it is taken back already.
    """
    lock(completion)
    if completion.withdrawn_at is not None:
        raise InvalidTransition(completion, "withdrawn", "withdraw")
    completion.withdrawn_at, completion.withdrawn_by, completion.withdrawn_reason = timezone.now(), by, reason.strip()
    completion.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    if completion.renewal is not None and completion.renewal.state == AssignmentState.OPEN:
        assignments.cancel(completion.renewal, by=by)
    before = Completion.objects.longest().filter(training=completion.training, employee=completion.employee)
    # Its task was done by what is now taken back.
    before.filter(renewal__state=AssignmentState.DONE).update(renewal=None)
    record("training.withdrawn", completion, by=by, root=completion.training)
    holders_changed.send(sender=Training, kind=KIND, ids=[completion.training_id])


def add_proof(completion: Completion, uploads: Iterable[UploadedFile], *, by: Employee) -> None:
    """Keep a certificate with what it proves. Effects: the files; an event.

    Raises:
        FileRejected: when one cannot be taken.
        InvalidTransition: when what it proves is taken back.
    """
    lock(completion)
    if completion.withdrawn_at is not None:
        raise InvalidTransition(completion, "withdrawn", "prove")
    for upload in uploads:
        attach(upload, owner=completion, by=by)
    record("training.proved", completion, by=by, root=completion.training)


# --- asked to renew ---


def look_through(*, today: datetime.date, training: Training | None = None) -> int:
    """Ask those whose training runs out soon to renew it, and nobody else. Safe to do as often as one likes.

    Effects: a task for each, with the last day it holds; tasks of those who have left, and of what is taken back or out
    of use, are called off. What had run out before it was registered is history, and nobody is asked about it.

    Args:
        training: only this one; all when left out.

    Returns:
        How many were asked.
    """
    rows = Completion.objects.all() if training is None else Completion.objects.filter(training=training)
    _call_off(rows.filter(renewal__state=AssignmentState.OPEN), today)
    soon = rows.longest().filter(
        current(today, "employee__"), training__is_active=True, renewal__isnull=True,
        expires_on__lte=today + datetime.timedelta(days=SOON_DAYS), expires_on__gte=F("registered_on"),
    )  # fmt: skip
    groups: dict[tuple[int, datetime.date], list[Completion]] = {}
    for completion in soon.select_related("training__organisation", "employee__user").order_by("id"):
        groups.setdefault((completion.training_id, completion.expires_on), []).append(completion)  # type: ignore[arg-type]
    for (_pk, last), completions in groups.items():
        _ask(completions[0].training, completions, last)
    return sum(len(completions) for completions in groups.values())


def _call_off(waiting: QuerySet[Completion], today: datetime.date) -> None:
    gone = waiting.filter(
        Q(training__is_active=False) | Q(withdrawn_at__isnull=False) | Q(employee__ends_on__lt=today)
    )  # fmt: skip
    by_training: dict[Training, list[Completion]] = {}
    for completion in gone.select_related("training", "renewal"):
        by_training.setdefault(completion.training, []).append(completion)
    for training, completions in by_training.items():
        end_many([one.renewal for one in completions if one.renewal], by=None, root=training)


def _ask(training: Training, completions: list[Completion], last: datetime.date) -> None:
    with translation.override(training.organisation.language):
        title = (_("Renew: %(name)s") % {"name": training.name})[:160]
    of_person = {completion.employee_id: completion for completion in completions}
    tasks = assign_many(
        [completion.employee for completion in completions], kind=Kind.RENEW, title=title, due_on=last,
        source=training, by=None,
    )  # fmt: skip
    for task in tasks:
        of_person[task.assignee_id].renewal = task
    Completion.objects.bulk_update(of_person.values(), ["renewal"], batch_size=BATCH)


def turn() -> None:
    """A worker's turn of the open organisation. Effects: those of :func:`look_through`; the clock for the next hour."""
    clock = TrainingClock.objects.select_for_update().first()
    if clock is None:
        return
    now = timezone.now()
    look_through(today=open_calendar().local_date(now))
    TrainingClock.objects.filter(pk=clock.pk).update(next_at=now + EVERY)


def organisations_to_look_through(now: datetime.datetime) -> list[int]:
    """Ids of the organisations whose time has come. Needs no open organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_with_trainings_due(%s)", [now])
        return [row[0] for row in cursor.fetchall()]

"""Who is asked to read what is in force, and what they answer: read and understood, or a question."""

import datetime
from dataclasses import dataclass

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.many import assign_many, end_many, move_many
from hms.assignments.models import Assignment
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.services import Told, notify, notify_many
from hms.organisations.models import Employee
from routines.enums import Outcome, ReceiptVia, State
from routines.errors import NotAnswered, OtherVersion, TranslationBehind, WrongAnswer
from routines.models import Question, ReadingRequest, Receipt, Routine, Version
from routines.selectors import asked_of, audience_of, confirmed_by, needed_version, readers_of, standings_of
from routines.services.counting import count_wrong_first

QUESTION_DAYS = 5
# What a question is called among the owner's tasks.
MOST_WORDS = 60
BATCH = 1000


@dataclass(frozen=True)
class Asked:
    """What looking through routines led to: who was asked for what, and how many got more time or are off the hook."""

    tasks: tuple[tuple[Routine, Assignment], ...] = ()
    moved: int = 0
    called_off: int = 0


def look_through(routine: Routine, *, today: datetime.date, at: datetime.datetime | None = None) -> Asked:
    """Ask those who should read a routine and have not, and nobody else. Safe to do as often as one likes.

    Effects: whoever it is for has a request and a task, unless their receipt still holds; an open request of an
    earlier version gets the new one and more time; one of somebody it is no longer for (moved, left, archived) is
    called off. One event when anybody was asked.
    """
    now = at or timezone.now()
    needed = needed_version(routine) if routine.state == State.PUBLISHED and routine.must_confirm else None
    wanted: dict[int, Employee] = {}
    if needed is not None:
        readers = readers_of(audience_of(routine), today).select_related("user")
        wanted = {person.pk: person for person in readers}
    open_ones = ReadingRequest.objects.filter(routine=routine, ended_at__isnull=True)
    waiting = {one.employee_id: one for one in open_ones.select_related("version", "assignment")}
    done = (
        set(confirmed_by(routine, needed, today).values_list("employee_id", flat=True)) if needed is not None else set()
    )
    result = Asked(
        called_off=_call_off([one for pk, one in waiting.items() if pk not in wanted], routine, at=now),
        moved=_give_newer([one for pk, one in waiting.items() if pk in wanted], routine, needed, today=today),
        tasks=_ask([person for pk, person in wanted.items() if pk not in waiting and pk not in done], routine, needed, today=today, at=now),
    )  # fmt: skip
    if result.tasks or result.moved:
        asked = {"asked": len(result.tasks) + result.moved}
        record("routine.readers_asked", routine, by=None, via=Via.SYSTEM, at=now, data=asked)
    return result


def _call_off(requests: list[ReadingRequest], routine: Routine, *, at: datetime.datetime) -> int:
    if requests:
        end_many([one.assignment for one in requests], by=None, root=routine)
        ids = [one.pk for one in requests]
        ReadingRequest.objects.filter(pk__in=ids).update(ended_at=at, outcome=Outcome.CALLED_OFF)
    return len(requests)


def _give_newer(
    requests: list[ReadingRequest], routine: Routine, needed: Version | None, *, today: datetime.date
) -> int:
    older = [one for one in requests if needed is not None and one.version.number < needed.number]
    if older:
        ReadingRequest.objects.filter(pk__in=[one.pk for one in older]).update(version=needed)
        move_many([one.assignment for one in older], due_on=_due(routine, today), by=None, root=routine)
    return len(older)


def _ask(
    people: list[Employee], routine: Routine, needed: Version | None, *, today: datetime.date, at: datetime.datetime
) -> tuple[tuple[Routine, Assignment], ...]:
    if not people or needed is None:
        return ()
    with translation.override(routine.organisation.language):
        title = (_("Read: %(title)s") % {"title": routine.title})[:160]
    tasks = assign_many(
        people, kind=Kind.READ, title=title, due_on=_due(routine, today), source=routine, by=None,
        requested_by=routine.owner, at=at, tell=False,
    )  # fmt: skip
    ReadingRequest.objects.bulk_create(
        (
            ReadingRequest(
                routine=routine, employee_id=task.assignee_id, version=needed, assignment=task, asked_at=at
            )
            for task in tasks
        ),
        batch_size=BATCH,
    )  # fmt: skip
    return tuple((routine, task) for task in tasks)


def _due(routine: Routine, today: datetime.date) -> datetime.date:
    return today + datetime.timedelta(days=routine.reading_days)


def look_through_all(*, today: datetime.date, at: datetime.datetime | None = None) -> None:
    """Look through every routine of the open organisation; those out of force too, while somebody waits there.

    Effects: those of :func:`look_through` for each; everybody who was asked is told, once however much there is to read.
    """
    waiting = ReadingRequest.objects.filter(ended_at__isnull=True).values("routine")
    # What nobody is asked to confirm needs no look, however much there is of it.
    asked_for = Routine.objects.filter(state=State.PUBLISHED, must_confirm=True)
    routines = asked_for | Routine.objects.filter(pk__in=waiting)
    given: dict[Employee, list[tuple[Routine, Assignment]]] = {}
    for routine in routines.select_related("owner", "organisation").defer("text", "search").order_by("id"):
        for asked in look_through(routine, today=today, at=at).tasks:
            given.setdefault(asked[1].assignee, []).append(asked)
    notify_many("routines.asked", [_told(person, tasks) for person, tasks in given.items()])


def _told(person: Employee, tasks: list[tuple[Routine, Assignment]]) -> Told:
    routine, first = min(tasks, key=lambda asked: (asked[1].due_on, asked[1].pk))
    parameters = {
        "slug": routine.slug,
        "title": routine.title,
        "name": routine.owner.given_name,
        "due_on": first.due_on.isoformat(),
        "count": len(tasks),
    }
    return Told(person, first, f"asked-{first.pk}", parameters)


# --- what readers answer ---


def confirm(
    routine: Routine,
    employee: Employee,
    *,
    version: int,
    read_in: str = "",
    answer: int | None = None,
    was_wrong: bool = False,
    via: str = ReceiptVia.WEB,
    by: Employee | None = None,
    at: datetime.datetime | None = None,
) -> Receipt:
    """«Read and understood», of the version that is in force. Once is enough, however often it is pressed.

    Effects: a receipt that nobody can change; the request is ended and its task is done. Of a translation it is a
    receipt of the version that was translated, and says what was read.

    Args:
        version: number of the version that was read.
        read_in: the translation that was read, as language and label (`en 3.2`); the routine's own text when left out.
        answer: place of the chosen answer to its control question, from 0; signing on paper needs none.
        was_wrong: that the same reader answered wrong just before; only a number for all readers is kept of it.
        by: who typed in a signature on paper; the reader when left out.

    Raises:
        OtherVersion: when another version is in force by now.
        TranslationBehind: when the translation lacks something that matters.
        NotAnswered, WrongAnswer: when the version has a control question, and it is not answered right.
        InvalidTransition: when the routine is not in force.
    """
    lock(routine)
    if routine.state != State.PUBLISHED or routine.current is None:
        raise InvalidTransition(routine, routine.state, "confirm")
    read, translated = _read(routine, version, read_in)
    now = at or timezone.now()
    request = ReadingRequest.objects.filter(routine=routine, employee=employee, ended_at__isnull=True).first()
    known = Receipt.objects.filter(routine=routine, version=read, employee=employee).order_by("-at").first()
    if known is not None and request is None:
        return known
    control = asked_of(translated or routine.current, routine.current).control
    if control and via == ReceiptVia.WEB:
        if answer is None:
            raise NotAnswered
        if answer != control.right:
            raise WrongAnswer
    receipt = Receipt.objects.create(
        routine=routine, version=read, read_in=translated, employee=employee, at=now, via=via,
        registered_by=by if by is not None and by.pk != employee.pk else None,
    )  # fmt: skip
    if was_wrong and control and via == ReceiptVia.WEB:
        count_wrong_first(routine.current)
    if request is not None:
        request.ended_at, request.outcome = now, Outcome.CONFIRMED
        request.save(update_fields=["ended_at", "outcome"])
        if request.assignment.state == AssignmentState.OPEN:
            assignments.complete(request.assignment, by=by or employee)
    return receipt


def _read(routine: Routine, number: int, read_in: str) -> tuple[Version, Version | None]:
    """The version that somebody has read, and the translation they read it in."""
    if not read_in:
        if routine.current is None or routine.current.number != number:
            raise OtherVersion
        return routine.current, None
    language, _space, label = read_in.partition(" ")
    standing = next((one for one in standings_of(routine) if one.translation.language == language), None)
    if standing is None or standing.version.label != label or standing.version.number != number:
        raise OtherVersion
    if standing.matters:
        raise TranslationBehind
    original = Version.objects.get(pk=standing.version.translates_id)
    return original, standing.version


def ask_owner(routine: Routine, *, by: Employee, text: str, at: datetime.datetime | None = None) -> Question:
    """«I wonder about something». Effects: a question; a task for the owner; the asker's own date waits for the answer.

    The same words by the same person, not answered yet, are one question.

    Raises:
        InvalidTransition: when the routine is not in force.
    """
    lock(routine)
    if routine.state != State.PUBLISHED or routine.current is None:
        raise InvalidTransition(routine, routine.state, "ask")
    words = text.strip()
    known = Question.objects.filter(routine=routine, asked_by=by, text=words, answered_at__isnull=True).first()
    if known is not None:
        return known
    now = at or timezone.now()
    question = Question.objects.create(
        routine=routine, version=routine.current, asked_by=by, text=words, asked_at=now
    )  # fmt: skip
    with translation.override(routine.organisation.language):
        title = (_("Answer a question about: %(title)s") % {"title": routine.title})[:160]
    due = timezone.localdate(now) + datetime.timedelta(days=QUESTION_DAYS)
    question.assignment = assignments.assign(
        kind=Kind.QUESTION, title=title, due_on=due, source=question, by=by, to=routine.owner, requested_by=by, at=now
    )
    question.save(update_fields=["assignment"])
    record("routine.asked", question, by=by, root=routine, at=now)
    _wait_until(routine, by, due + datetime.timedelta(days=2))
    return question


def answer_question(question: Question, *, by: Employee, text: str, at: datetime.datetime | None = None) -> None:
    """Answer a reader. Effects: the answer; the task is done; an event; the asker is told and has some days more.

    Raises:
        InvalidTransition: when it is answered already.
    """
    lock(question)
    if question.answered_at is not None:
        raise InvalidTransition(question, "answered", "answer")
    now = at or timezone.now()
    question.answer, question.answered_by, question.answered_at = text.strip(), by, now
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    if question.assignment is not None and question.assignment.state == AssignmentState.OPEN:
        assignments.complete(question.assignment, by=by)
    record("routine.answered", question, by=by, root=question.routine, at=now)
    _wait_until(question.routine, question.asked_by, timezone.localdate(now) + datetime.timedelta(days=2))
    if question.asked_by_id != by.pk:
        notify(
            "routines.answered", to=question.asked_by, about=question, dedupe=f"answer-{question.pk}",
            parameters={"slug": question.routine.slug, "title": question.routine.title, "name": by.given_name},
        )  # fmt: skip


def _wait_until(routine: Routine, employee: Employee, day: datetime.date) -> None:
    """Nobody is chased for not confirming what they wait for an answer about."""
    request = ReadingRequest.objects.filter(routine=routine, employee=employee, ended_at__isnull=True).first()
    if request is not None and request.assignment.due_on < day and request.assignment.state == AssignmentState.OPEN:
        assignments.set_due_date(request.assignment, due_on=day, by=None)

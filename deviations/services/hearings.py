"""Whoever handles a case asks others for their view."""

import datetime

from django.db.models import Q
from django.utils import timezone

from deviations.enums import HearingOutcome
from deviations.models import Deviation, Hearing
from deviations.selectors import subject_ids_of
from deviations.services.handling import require_open
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.services import notify
from hms.organisations.models import Employee


def ask_for_view(
    deviation: Deviation,
    *,
    asked: Employee,
    by: Employee,
    question: str,
    due_on: datetime.date,
    shows_case: bool,
) -> Hearing:
    """Ask somebody for their view, by a date.

    Effects: the hearing; an assignment, with its reminders, called by the case number only; an event. Nothing when
    that person is asked already.

    Args:
        shows_case: whether they may read what was reported; nothing else of the case is shown in any way.

    Raises:
        InvalidTransition: when the case is closed or whistleblowing, or is about that person; nobody asks themself.
    """
    require_open(deviation)
    # Whoever whistleblowing is about is heard with a memo, and its receivers tell nobody else.
    if deviation.is_whistleblowing or asked.pk == by.pk or asked.pk in subject_ids_of(deviation):
        raise InvalidTransition(deviation, deviation.state, "hearing")
    waiting = (
        Hearing.objects.filter(deviation=deviation, asked=asked, ended_at__isnull=True)
        .select_related("assignment", "deviation")
        .first()
    )
    if waiting is not None and waiting.is_open:
        return waiting
    if waiting is not None:
        # The work was called off elsewhere (somebody left): it is waited for no more.
        _call_off(waiting, by=by)
    hearing = Hearing.objects.create(
        deviation=deviation, asked=asked, asked_by=by, question=question, shows_case=shows_case
    )
    hearing.assignment = assignments.assign(
        kind=Kind.VIEW,
        title=deviation.number,
        to=asked,
        due_on=due_on,
        source=hearing,
        by=by,
        requested_by=by,
        confidential=deviation.is_confidential,
    )
    hearing.save(update_fields=["assignment"])
    record(
        "hearing.asked", hearing, by=by, root=deviation,
        data={"employee": asked.pk, "to": asked.given_name, "shows_case": shows_case},
    )  # fmt: skip
    return hearing


def answer_hearing(hearing: Hearing, *, by: Employee, text: str) -> None:
    """Give the view that was asked for.

    Effects: the answer; the assignment is done; an event; whoever handles the case is told. Whoever was asked is
    named, also one who reported the case with a hidden name: they answer as the one who was asked, and not naming them
    would tell who they are.

    Raises:
        InvalidTransition: when it is not waited for (any more), somebody else was asked, or there is no answer.
    """
    _hold(hearing, by=by)
    if not text.strip():
        raise InvalidTransition(hearing, "asked", HearingOutcome.ANSWERED)
    _end(hearing, HearingOutcome.ANSWERED, answer=text)
    assignments.complete(hearing.assignment, by=by)
    record("hearing.answered", hearing, by=by, root=hearing.deviation)
    _tell_handler(hearing, by=by)


def decline_hearing(hearing: Hearing, *, by: Employee, reason: str) -> None:
    """Say no to giving a view. Effects and errors as :func:`answer_hearing`; a reason is welcome."""
    _hold(hearing, by=by)
    _end(hearing, HearingOutcome.DECLINED, answer=reason)
    assignments.cancel(hearing.assignment, by=by)
    record("hearing.declined", hearing, by=by, root=hearing.deviation)
    _tell_handler(hearing, by=by)


def close_hearing(hearing: Hearing, *, by: Employee) -> None:
    """Wait for the answer no longer. Effects: the assignment is called off; an event.

    Raises:
        InvalidTransition: when it has ended.
    """
    lock(hearing.deviation)
    lock(hearing)
    if not hearing.is_open:
        raise InvalidTransition(hearing, hearing.outcome or "ended", "closed")
    _call_off(hearing, by=by)


def close_hearings(deviation: Deviation, *, by: Employee | None) -> list[Hearing]:
    """Wait for no answer any more in a locked case. Returns those that were open."""
    waiting = Hearing.objects.select_for_update(of=("self",)).select_related("assignment", "deviation")
    still_open = list(waiting.filter(deviation=deviation, ended_at__isnull=True))
    for hearing in still_open:
        _call_off(hearing, by=by)
    return still_open


def _hold(hearing: Hearing, *, by: Employee) -> None:
    """Lock from the case down; refuse all but the one who was asked, while it is waited for."""
    lock(hearing.deviation)
    lock(hearing)
    assignment = hearing.assignment
    if not hearing.is_open or hearing.deviation.is_whistleblowing or assignment.assignee_id != by.pk:
        raise InvalidTransition(hearing, hearing.outcome or "ended", HearingOutcome.ANSWERED)


def _end(hearing: Hearing, outcome: str, *, answer: str) -> None:
    hearing.outcome, hearing.answer, hearing.ended_at = outcome, answer, timezone.now()
    hearing.save(update_fields=["outcome", "answer", "ended_at"])


def _call_off(hearing: Hearing, *, by: Employee | None) -> None:
    hearing.ended_at = timezone.now()
    hearing.save(update_fields=["ended_at"])
    if hearing.assignment is not None and hearing.assignment.state == AssignmentState.OPEN:
        assignments.cancel(hearing.assignment, by=by)
    record("hearing.closed", hearing, by=by, root=hearing.deviation)


def _tell_handler(hearing: Hearing, *, by: Employee) -> None:
    handling = hearing.deviation.handling
    people = {person.pk: person for person in (handling.assignee if handling else None, hearing.asked_by) if person}
    may_know = Q(pk__in=people) & ~Q(pk__in=subject_ids_of(hearing.deviation))
    for person in Employee.objects.filter(may_know).exclude(pk=by.pk).select_related("user"):
        notify(
            "deviations.view_given",
            to=person,
            about=hearing.deviation,
            dedupe=f"hearing:{hearing.pk}",
            parameters={"case": hearing.deviation.number, "name": by.given_name},
        )

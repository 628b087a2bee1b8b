"""The reporter is answered, the case is closed, and may come back."""

import datetime
from typing import Any

from django.utils import timezone

from deviations import routing
from deviations.enums import Ending, ReporterKind, State
from deviations.models import Deviation
from deviations.rules import active_stop, is_reporter
from deviations.services.handling import (
    hand_over,
    handling_due_on,
    mark_answered,
    receive,
    require_open,
    say,
    tell_reporter,
)
from deviations.services.hearings import close_hearings
from deviations.services.identity import author_of
from deviations.services.merged import answer_merged
from deviations.services.reporting import start_of_day
from hms.actions import services as actions
from hms.actions.enums import PlanState
from hms.actions.selectors import has_open_actions
from hms.assignments import services as assignments
from hms.assignments.enums import State as AssignmentState
from hms.audit.acting import acting_as
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.notifications.services import notify
from hms.organisations.models import Employee


def answer(deviation: Deviation, *, by: Employee, text: str) -> None:
    """Write to the reporter while the work goes on.

    Effects: a new case is received; a comment the reporter sees; the first answer's time; event and message.
    """
    require_open(deviation)
    if deviation.state == State.NEW:
        receive(deviation, by=by)
    said, is_new = say(deviation, by=by, text=text)
    if not is_new:
        return
    mark_answered(deviation)
    record("deviation.answered", said, by=by, root=deviation)
    tell_reporter("deviations.answered", deviation, dedupe=f"answer:{said.pk}", name=by.given_name)


def close(deviation: Deviation, *, by: Employee, answer: str) -> None:
    """Close the case with a written answer to the reporter.

    Effects: a new case is received first; hearings are closed; state closed; the handling is completed; a plan whose
    effect is checked closes too; the reporter is told and may reopen within 30 days, and so is everybody whose case
    was merged into it.

    Raises:
        InvalidTransition: when it is closed, an action is open, authorities are to be told, work is stopped, or there is
            no answer.
    """
    require_open(deviation)
    if deviation.plan is not None:
        # An action that is being added at this moment waits, and then finds the case closed.
        lock(deviation.plan)
    if deviation.state == State.NEW:
        receive(deviation, by=by)
    if (
        has_open_actions(deviation.plan)
        or deviation.open_notices
        or active_stop(deviation) is not None
        or not answer.strip()
    ):
        raise InvalidTransition(deviation, deviation.state, State.CLOSED)
    close_hearings(deviation, by=by)
    now = timezone.now()
    move(
        deviation,
        State.CLOSED,
        by=by,
        verb="deviation.closed",
        answer=answer,
        closed_at=now,
        closed_by=by,
        first_answered_at=deviation.first_answered_at or now,
    )
    if deviation.handling is not None and deviation.handling.state == AssignmentState.OPEN:
        assignments.complete(deviation.handling, by=by)
    if deviation.plan is not None and deviation.plan.state == PlanState.EFFECT_CHECKED:
        actions.close(deviation.plan, by=by)
    tell_reporter(
        "deviations.closed", deviation, dedupe=f"closed:{deviation.pk}:{now.timestamp():.0f}", name=by.given_name
    )
    answer_merged(deviation, by=by, at=now)


def reopen(deviation: Deviation, *, by: Employee | None, reason: str, via: str = Via.WEB) -> None:
    """Open a closed case again, however it ended; one that was merged is taken out (`services.take_out`).

    Effects: state in progress, with the reason as a comment; the handling opens with a new due date; the
    handler is told; when the handler has left or there was none, whoever gets new cases now. Of somebody
    anonymous only the day is kept. Callers check the 30 days of a reporter (`rules.may_still_reopen`).

    Raises:
        InvalidTransition: when it is open, or goes on in another case.
    """
    lock(deviation)
    if deviation.ending == Ending.MERGED:
        raise InvalidTransition(deviation, deviation.ending, State.IN_PROGRESS)
    is_anonymous = by is None and deviation.reporter_kind == ReporterKind.ANONYMOUS
    is_from_reporter = by is None or is_reporter(by, deviation)
    # Somebody hidden does this as nobody: neither event nor history names them.
    by = author_of(deviation, by)
    at = start_of_day() if is_anonymous else timezone.now()
    # History rows carry a time and an author of their own: nobody, even when the browser is signed in.
    with acting_as(by.pk if by else None):
        move_back(deviation, by=by, via=via, at=at)
    say(
        deviation,
        by=by,
        is_from_reporter=is_from_reporter,
        text=reason,
        created_at=at,
    )
    give_back(deviation, by=by, at=at)


def open_again(deviation: Deviation, *, by: Employee | None, via: str, at: datetime.datetime, verb: str) -> None:
    """Open a locked, closed case without a word in it. Effects: state and handling, as :func:`reopen`."""
    move_back(deviation, by=by, via=via, at=at, verb=verb)
    give_back(deviation, by=by, at=at)


def move_back(deviation: Deviation, *, at: datetime.datetime, verb: str = "deviation.reopened", **event: Any) -> None:
    """Put a closed case in progress. Effects: its end is none any more; an event."""
    # History rows carry a time of their own.
    deviation._history_date = at
    move(deviation, State.IN_PROGRESS, verb=verb, at=at, closed_at=None, closed_by=None, ending="", **event)


def give_back(deviation: Deviation, *, by: Employee | None, at: datetime.datetime) -> None:
    """Let whoever had a case that was opened again have it; whoever gets new cases, when nobody had."""
    if deviation.handling is None or not deviation.handling.assignee.is_employed():
        _give_to_somebody(deviation, by=by, at=at)
        return
    assignments.reopen(deviation.handling, by=by, due_on=handling_due_on(deviation.organisation), at=at)
    if by is None or by.pk != deviation.handling.assignee_id:
        notify(
            "deviations.reopened",
            to=deviation.handling.assignee,
            about=deviation,
            dedupe=f"reopened:{deviation.pk}:{timezone.now().timestamp():.0f}",
            parameters={"case": deviation.number},
            at=at,
        )


def _give_to_somebody(deviation: Deviation, *, by: Employee | None, at: datetime.datetime) -> None:
    handler = routing.choose_handler(deviation)
    if handler is None:
        return
    if deviation.handling is not None:
        assignments.reopen(deviation.handling, by=by, due_on=handling_due_on(deviation.organisation), at=at)
    hand_over(deviation, to=handler, by=by)

"""A case ends without being solved: it is rejected, or withdrawn. Nothing is deleted."""

import datetime
from typing import Any

from django.utils import timezone

from deviations import rules
from deviations.enums import Ending, ReporterKind, State
from deviations.models import Deviation
from deviations.services.handling import require_open, say, tell_reporter
from deviations.services.hearings import close_hearings
from deviations.services.identity import author_of
from deviations.services.merged import answer_merged
from deviations.services.reporting import start_of_day
from hms.actions import services as actions
from hms.assignments import services as assignments
from hms.assignments.enums import State as AssignmentState
from hms.audit.acting import acting_as
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition, move
from hms.notifications.services import notify
from hms.organisations.models import Employee


def reject(deviation: Deviation, *, by: Employee, reason: str) -> None:
    """End a case that is none, with a reason that the reporter reads.

    Effects: closed as rejected, the reason is the answer; hearings and a plan that was only drafted are called off;
    the handling is completed; the reporter is told and may object within 30 days, as after a closing.

    Raises:
        InvalidTransition: when it is closed, others rely on it (`rules.relied_on`), or there is no reason.
    """
    require_open(deviation)
    if rules.relied_on(deviation) or not reason.strip():
        raise InvalidTransition(deviation, deviation.state, Ending.REJECTED)
    now = timezone.now()
    end_as(
        deviation,
        Ending.REJECTED,
        by=by,
        verb="deviation.rejected",
        answer=reason,
        closed_by=by,
        first_answered_at=deviation.first_answered_at or now,
    )
    tell_reporter(
        "deviations.rejected", deviation, dedupe=f"rejected:{deviation.pk}:{now.timestamp():.0f}", name=by.given_name
    )
    answer_merged(deviation, by=by, at=now)


def withdraw_case(deviation: Deviation, *, by: Employee | None, reason: str, via: str = Via.WEB) -> None:
    """Take back a report; its reporter may (also with the receipt code: `by` is None), or whoever handles it.

    Effects: closed as withdrawn, with the reason as a comment that both read; hearings and a plan that was only
    drafted are called off; the handling is completed; the other one is told. Everything stays, and it can be opened
    again. A hidden reporter is not named; of somebody anonymous only the day is kept.

    Raises:
        InvalidTransition: when it is closed, others rely on it (`rules.relied_on`), or there is no reason.
    """
    require_open(deviation)
    is_reporter = by is None or rules.is_reporter(by, deviation)
    if rules.relied_on(deviation, by_reporter=is_reporter) or not reason.strip():
        raise InvalidTransition(deviation, deviation.state, Ending.WITHDRAWN)
    is_anonymous = by is None and deviation.reporter_kind == ReporterKind.ANONYMOUS
    at = start_of_day() if is_anonymous else timezone.now()
    author = author_of(deviation, by)
    # History rows carry a time and an author of their own: nobody, even when the browser is signed in.
    deviation._history_date = at
    with acting_as(author.pk if author else None):
        event = end_as(
            deviation, Ending.WITHDRAWN, by=author, via=via, at=at, verb="deviation.withdrawn", closed_by=author
        )
        say(deviation, by=author, is_from_reporter=is_reporter, text=reason, created_at=at)
    if not is_reporter and by is not None:
        tell_reporter("deviations.withdrawn", deviation, dedupe=f"withdrawn:{event.pk}", name=by.given_name)
    handler = deviation.handling.assignee if deviation.handling else None
    if handler is not None and (by is None or handler.pk != by.pk):
        notify(
            "deviations.withdrawn_by",
            to=handler,
            about=deviation,
            dedupe=f"withdrawn:{event.pk}",
            parameters={"case": deviation.number},
            at=at,
        )


def end_as(
    deviation: Deviation,
    ending: str,
    *,
    by: Employee | None,
    verb: str,
    via: str = Via.WEB,
    at: datetime.datetime | None = None,
    **changes: Any,
) -> Event:
    """End an open, locked case in one of the ways that are no answer to it.

    Effects: hearings are closed and a drafted plan is emptied; state closed with the ending and `changes`; an event;
    the handling is completed.
    """
    if by is not None:
        close_hearings(deviation, by=by)
        if deviation.plan is not None:
            actions.call_off(deviation.plan, by=by)
    moment = {"at": at} if at else {}
    event = move(
        deviation,
        State.CLOSED,
        by=by,
        via=via,
        verb=verb,
        data={"ending": ending},
        closed_at=at or timezone.now(),
        ending=ending,
        **moment,
        **changes,
    )
    if deviation.handling is not None and deviation.handling.state == AssignmentState.OPEN:
        assignments.complete(deviation.handling, by=by, via=via, **moment)
    return event

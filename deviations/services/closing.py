"""The reporter is answered, the case is closed, and may come back."""

import datetime

from django.utils import timezone

from deviations.enums import CommentVisibility, State
from deviations.models import Comment, Deviation
from deviations.services.handling import receive, require_open, tell_reporter
from hms.actions import services as actions
from hms.actions.enums import PlanState
from hms.actions.selectors import has_open_actions
from hms.assignments import services as assignments
from hms.assignments.enums import State as AssignmentState
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
    said = Comment.objects.create(deviation=deviation, author=by, visibility=CommentVisibility.REPORTER, text=text)
    if deviation.first_answered_at is None:
        deviation.first_answered_at = timezone.now()
        deviation.save(update_fields=["first_answered_at"])
    record("deviation.answered", said, by=by, root=deviation)
    tell_reporter("deviations.answered", deviation, dedupe=f"answer:{said.pk}", name=by.given_name)


def close(deviation: Deviation, *, by: Employee, answer: str) -> None:
    """Close the case with a written answer to the reporter.

    Effects: state closed; the handling is completed; a plan whose effect is checked closes too; the
    reporter is told and may reopen within 30 days.

    Raises:
        InvalidTransition: when it is not in progress, an action is open, or there is no answer.
    """
    lock(deviation)
    if has_open_actions(deviation.plan) or not answer.strip():
        raise InvalidTransition(deviation, deviation.state, State.CLOSED)
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


def reopen(deviation: Deviation, *, by: Employee | None, reason: str, via: str = Via.WEB) -> None:
    """Open a closed case again.

    Effects: state in progress, with the reason as a comment; the handling opens with a new due date; the
    handler is told. Callers check the 30 days of a reporter (`rules.may_still_reopen`).
    """
    move(deviation, State.IN_PROGRESS, by=by, via=via, verb="deviation.reopened", closed_at=None, closed_by=None)
    Comment.objects.create(
        deviation=deviation,
        author=by,
        is_from_reporter=by is None or by.pk == deviation.reporter_id,
        visibility=CommentVisibility.REPORTER,
        text=reason,
    )
    if deviation.handling is None:
        return
    due_on = timezone.localdate() + datetime.timedelta(days=deviation.organisation.handling_days)
    assignments.reopen(deviation.handling, by=by, due_on=due_on)
    if by is None or by.pk != deviation.handling.assignee_id:
        notify(
            "deviations.reopened",
            to=deviation.handling.assignee,
            about=deviation,
            dedupe=f"reopened:{deviation.pk}:{timezone.now().timestamp():.0f}",
            parameters={"case": deviation.number},
        )

"""Two reports of the same thing are handled as one."""

from django.utils import timezone

from deviations import rules
from deviations.enums import CommentVisibility, Ending, ReporterKind, State
from deviations.models import Deviation
from deviations.services.closing import open_again
from deviations.services.ending import end_as
from deviations.services.handling import handling_due_on, may_be_given, say, tell_reporter
from deviations.services.identity import author_of
from deviations.services.reporting import start_of_day
from hms.assignments import services as assignments
from hms.assignments.enums import State as AssignmentState
from hms.audit.acting import acting_as
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.organisations.models import Employee


def merge(duplicate: Deviation, *, into: Deviation, by: Employee, reason: str) -> None:
    """Let another case go on in the place of this one.

    Effects: closed as merged, locked, with the case that goes on; hearings and a drafted plan are called off;
    whoever handles that case answers for this one too; the reason is a comment for those who handle it; the reporter
    is told, follows the other case from their own page, and is answered when it is closed. Comments and files stay
    where they are.

    Raises:
        InvalidTransition: when either is closed or whistleblowing, they are the same, others rely on this one
            (`rules.relied_on`), its content would be less protected (`rules.merge_obstacle`), or the other's handler
            may not have it.
    """
    for case in sorted((duplicate, into), key=lambda case: case.pk):
        lock(case)
    if rules.merge_obstacle(duplicate, into):
        raise InvalidTransition(duplicate, duplicate.state, Ending.MERGED)
    handler = into.handling.assignee if into.handling else None
    if handler is not None and not may_be_given(duplicate, handler):
        raise InvalidTransition(duplicate, duplicate.state, Ending.MERGED)
    if handler is not None and duplicate.handling is not None and duplicate.handling.assignee_id != handler.pk:
        assignments.hand_over(duplicate.handling, to=handler, by=by, email=False)
    said, _is_new = say(duplicate, by=by, visibility=CommentVisibility.INTERNAL, text=reason)
    event = end_as(duplicate, Ending.MERGED, by=by, verb="deviation.merged", closed_by=by, merged_into=into)
    record("deviation.took_in", said, by=by, root=into)
    tell_reporter("deviations.merged", duplicate, dedupe=f"merged:{event.pk}", name=by.given_name)


def take_out(duplicate: Deviation, *, by: Employee, reason: str) -> None:
    """Say that it was not the same after all: the case goes on by itself again, while the other is open.

    Effects: in progress; the handling opens with a new due date; the reason is a comment for those who handle it;
    the reporter is told.

    Raises:
        InvalidTransition: when it is not merged, or the other is closed: then its reporter has been answered.
    """
    main = _lock_with_main(duplicate)
    if main is None or main.state == State.CLOSED:
        raise InvalidTransition(duplicate, duplicate.ending or duplicate.state, State.IN_PROGRESS)
    _set_free(duplicate, by=by)
    say(duplicate, by=by, visibility=CommentVisibility.INTERNAL, text=reason)


def take_out_all(main: Deviation, *, by: Employee) -> int:
    """Let every case that was merged into this one go on by itself, because this one leaves their world."""
    merged = list(
        Deviation.everything.filter(merged_into=main).select_related("handling", "organisation").order_by("pk")
    )
    for duplicate in merged:
        lock(duplicate)
        _set_free(duplicate, by=by)
    return len(merged)


def _lock_with_main(duplicate: Deviation) -> Deviation | None:
    """Lock the case that goes on first, as whoever closes that one does, then this one; None when it is not merged."""
    main = Deviation.everything.filter(pk=duplicate.merged_into_id).first()
    if main is None:
        return None
    lock(main)
    lock(duplicate)
    return main if duplicate.merged_into_id == main.pk else None


def _set_free(duplicate: Deviation, *, by: Employee) -> None:
    event = move(
        duplicate, State.IN_PROGRESS, by=by, verb="deviation.taken_out",
        ending="", merged_into=None, closed_at=None, closed_by=None,
    )  # fmt: skip
    if duplicate.handling is not None and duplicate.handling.state == AssignmentState.DONE:
        assignments.reopen(duplicate.handling, by=by, due_on=handling_due_on(duplicate.organisation))
    tell_reporter("deviations.taken_out", duplicate, dedupe=f"taken-out:{event.pk}")


def reopen_main(duplicate: Deviation, *, by: Employee | None, reason: str, via: str = Via.WEB) -> None:
    """The reporter of a merged case says that it is not solved: the case that goes on is opened again.

    Effects: as `services.reopen` on that case, by nobody: its own reporter does not learn who else told of it. The
    reason is a comment on this one, where those who handle both read it. Of somebody anonymous only the day is kept.
    Callers check the 30 days (`rules.may_still_reopen`).

    Raises:
        InvalidTransition: when it is not merged, or the other is open.
    """
    main = _lock_with_main(duplicate)
    if main is None:
        raise InvalidTransition(duplicate, duplicate.ending or duplicate.state, State.IN_PROGRESS)
    is_anonymous = by is None and duplicate.reporter_kind == ReporterKind.ANONYMOUS
    at = start_of_day() if is_anonymous else timezone.now()
    with acting_as(None):
        open_again(main, by=None, via=via, at=at, verb="deviation.reopened_by_another")
        say(duplicate, by=author_of(duplicate, by), is_from_reporter=True, text=reason, created_at=at)

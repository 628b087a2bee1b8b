"""What is said in a case."""

from django.utils import timezone

from deviations import rules
from deviations.enums import CommentVisibility, ReporterKind
from deviations.models import Comment, Deviation
from deviations.selectors import openable_by
from deviations.services.handling import mark_answered, require_open, say, tell_reporter
from deviations.services.identity import author_of
from deviations.services.reporting import start_of_day
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import lock
from hms.notifications.services import notify
from hms.organisations.models import Employee


def comment(deviation: Deviation, *, by: Employee, text: str, visibility: str, via: str = Via.WEB) -> Comment:
    """Add a comment.

    Effects: the comment and an event; the reporter is told of one meant for them, which is an answer when a handler
    wrote it; the handler is told of one from somebody else. Nothing when it was sent twice.
    """
    lock(deviation)
    is_reporter = rules.is_reporter(by, deviation)
    author = author_of(deviation, by)
    said, is_new = say(
        deviation,
        by=author,
        is_from_reporter=is_reporter,
        visibility=CommentVisibility.REPORTER if is_reporter else visibility,
        text=text,
    )
    if not is_new:
        return said
    record("deviation.commented", said, by=author, via=via, root=deviation, data={"visibility": said.visibility})
    if said.visibility == CommentVisibility.REPORTER and not is_reporter:
        tell_reporter("deviations.comment_to_reporter", deviation, dedupe=f"comment:{said.pk}", name=by.given_name)
        if rules.is_handler(by, deviation):
            mark_answered(deviation)
    _tell_handler(deviation, said, by=by)
    return said


def reply_from_reporter(deviation: Deviation, *, text: str) -> Comment:
    """Add what a reporter without sign-in writes on the follow-up page; nobody is named.

    Effects: as :func:`comment`; of somebody anonymous only the day is kept.
    """
    lock(deviation)
    at = start_of_day() if deviation.reporter_kind == ReporterKind.ANONYMOUS else timezone.now()
    said, is_new = say(deviation, by=None, is_from_reporter=True, text=text, created_at=at)
    if is_new:
        data = {"visibility": said.visibility}
        record("deviation.commented", said, by=None, via=Via.QR, root=deviation, data=data, at=at)
        _tell_handler(deviation, said, by=None)
    return said


def _tell_handler(deviation: Deviation, said: Comment, *, by: Employee | None) -> None:
    handler = _who_listens(deviation)
    if handler is None or (by is not None and handler.pk == by.pk):
        return
    notify(
        "deviations.comment",
        to=handler,
        about=deviation,
        dedupe=f"comment:{said.pk}:handler",
        parameters={"case": deviation.number},
        email=said.is_from_reporter,
        at=said.created_at,
    )


def _who_listens(deviation: Deviation) -> Employee | None:
    """Whoever handles the case; of a merged one whoever handles the case that goes on, when they may read this one."""
    if deviation.merged_into is not None and deviation.merged_into.handling is not None:
        handler = deviation.merged_into.handling.assignee
        if openable_by(handler).filter(pk=deviation.pk).exists():
            return handler
    return deviation.handling.assignee if deviation.handling else None


def add_details(deviation: Deviation, *, by: Employee | None, text: str, via: str = Via.WEB) -> None:
    """Add to what happened, after the receipt; the original text stays as it was written.

    Effects: the text is added as a comment for all to see, an event, the handler is told. Nothing when it
    was sent twice.
    """
    require_open(deviation)
    author = author_of(deviation, by)
    said, is_new = say(deviation, by=author, is_from_reporter=True, text=text)
    if is_new:
        record("deviation.details_added", said, by=author, via=via, root=deviation)
        _tell_handler(deviation, said, by=by)

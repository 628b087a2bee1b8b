"""What is said in a case."""

from deviations.enums import CommentVisibility
from deviations.models import Comment, Deviation
from deviations.services.handling import require_open, tell_reporter
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import lock
from hms.notifications.services import notify
from hms.organisations.models import Employee


def comment(deviation: Deviation, *, by: Employee, text: str, visibility: str, via: str = Via.WEB) -> Comment:
    """Add a comment.

    Effects: the comment and an event; the reporter is told of one meant for them, the handler of one from
    somebody else.
    """
    lock(deviation)
    is_reporter = deviation.reporter_id == by.pk
    said = Comment.objects.create(
        deviation=deviation,
        author=by,
        is_from_reporter=is_reporter,
        visibility=CommentVisibility.REPORTER if is_reporter else visibility,
        text=text,
    )
    record("deviation.commented", said, by=by, via=via, root=deviation, data={"visibility": said.visibility})
    if said.visibility == CommentVisibility.REPORTER and not is_reporter:
        tell_reporter("deviations.comment_to_reporter", deviation, dedupe=f"comment:{said.pk}", name=by.given_name)
    _tell_handler(deviation, said, by=by)
    return said


def reply_from_reporter(deviation: Deviation, *, text: str) -> Comment:
    """Add what a reporter without sign-in writes on the follow-up page; nobody is named."""
    lock(deviation)
    said = Comment.objects.create(
        deviation=deviation, is_from_reporter=True, visibility=CommentVisibility.REPORTER, text=text
    )
    record("deviation.commented", said, by=None, via=Via.QR, root=deviation, data={"visibility": said.visibility})
    _tell_handler(deviation, said, by=None)
    return said


def _tell_handler(deviation: Deviation, said: Comment, *, by: Employee | None) -> None:
    handler = deviation.handling.assignee if deviation.handling else None
    if handler is None or (by is not None and handler.pk == by.pk):
        return
    notify(
        "deviations.comment",
        to=handler,
        about=deviation,
        dedupe=f"comment:{said.pk}:handler",
        parameters={"case": deviation.number},
        email=said.is_from_reporter,
    )


def add_details(deviation: Deviation, *, by: Employee | None, text: str, via: str = Via.WEB) -> None:
    """Add to what happened, after the receipt; the original text stays as it was written.

    Effects: the text is added as a comment for all to see, an event, the handler is told.
    """
    require_open(deviation)
    said = Comment.objects.create(
        deviation=deviation,
        author=by,
        is_from_reporter=True,
        visibility=CommentVisibility.REPORTER,
        text=text,
    )
    record("deviation.details_added", said, by=by, via=via, root=deviation)
    _tell_handler(deviation, said, by=by)

"""The reporter says whether it helped."""

import datetime

from django.utils import timezone

from deviations.enums import Consent, Helped, ReporterKind
from deviations.models import Deviation, GoodExample, Rating
from deviations.rules import current_rating, may_rate_now, reporter_id_of
from deviations.services.examples import keep_consent
from deviations.services.identity import author_of
from deviations.services.reporting import start_of_day
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.services import notify
from hms.organisations.models import Employee


def rate(
    deviation: Deviation,
    *,
    by: Employee | None,
    helped: str,
    comment: str = "",
    may_share: bool = False,
    via: str = Via.WEB,
) -> Rating:
    """Keep the reporter's answer to «did it help?».

    Effects: the rating of this closing, in place of an earlier one; an event without the answer, once; the handler
    is told of it, and once more when it becomes «no»; consent to a good example follows when it is given here, or
    taken back. Of somebody anonymous only the day is kept; somebody hidden is not named.

    Raises:
        InvalidTransition: when the case is not closed, or was rated more than 30 days ago.
    """
    lock(deviation)
    by = author_of(deviation, by)
    deviation.rating = known = Rating.objects.filter(deviation=deviation).first()
    if not may_rate_now(deviation):
        raise InvalidTransition(deviation, deviation.state, "rate")
    at = start_of_day() if deviation.reporter_kind == ReporterKind.ANONYMOUS else timezone.now()
    is_first = current_rating(deviation) is None
    was_no = not is_first and known is not None and known.helped == Helped.NO
    shared = known is not None and known.may_share
    rating = known or Rating(deviation=deviation)
    rating.closed_at, rating.helped, rating.comment, rating.may_share = deviation.closed_at, helped, comment, may_share
    if is_first:
        rating.rated_at = at
    rating.save()
    deviation.rating = rating
    if is_first:
        record("deviation.rated", rating, by=by, via=via, root=deviation, at=at)
    _follow_consent(deviation, was=shared, now=may_share, by=by, via=via)
    if is_first or (helped == Helped.NO and not was_no):
        _tell_handler(deviation, rating, at)
    return rating


def _follow_consent(deviation: Deviation, *, was: bool, now: bool, by: Employee | None, via: str) -> None:
    example = GoodExample.objects.filter(deviation=deviation).first()
    if example is None:
        return
    if (now and example.consent != Consent.GIVEN) or (was and not now and example.consent == Consent.GIVEN):
        keep_consent(example, yes=now, by=by, via=via)


def _tell_handler(deviation: Deviation, rating: Rating, at: datetime.datetime) -> None:
    handler = deviation.handling.assignee if deviation.handling else None
    if handler is None or handler.pk == reporter_id_of(deviation):
        return
    is_no = rating.helped == Helped.NO
    notify(
        "deviations.rated",
        to=handler,
        about=deviation,
        dedupe=f"rated:{rating.pk}:{rating.closed_at.timestamp():.0f}:{'no' if is_no else 'first'}",
        parameters={"case": deviation.number},
        # Good news can wait for the next visit.
        email=is_no,
        at=at,
    )

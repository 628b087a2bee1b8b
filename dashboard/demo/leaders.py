"""The summaries that the demo's leaders have had: this week's, and last month's."""

import datetime

from django.utils import timezone

from dashboard.demo.book import Book
from hms.accounts.demo import SIGN_INS
from hms.assignments.enums import SummaryKind
from hms.assignments.models import SummarySchedule
from hms.assignments.summaries.periods import Period, current
from hms.assignments.summaries.sending import TYPE_OF, addressed, next_moment
from hms.organisations.calendar import WorkCalendar, open_calendar
from hms.tenancy.scope import current_organisation_id

# Before the mails of the day's cases, which a newcomer should find on top.
EARLIER = datetime.timedelta(hours=1)


def tell_leaders(now: datetime.datetime) -> None:
    """Write the newest summaries as told. Call when everything else is in the database.

    They are mailed when the demo starts, whatever the day, to the leaders whose part a newcomer can play, and to a deputy.
    """
    calendar = open_calendar()
    with timezone.override(calendar.zone):
        for kind in SummaryKind.values:
            period, at = _newest(kind, calendar, now)
            _tell(now, period, at)
            SummarySchedule.objects.create(
                kind=kind, last_period=period.name, next_at=next_moment(kind, period.name, calendar, now)
            )


def _newest(kind: str, calendar: WorkCalendar, now: datetime.datetime) -> tuple[Period, datetime.datetime]:
    """The last period whose morning has come, and that morning."""
    period = current(kind, calendar.local_date(now))
    while (at := calendar.morning(calendar.on_or_after(period.sent_from))) > now:
        period = period.previous
    return period, at


def _tell(now: datetime.datetime, period: Period, at: datetime.datetime) -> None:
    book = Book(now - EARLIER)
    book.fresh = now - at + EARLIER
    played = {address for address, _who in SIGN_INS}
    for told in addressed(period):
        # The demo is loaded by the database's owner, whom a server that is only for trying out may let see everything.
        if told.to.organisation_id != current_organisation_id():
            continue
        stands_in = told.to != told.about
        book.notify(
            TYPE_OF[SummaryKind(period.kind)], to=told.to, about=told.about, at=at, dedupe=told.dedupe,
            parameters=told.parameters, email=told.to.email in played or stands_in,
        )  # fmt: skip
    book.write()

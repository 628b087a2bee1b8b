"""News of views: which days they are about, and that a mail is sent for them when no other one was."""

import datetime
from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from deviations.models import ViewSubscription
from deviations.services.saved_views import next_news
from hms.assignments.due import DIGEST, digest_occasion
from hms.assignments.news import News, news_for
from hms.notifications.enums import RoutineMail
from hms.notifications.selectors import routine_mail_of, told_already
from hms.notifications.services import notify
from hms.organisations.calendar import open_calendar
from hms.organisations.models import Employee

# The day's tasks are told first, and the news with them; who has had no mail by then gets one for the news alone.
AFTER_THE_TASKS = datetime.timedelta(minutes=30)


def take_days(subscriptions: Iterable[ViewSubscription], now: datetime.datetime) -> list[ViewSubscription]:
    """Give each due subscription of one person its days; those that were taken earlier today keep theirs.

    Effects: the days and the next morning of each. Safe to do twice: a mail that is tried again says the same.

    Returns:
        Those that are told today.
    """
    calendar, told = open_calendar(), []
    today = calendar.local_date(now)
    for one in subscriptions:
        if one.next_at <= now:
            if _waits(one, calendar.is_first_of_week(today)):
                one.next_at = calendar.next_first_of_week(now)
            else:
                one.since, one.until, one.next_at = one.until, today, next_news(one.frequency, calendar, now)
            one.save(update_fields=["since", "until", "next_at"])
        if one.since < one.until == today:
            told.append(one)
    return told


def _waits(one: ViewSubscription, is_first_of_week: bool) -> bool:
    """Who wants routine mail once a week gets news once a week."""
    return not is_first_of_week and routine_mail_of({one.employee_id}).get(one.employee_id) == RoutineMail.WEEKLY


def organisations_with_news(now: datetime.datetime) -> list[int]:
    """Ids of the organisations in which somebody waits for news. Needs no open organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_with_view_news(%s)", [now - AFTER_THE_TASKS])
        return [row[0] for row in cursor.fetchall()]


def tell_news(now: datetime.datetime) -> int:
    """Tell the open organisation's followers, when the morning has come and the tasks of the day have been told.

    Effects: the days of due subscriptions; a routine mail for each who has had none today; for who wants no mail, a
    line in the inbox. The subscriptions of those who have left are removed.

    Returns:
        How many were told.
    """
    calendar = open_calendar()
    if not calendar.is_open(now):
        return 0
    with timezone.override(calendar.zone):
        today = calendar.local_date(now)
        ViewSubscription.objects.filter(employee__ends_on__lt=today).delete()
        due = ViewSubscription.objects.filter(next_at__lte=now - AFTER_THE_TASKS)
        readers = list(
            Employee.objects.filter(pk__in=due.values("employee_id")).select_related("user").order_by("id")
        )  # fmt: skip
        wishes = routine_mail_of({reader.pk for reader in readers})
        # Their mail is on its way, and takes the news along.
        served = told_already(DIGEST, {reader.pk for reader in readers}, digest_occasion(today))
        return sum(
            _tell(reader, today, inbox_only=wishes.get(reader.pk) == RoutineMail.INBOX)
            for reader in readers
            if reader.pk not in served or wishes.get(reader.pk) == RoutineMail.INBOX
        )


def _tell(reader: Employee, today: datetime.date, *, inbox_only: bool) -> bool:
    news = news_for(reader)
    if not news:
        return False
    # Only what goes by mail counts among the mails of the day.
    occasion = f"news:{today}" if inbox_only else digest_occasion(today)
    told = notify(
        DIGEST, to=reader, about=reader, dedupe=occasion, email=not inbox_only,
        parameters={"tasks": [], "overdue": 0, "news": [_kept(one) for one in news], "path": news[0].url},
    )  # fmt: skip
    return told is not None


def _kept(one: News) -> dict[str, str | int]:
    return {"name": one.name, "came": one.came, "closed": one.closed}

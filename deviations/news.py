"""What people who follow a view are told in the morning's mail."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations import filters, services
from deviations.models import ViewSubscription
from deviations.selectors import followed_by
from deviations.selectors.news import changes_in
from deviations.services.news import take_days
from hms.assignments import news
from hms.notifications import choices
from hms.organisations.models import Employee

# The rest is a number; the view itself is one click away.
MOST_LINES = 10


def tell(reader: Employee) -> Iterable[news.News]:
    """The news of everything somebody follows and may still see, as they may see it now; nothing of what is quiet.

    Effects: see `services.news.take_days`.
    """
    if not reader.is_employed():
        return
    due = take_days(followed_by(reader).select_for_update(of=("self",)), timezone.now())
    choices = filters.offered() if due else None
    for one in due:
        wanted = filters.read(one.view.query, choices)
        if wanted.left_out:
            # It would tell of more than was asked for; the page of views says why it is quiet.
            continue
        changes = changes_in(wanted.wanted, reader, one.since, one.until)
        if not changes.is_empty:
            yield _news(one, wanted, changes.came, changes.closed)


def _news(one: ViewSubscription, wanted: filters.Filter, came: list[str], closed: list[str]) -> news.News:
    slug = one.organisation.slug
    numbers = list(dict.fromkeys([*came, *closed]))
    return news.News(
        name=one.view.name,
        came=len(came),
        closed=len(closed),
        url=reverse("deviations:list", args=[slug]) + wanted.address,
        stop_url=reverse("deviations:view_follow", args=[slug, one.view_id]),
        lines=[(number, reverse("deviations:detail", args=[slug, number])) for number in numbers[:MOST_LINES]],
        more=max(len(numbers) - MOST_LINES, 0),
    )


def _follows(employee: Employee) -> bool:
    return ViewSubscription.objects.filter(employee=employee).exists()


def _choose(employee: Employee, wanted: bool) -> None:
    if not wanted:
        services.follow_nothing(employee)


news.register(tell)
choices.register(
    choices.Choice(
        name="view_news",
        label=_("What is new in the views I follow"),
        is_offered=_follows,
        is_on=_follows,
        choose=_choose,
    )
)

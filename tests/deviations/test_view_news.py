"""News of a view: once in a morning, when there is something, numbers only, in the one routine mail of the day."""

import datetime
from email import policy
from email.parser import BytesParser
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from lxml import html as markup

from deviations import services
from deviations.enums import ReporterKind
from deviations.models import ViewSubscription
from deviations.services.news import organisations_with_news
from deviations.tasks import sweep_news
from hms.assignments.tasks import take_due_steps
from hms.notifications.models import Notification
from hms.notifications.services import change_preference
from hms.notifications.tasks import deliver
from hms.organisations.models import Employee, RoleHolding
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report
from tests.deviations.hostile import OURS

OSLO = ZoneInfo("Europe/Oslo")


def at(day: int, hour: int = 8, minute: int = 0) -> datetime.datetime:
    """A moment in March 2026; the 2nd is a Monday without holidays near it."""
    return datetime.datetime(2026, 3, day, hour, minute, tzinfo=OSLO)


@pytest.fixture(autouse=True)
def mails_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def follow(cast):
    """Let somebody follow a view from Monday noon on."""

    def follow(who: str = "sunniva", frequency: str = "daily", **query: str):
        person = getattr(cast, who)
        with time_machine.travel(at(2, 12), tick=False), tenant(cast.fjellvik):
            view = services.save_view(by=person, name="Solbakken", query=query)
            services.follow(person, view, frequency)
        return view

    return follow


def morning(cast, who: str, day: int, hour: int = 8) -> list:
    """The sweep and the post of a morning; gives what came to somebody about their views."""
    mail.outbox.clear()
    with time_machine.travel(at(day, hour), tick=False):
        sweep_news()
        deliver(cast.fjellvik.pk)
    return [
        message for message in mail.outbox if message.to == [getattr(cast, who).email] and "Solbakken" in message.body
    ]


def happen(cast, day: int, hour: int = 14, **fields):
    with time_machine.travel(at(day, hour), tick=False), tenant(cast.fjellvik):
        return report(cast, "Hemmelig gorilla", **fields)


def test_numbers_and_case_numbers_once(cast, follow):
    view = follow(unit=str(cast.solbakken.pk))
    first, second = happen(cast, 2), happen(cast, 2, reporter_kind=ReporterKind.ANONYMOUS)
    with time_machine.travel(at(2, 15), tick=False), tenant(cast.fjellvik):
        services.close(first, by=cast.amir, answer="Fikset")
    assert morning(cast, "sunniva", 2, 16) == []
    (message,) = morning(cast, "sunniva", 3)
    assert message.subject == "1 ny, 1 lukket i «Solbakken»"
    html = message.alternatives[0].content
    for body in (message.body, html):
        assert f"/fjellvik/avvik/{first.number}/" in body
        assert f"/fjellvik/avvik/{second.number}/" in body
        assert f"/fjellvik/avvik/visninger/{view.pk}/folg/" in body
        assert "gorilla" not in body
        assert "Ingrid" not in body
    assert morning(cast, "sunniva", 3, 9) == []
    assert morning(cast, "sunniva", 4) == []


def test_nothing_new_no_mail(cast, follow):
    follow(unit=str(cast.teknisk.pk))
    happen(cast, 2)
    assert morning(cast, "sunniva", 3) == []
    with tenant(cast.fjellvik):
        assert not Notification.objects.filter(recipient=cast.sunniva, type="assignments.digest").exists()


def test_weekends_wait_for_monday_and_weekly_for_the_next_week(cast, follow):
    follow(status="all")
    follow("helene", "weekly", status="all")
    happen(cast, 2), happen(cast, 6), happen(cast, 7)
    assert len(morning(cast, "sunniva", 3)) == 1
    assert morning(cast, "helene", 6) == []
    assert morning(cast, "sunniva", 8) == []
    (daily,) = morning(cast, "sunniva", 9)
    assert daily.subject.startswith("2 nye")
    with tenant(cast.fjellvik):
        weekly = Notification.objects.get(recipient=cast.helene, type="assignments.digest", parameters__tasks=[])
        assert weekly.parameters["news"] == [{"name": "Solbakken", "came": 3, "closed": 0}]


def test_confidential_cases_and_what_one_no_longer_may_see_are_not_told(cast, follow):
    follow("amir", status="all")
    case = happen(cast, 2)
    with time_machine.travel(at(2, 15), tick=False), tenant(cast.fjellvik):
        services.set_confidential(case, by=cast.amir)
    assert morning(cast, "amir", 3) == []
    follow("helene", status="all")
    happen(cast, 3)
    with tenant(cast.fjellvik):
        RoleHolding.objects.filter(employee=cast.helene).delete()
    assert morning(cast, "helene", 4) == []
    assert len(morning(cast, "amir", 4)) == 0
    with tenant(cast.fjellvik):
        told = Notification.objects.filter(type="assignments.digest", parameters__has_key="news")
        assert [one.recipient for one in told] == [cast.amir]


def test_a_shared_view_that_is_taken_back_is_told_no_more(cast):
    with time_machine.travel(at(2, 12), tick=False), tenant(cast.fjellvik):
        view = services.save_view(by=cast.sunniva, name="Solbakken", query={"status": "all"}, is_for_all=True)
        services.follow(cast.helene, view, "daily")
    happen(cast, 2)
    with tenant(cast.fjellvik):
        services.change_view(view, by=cast.sunniva, is_for_all=False)
    assert morning(cast, "helene", 3) == []


def test_who_has_left_is_told_nothing_and_forgotten(cast, follow):
    follow(status="all")
    happen(cast, 2)
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.sunniva.pk).update(ends_on=at(2).date())
    assert morning(cast, "sunniva", 3) == []
    with tenant(cast.fjellvik):
        assert not ViewSubscription.objects.exists()


def test_news_stand_in_the_mail_about_tasks_and_never_beside_it(cast, follow):
    """One routine mail a day: who has tasks that morning reads the news below them."""
    follow("amir", status="all")
    case = happen(cast, 2)
    with tenant(cast.fjellvik):
        handling = case.handling
        handling.next_step_at = at(3, 7)
        handling.due_on = at(4).date()
        handling.save(update_fields=["next_step_at", "due_on"])
    mail.outbox.clear()
    with time_machine.travel(at(3, 7, 1), tick=False):
        take_due_steps([cast.fjellvik.pk])
        deliver(cast.fjellvik.pk)
    routine = [
        message for message in mail.outbox if message.to == [cast.amir.email] and "Solbakken: 1 ny" in message.body
    ]
    assert len(routine) == 1
    assert morning(cast, "amir", 3) == []
    with tenant(cast.fjellvik):
        assert Notification.objects.filter(recipient=cast.amir, type="assignments.digest").count() == 1


def test_the_same_mail_sent_again_says_the_same(cast, follow):
    from deviations.news import tell

    follow(status="all")
    happen(cast, 2)
    with time_machine.travel(at(3), tick=False), tenant(cast.fjellvik):
        assert list(tell(cast.sunniva)) == list(tell(cast.sunniva))
        assert len(list(tell(cast.sunniva))) == 1


def test_who_wants_no_mail_reads_it_in_the_inbox(cast, client, follow):
    follow(status="all")
    happen(cast, 2)
    with tenant(cast.fjellvik):
        change_preference(cast.sunniva, routine_mail="inbox")
    assert morning(cast, "sunniva", 3) == []
    client.force_login(cast.sunniva.user)
    assert "1 ny i «Solbakken»" in client.get("/fjellvik/varsler/").content.decode()


def test_who_wants_mail_once_a_week_gets_news_once_a_week(cast, follow):
    follow(status="all")
    happen(cast, 2)
    with tenant(cast.fjellvik):
        change_preference(cast.sunniva, routine_mail="weekly")
    assert morning(cast, "sunniva", 3) == []
    (message,) = morning(cast, "sunniva", 9)
    assert message.subject.startswith("1 ny")


def test_a_view_of_what_is_overdue_tells_what_has_become_so(cast, follow):
    follow(status="overdue")
    case = happen(cast, 2)
    with tenant(cast.fjellvik):
        case.handling.due_on = at(2).date()
        case.handling.save(update_fields=["due_on"])
    (message,) = morning(cast, "sunniva", 3)
    assert case.number in message.body
    assert morning(cast, "sunniva", 4) == []


def test_the_sweep_asks_only_where_somebody_waits(cast, follow):
    follow(status="all")
    assert organisations_with_news(at(3, 7, 10)) == []
    assert organisations_with_news(at(3, 7, 31)) == [cast.fjellvik.pk]


@pytest.mark.parametrize("name", [text[:60].strip() for text in OURS])
def test_whatever_a_view_is_called_stands_in_the_mail_as_text(cast, name):
    with time_machine.travel(at(2, 12), tick=False), tenant(cast.fjellvik):
        view = services.save_view(by=cast.sunniva, name=name, query={"status": "all"})
        services.follow(cast.sunniva, view, "daily")
    happen(cast, 2)
    mail.outbox.clear()
    with time_machine.travel(at(3), tick=False):
        sweep_news()
        deliver(cast.fjellvik.pk)
    (message,) = [message for message in mail.outbox if message.to == [cast.sunniva.email] and "1 ny" in message.body]
    parsed = BytesParser(policy=policy.default).parsebytes(message.message().as_bytes())
    # Where a long subject is folded, readers may see a space.
    assert " ".join(parsed["Subject"].split()) == f"1 ny i «{' '.join(name.split())}»"
    assert parsed["Bcc"] is None
    assert name in parsed.get_body(("plain",)).get_content()
    html = parsed.get_body(("html",)).get_content()
    assert name in markup.fromstring(html.encode()).text_content()
    assert "<script>alert" not in html
    assert "<img src=x" not in html

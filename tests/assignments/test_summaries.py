"""Leaders' summaries: who gets which, when, once; and what is never in them."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from hms.assignments import services, tasks
from hms.assignments.enums import SummaryKind
from hms.assignments.models import Assignment, SummaryRefusal, SummarySchedule
from hms.assignments.selectors import organisations_with_due_summaries
from hms.assignments.summaries import periods, reading, sending
from hms.notifications import tasks as mail_tasks
from hms.notifications import types
from hms.notifications.enums import RoutineMail
from hms.notifications.models import Delivery, Notification, Preference
from hms.organisations.enums import Role
from hms.organisations.models import Absence, Organisation, QuietPeriod, RoleHolding
from hms.organisations.services import add_quiet_period
from hms.tenancy.scope import tenant
from tests.cast import hold

OSLO = ZoneInfo("Europe/Oslo")
FRIDAY = datetime.date(2026, 11, 20)


def at(month, day, hour=7, minute=5, year=2026):
    return datetime.datetime(year, month, day, hour, minute, tzinfo=OSLO)


@pytest.fixture
def clock(cast):
    """Stands still until it is moved: Wednesday 18 November 2026. Both organisations have their schedules."""
    with time_machine.travel(at(11, 18, 12), tick=False) as traveller:
        tasks.sweep_summaries()
        yield traveller


@pytest.fixture
def due():
    """Before the weeks that the tests look at."""
    return FRIDAY


@pytest.fixture
def sweep(cast, clock):
    """Sweep at a moment; gives who was told there and then, as (kind, first name), sorted."""

    def sweep(*moment, organisation=None, **more):
        clock.move_to(at(*moment, **more))
        place = organisation or cast.fjellvik
        with tenant(place):
            before = Notification.objects.order_by("-id").values_list("id", flat=True).first() or 0
        tasks.sweep_summaries()
        with tenant(place):
            new = Notification.objects.filter(pk__gt=before, type__startswith="summaries.").select_related("recipient")
            return sorted((n.type.removeprefix("summaries."), n.recipient.given_name) for n in new)

    return sweep


@pytest.fixture
def sent(cast):
    def send():
        mail.outbox.clear()
        mail_tasks.deliver(cast.fjellvik.pk)
        return {
            message.to[0].split(".")[0]: message for message in mail.outbox if "/oppsummering/" in message.body
        }  # fmt: skip

    return send


def summary(cast, leader, name="2026-W48", reader=None, **more):
    with tenant(cast.fjellvik), timezone.override(OSLO), translation.override("en"):
        leader = type(leader).objects.get(pk=leader.pk)
        reader = type(leader).objects.get(pk=reader.pk) if reader else leader
        return reading.summary_of(leader, reader, periods.parse(name), **more)


def lists(found):
    return {section.heading: [line.title for line in section.lines] for section in found.sections}


def figures(found):
    return {figure.label: figure.value for figure in found.figures}


# --- periods ---


@pytest.mark.parametrize("name", ["2026-W48", "2026-W53", "2020-W01", "2026-10", "2026-12"])
def test_a_period_is_what_its_name_says(name):
    period = periods.parse(name)
    assert period.name == name
    assert period.next.previous == period
    assert period.first <= period.last < period.next.first


@pytest.mark.parametrize("name", ["", "2026", "2026-W54", "2025-W53", "2026-13", "2026-00", "2026-W00", "x" * 30])
def test_what_is_no_period_is_refused(name):
    with pytest.raises(ValueError):
        periods.parse(name)


def test_the_newest_month_is_the_one_that_has_ended():
    assert periods.current(SummaryKind.MONTHLY, datetime.date(2026, 1, 31)).name == "2025-12"
    assert periods.current(SummaryKind.WEEKLY, datetime.date(2027, 1, 3)).name == "2026-W53"


# --- who and when ---


def test_the_leaders_of_the_unit_and_above_are_told_and_nobody_else(cast, give, sweep):
    give()  # Tor Erik, in Teknisk drift
    assert sweep(11, 23) == [("week", "Piotr"), ("week", "Ragnhild")]
    with tenant(cast.fjellvik):
        assert set(Notification.objects.filter(type="summaries.week").values_list("about_id", flat=True)) == {
            cast.piotr.pk, cast.ragnhild.pk,
        }  # fmt: skip


def test_nothing_to_say_is_not_said(cast, sweep, sent):
    assert sweep(11, 23) == []
    assert sweep(12, 1) == [("month", "Ragnhild")]
    # The month's numbers are all zeroes: no mail either.
    assert sent() == {}
    with tenant(cast.fjellvik):
        assert Delivery.objects.get(notification__type="summaries.month").state == "skipped"


def test_settled_before_it_was_sent(cast, give, sweep, sent):
    task = give()
    sweep(11, 23)
    with tenant(cast.fjellvik):
        services.make_confidential(Assignment.objects.get(pk=task.pk), title="…")
    assert sent() == {}


def test_one_who_leads_and_is_top_leader_gets_both(cast, give, sweep):
    give()
    assert sweep(11, 23) == [("week", "Piotr"), ("week", "Ragnhild")]
    assert sweep(11, 30) == [("week", "Piotr"), ("week", "Ragnhild")]
    assert sweep(12, 1) == [("month", "Ragnhild")]


def test_a_former_leader_and_one_who_has_left_are_not_told(cast, give, sweep):
    give()
    with tenant(cast.fjellvik):
        RoleHolding.objects.filter(employee=cast.piotr).update(ends_on=FRIDAY)
        type(cast.ragnhild).objects.filter(pk=cast.ragnhild.pk).update(ends_on=FRIDAY)
    assert sweep(11, 23) == []


def test_each_is_told_once(cast, give, sweep):
    give()
    assert len(sweep(11, 23)) == 2
    assert sweep(11, 23, 7, 20) == []
    assert sweep(11, 24) == []
    with tenant(cast.fjellvik):
        # Even when the schedule has been lost.
        SummarySchedule.objects.filter(kind="weekly").update(next_at=at(11, 23), last_period="2026-W47")
    assert sweep(11, 24, 9) == []


def test_not_before_morning_and_on_no_holiday(cast, give, sweep):
    give(due_on=datetime.date(2027, 3, 1))
    assert sweep(3, 22, 6, 50, year=2027) == []
    # Easter Monday 2027 is 29 March.
    assert len(sweep(3, 22, year=2027)) == 3
    assert sweep(3, 29, 9, year=2027) == []
    assert len(sweep(3, 30, year=2027)) == 2


def test_an_outage_heals_in_the_week_by_day(cast, give, sweep):
    give()
    assert sweep(11, 23, 18) == []
    assert sweep(11, 24, 3) == []
    assert sweep(11, 24) == [("week", "Piotr"), ("week", "Ragnhild")]
    # Two weeks without a worker, back on a Saturday: next Monday tells of that week, and only of it.
    assert sweep(12, 12, 9) == []
    assert sweep(12, 14) == [("month", "Ragnhild"), ("week", "Piotr"), ("week", "Ragnhild")]
    with tenant(cast.fjellvik):
        told = Notification.objects.filter(recipient=cast.piotr, type="summaries.week").order_by("id")
        assert [n.parameters["period"] for n in told] == ["2026-W48", "2026-W51"]


def test_quiet_days_move_the_morning_both_ways(cast, clock, give):
    with tenant(cast.fjellvik):
        add_quiet_period(
            label="Stengt", starts_on=datetime.date(2026, 11, 23), ends_on=datetime.date(2026, 11, 29), by=cast.admin
        )
        assert SummarySchedule.objects.get(kind="weekly").next_at == at(11, 30, 7, 0)
        QuietPeriod.objects.all().delete()
        sending.move_schedules(timezone.now())
        assert SummarySchedule.objects.get(kind="weekly").next_at == at(11, 23, 7, 0)
        assert SummarySchedule.objects.get(kind="monthly").next_at == at(12, 1, 7, 0)


def test_only_organisations_whose_morning_has_come_are_opened(cast, clock, give, sweep):
    give()
    assert organisations_with_due_summaries(at(11, 20)) == []
    assert set(organisations_with_due_summaries(at(11, 23))) == {cast.fjellvik.pk, cast.havbris.pk}
    assert sweep(11, 23, organisation=cast.havbris) == []
    with tenant(cast.fjellvik):
        assert Notification.objects.filter(type="summaries.week").count() == 2
    assert organisations_with_due_summaries(at(11, 23)) == []


def test_a_new_organisation_begins_with_the_next_period(cast, clock):
    with tenant(cast.fjellvik):
        SummarySchedule.objects.all().delete()
    assert organisations_with_due_summaries(at(11, 18)) == [cast.fjellvik.pk]
    tasks.sweep_summaries()
    with tenant(cast.fjellvik):
        assert list(SummarySchedule.objects.order_by("kind").values_list("kind", "last_period", "next_at")) == [
            ("monthly", "2026-10", at(12, 1, 7, 0)), ("weekly", "2026-W47", at(11, 23, 7, 0)),
        ]  # fmt: skip


def test_another_time_zone_has_another_morning(cast, clock):
    with tenant(cast.havbris):
        Organisation.objects.filter(pk=cast.havbris.pk).update(time_zone="Atlantic/Reykjavik")
        sending.move_schedules(timezone.now())
    assert organisations_with_due_summaries(at(11, 23, 7, 30)) == [cast.fjellvik.pk]
    assert set(organisations_with_due_summaries(at(11, 23, 8, 0))) == {cast.fjellvik.pk, cast.havbris.pk}


def test_one_broken_organisation_keeps_no_other_waiting(cast, clock, give, caplog):
    give()
    with tenant(cast.havbris):
        Organisation.objects.filter(pk=cast.havbris.pk).update(time_zone="Nowhere/Land")
    clock.move_to(at(11, 23))
    tasks.send_summaries([cast.havbris.pk, cast.fjellvik.pk])
    assert f"organisation {cast.havbris.pk}" in caplog.text
    with tenant(cast.fjellvik):
        assert Notification.objects.filter(type="summaries.week").count() == 2


def test_the_sweep_asks_no_more_of_a_larger_organisation(cast, clock, give):
    def queries():
        with tenant(cast.fjellvik), timezone.override(OSLO), CaptureQueriesContext(connection) as captured:
            told = sending.addressed(periods.parse("2026-W47"))
        return len(captured), len(told)

    give()
    before, told = queries()
    for person in (cast.ingrid, cast.helene, cast.kari, cast.sunniva):
        give(to=person)
    with tenant(cast.fjellvik):
        hold(cast.vigdis, Role.MANAGER, unit=cast.helse)
    after, more_told = queries()
    assert (told, more_told) == (2, 5)
    assert after == before


# --- deputies ---


@pytest.fixture
def piotr_is_away(cast):
    with tenant(cast.fjellvik):
        return Absence.objects.create(
            employee=cast.piotr, deputy=cast.ingrid, starts_on=FRIDAY, ends_on=datetime.date(2026, 12, 4)
        )


def test_the_deputy_is_told_too_on_whose_behalf(cast, client, give, sweep, sent, piotr_is_away):
    task = give()
    assert sweep(11, 23) == [("week", "Ingrid"), ("week", "Piotr"), ("week", "Ragnhild")]
    messages = sent()
    assert "Piotr Zielinski" in messages["ingrid"].body
    assert "Fest rekkverket i trapp B" in messages["ingrid"].body
    # The deputy may not open what is not theirs, so no link leads there.
    assert f"/oppgaver/{task.pk}/" not in messages["ingrid"].body
    assert f"/oppgaver/{task.pk}/" in messages["piotr"].body
    client.force_login(cast.ingrid.user)
    page = client.get(f"/fjellvik/oppsummering/2026-W48/?for={cast.piotr.pk}")
    assert page.status_code == 200
    assert "Fest rekkverket i trapp B" in page.content.decode()
    assert client.get("/fjellvik/oppsummering/2026-W48/").status_code == 404
    assert client.get(f"/fjellvik/oppsummering/2026-W48/?for={cast.ragnhild.pk}").status_code == 404


def test_when_the_leader_is_back_the_deputy_is_out(cast, client, give, sweep, sent, piotr_is_away):
    give()
    sweep(11, 23)
    with tenant(cast.fjellvik):
        piotr_is_away.ends_on = FRIDAY
        piotr_is_away.save()
    assert "ingrid" not in sent()
    client.force_login(cast.ingrid.user)
    assert client.get(f"/fjellvik/oppsummering/2026-W48/?for={cast.piotr.pk}").status_code == 404


# --- what is in it ---


def test_the_week_by_hand(cast, clock, give):
    clock.move_to(at(11, 18, 12))
    late = [give(title=f"Late {n}", due_on=FRIDAY - n * datetime.timedelta(days=1)) for n in range(7)]
    give(title="Elsewhere", to=cast.ingrid, due_on=FRIDAY)
    give(title="Today", due_on=datetime.date(2026, 11, 24))
    give(title="Sunday", due_on=datetime.date(2026, 11, 29))
    give(title="Next week", due_on=datetime.date(2026, 11, 30))
    give(title="Hidden", due_on=FRIDAY, confidential=True)
    give(title="Planned", due_on=FRIDAY, planned=True)
    done = give(title="Done")
    with tenant(cast.fjellvik):
        services.complete(done, by=cast.tor_erik)
    clock.move_to(at(11, 24))
    found = summary(cast, cast.piotr)
    assert lists(found) == {
        "Overdue": [task.title for task in reversed(late)][:5],
        "Due this week": ["Today", "Sunday"],
        "Done the week before": ["Done"],
    }
    assert figures(found) == {
        "Overdue": "7", "Waiting for an answer": "0", "Due this week": "2", "Reported the week before": "0",
        "Done the week before": "1",
    }  # fmt: skip
    assert found.sections[0].total == 7
    assert found.sections[0].lines[0].meta == "Tor Erik Moen, Teknisk drift"
    # The top of the tree sees what is below, all of it.
    assert figures(summary(cast, cast.ragnhild))["Overdue"] == "8"
    assert summary(cast, cast.amir).sections[0].lines[0].title == "Elsewhere"


def test_a_week_that_has_passed_shows_what_is_still_not_done(cast, clock, give):
    give(title="Late", due_on=FRIDAY)
    give(title="Next", due_on=datetime.date(2026, 11, 24))
    clock.move_to(at(12, 9))
    found = summary(cast, cast.piotr, "2026-W47")
    assert lists(found) == {"Still not done": ["Late"]}
    assert lists(summary(cast, cast.piotr, "2026-W48")) == {"Still not done": ["Late", "Next"]}


def test_the_week_costs_the_same_however_much_there_is(cast, clock, give):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            summary(cast, cast.ragnhild)
        return len(captured)

    clock.move_to(at(11, 24))
    for _number in range(6):
        give(title="Late", due_on=FRIDAY)
    before = queries()
    for _number in range(6):
        give(title="More", to=cast.ingrid, due_on=FRIDAY)
    assert queries() == before


def test_three_overdue_for_the_top_leader_the_critical_first(cast, clock, give):
    for n in range(4):
        give(title=f"Late {n}", due_on=FRIDAY + n * datetime.timedelta(days=1))
    give(title="Critical", due_on=datetime.date(2026, 11, 25), critical=True, to=cast.ingrid)
    give(title="Hidden", due_on=FRIDAY, confidential=True, critical=True)
    clock.move_to(at(12, 1))
    found = summary(cast, cast.ragnhild, "2026-11")
    [section] = found.sections
    assert [line.title for line in section.lines] == ["Critical", "Late 0", "Late 1"]
    assert (section.lines[0].meta, section.total) == ("Ingrid Solheim, Solbakken sykehjem", 5)
    assert figures(found)["Overdue now"] == "5"
    # By the highest units that there are several of: Helse holds Solbakken.
    assert {name: dict(numbers)["Overdue now"] for name, numbers in found.units.named_rows} == {
        "Helse": 1, "Teknisk drift": 4,
    }  # fmt: skip


# --- choices ---


def test_somebody_says_no_and_changes_their_mind(cast, client, give, sweep):
    give()
    client.force_login(cast.piotr.user)
    address = "/fjellvik/varsler/valg/"
    page = client.get(address).content.decode()
    assert 'name="weekly_summary"' in page
    assert 'name="monthly_summary"' not in page
    assert client.post(address, {"routine_mail": "daily"}).status_code == 303
    assert sweep(11, 23) == [("week", "Ragnhild")]
    client.post(address, {"routine_mail": "daily", "weekly_summary": "on"})
    with tenant(cast.fjellvik):
        assert not SummaryRefusal.objects.exists()
    assert sweep(11, 30) == [("week", "Piotr"), ("week", "Ragnhild")]


def test_who_leads_nothing_is_not_asked(cast, client, clock):
    client.force_login(cast.sunniva.user)
    assert "summary" not in client.get("/fjellvik/varsler/valg/").content.decode()


def test_only_here_in_hms_means_no_mail(cast, give, sweep, sent):
    give()
    with tenant(cast.fjellvik):
        Preference.objects.create(employee=cast.piotr, routine_mail=RoutineMail.INBOX)
    assert len(sweep(11, 23)) == 2
    assert set(sent()) == {"ragnhild"}


def test_the_organisation_switches_them_off_and_on(cast, client, clock, give, sweep):
    give()
    address = "/fjellvik/innstillinger/paminnelser/oppsummeringer/"
    client.force_login(cast.amir.user)
    assert client.get(address).status_code == 403
    client.force_login(cast.admin.user)
    assert client.post(address, {"sent": ["monthly"]}).status_code == 303
    assert sweep(11, 23) == []
    client.force_login(cast.piotr.user)
    assert "weekly_summary" not in client.get("/fjellvik/varsler/valg/").content.decode()
    client.force_login(cast.admin.user)
    client.post(address, {"sent": ["monthly", "weekly"]})
    # What was passed over is not made up for.
    assert sweep(11, 24) == []
    assert len(sweep(11, 30)) == 2
    assert client.post(address, {"sent": ["yearly"]}).status_code == 422


# --- the mail ---


def test_the_mail_leads_to_each_task_by_sign_in(cast, give, sweep, sent):
    task = give()
    sweep(11, 23)
    message = sent()["piotr"]
    assert message.subject == "Uke 48: 1 oppgave er forfalt i avdelingene dine"
    for part in (message.body, message.alternatives[0][0]):
        assert f"/fjellvik/oppgaver/{task.pk}/" in part
        assert "/fjellvik/oppsummering/2026-W48/" in part
        assert "/fjellvik/varsler/valg/" in part
        assert "Tor Erik Moen" in part
        assert "/t/" not in part


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_both_can_be_said_in_every_language(cast, give, sweep, sent, language):
    give()
    with tenant(cast.fjellvik):
        type(cast.ragnhild).objects.update(language=language)
    sweep(11, 23)
    assert len(sent()) == 2
    # The weekly one of the same morning is another mail.
    assert ("month", "Ragnhild") in sweep(12, 1)
    messages = [message for message in mail.outbox if "/oppsummering/2026-11/" in message.body] if sent() else []
    [message] = messages
    assert {"nb": "HMS i november", "nn": "HMS i november", "en": "HSE in November"}[language] in message.subject
    with tenant(cast.fjellvik), translation.override(language):
        for notification in Notification.objects.filter(type__startswith="summaries."):
            assert types.get(notification.type).text(notification)
            assert types.get(notification.type).title(notification)


# --- the pages ---


def test_leaders_and_nobody_else_open_the_pages(cast, client, clock):
    clock.move_to(at(12, 2))
    week = [cast.amir, cast.piotr, cast.helene, cast.ragnhild]
    for person in (cast.ingrid, cast.kari, cast.sunniva, cast.vigdis, cast.admin, *week):
        client.force_login(person.user)
        expected = 200 if person in week else 404
        assert client.get("/fjellvik/oppsummering/2026-W49/").status_code == expected, person
        assert client.get("/fjellvik/oppsummering/").status_code == (303 if person in week else 404)
        assert client.get("/fjellvik/oppsummering/2026-11/").status_code == (200 if person == cast.ragnhild else 404)
        assert ("/fjellvik/oppsummering/" in client.get("/fjellvik/").content.decode()) == (person in week)
    client.force_login(cast.olav.user)
    assert client.get("/fjellvik/oppsummering/2026-W49/").status_code == 404
    assert client.get("/havbris/oppsummering/2026-W49/").status_code == 200


@pytest.mark.parametrize("period", ["2026-W50", "2026-12", "2026-W99", "tull", "12"])
def test_what_is_not_yet_or_never_is_not_found(cast, client, clock, period):
    clock.move_to(at(12, 2))
    client.force_login(cast.ragnhild.user)
    assert client.get(f"/fjellvik/oppsummering/{period}/").status_code == 404


def test_from_one_period_to_the_next(cast, client, clock, give):
    give()
    clock.move_to(at(12, 2))
    client.force_login(cast.ragnhild.user)
    page = client.get("/fjellvik/oppsummering/2026-W49/")
    assert page.context["next"] is None
    earlier = client.get(page.context["previous"]["url"])
    assert earlier.context["next"]["url"] == "/fjellvik/oppsummering/2026-W49/"
    assert [view["url"] for view in page.context["views"]] == [
        "/fjellvik/oppsummering/2026-W49/", "/fjellvik/oppsummering/2026-11/",
    ]  # fmt: skip
    assert client.get("/fjellvik/oppsummering/2026-W49/?for=x").status_code == 404

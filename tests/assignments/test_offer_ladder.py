"""The ladder of what many can take: they are reminded, and the one who answers for it hears that nobody has."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail

from hms.assignments import services, tasks
from hms.assignments.enums import Kind, Recipient
from hms.assignments.ladder import Step
from hms.assignments.ladders import change_ladder
from hms.assignments.models import Assignment
from hms.assignments.target import Target
from hms.notifications import tasks as mail_tasks
from hms.notifications.enums import RoutineMail
from hms.notifications.models import Notification, Preference
from hms.organisations import services as organisations
from hms.organisations.models import Absence
from hms.tenancy.scope import tenant

OSLO = ZoneInfo("Europe/Oslo")
UNTAKEN = ("untaken", "Amir")


def at(month, day, hour=7, minute=5):
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=OSLO)


@pytest.fixture
def clock():
    """Monday 16 November 2026, noon, until it is moved."""
    with time_machine.travel(at(11, 16, 12), tick=False) as traveller:
        yield traveller


@pytest.fixture
def due():
    return datetime.date(2026, 12, 4)


@pytest.fixture
def sweep(cast, clock):
    """Sweep at a moment; gives what was told there and then, as (type, first name), in order of the alphabet."""

    def sweep(*moment):
        clock.move_to(at(*moment))
        with tenant(cast.fjellvik):
            before = Notification.objects.order_by("-id").values_list("id", flat=True).first() or 0
        tasks.take_due_steps([cast.fjellvik.pk])
        with tenant(cast.fjellvik):
            new = Notification.objects.filter(pk__gt=before).select_related("recipient")
            return sorted((n.type.removeprefix("assignments."), n.recipient.given_name) for n in new)

    return sweep


@pytest.fixture
def offer(cast, clock, give):
    """Sunniva asks Ingrid and Kari, for whom Amir answers."""
    with tenant(cast.fjellvik):
        group = organisations.create_group(name="Brannvernledere", unit=cast.solbakken, by=cast.admin)
        for person in (cast.ingrid, cast.kari):
            organisations.add_member(group, person, by=cast.admin)

    def offer(**changes):
        values = {"to": None, "offered_to": Target(group=group), "by": cast.sunniva, "requested_by": cast.sunniva}
        return give(title="Prøv brannalarmen", **{**values, **changes})

    return offer


def test_the_whole_ladder_of_what_nobody_takes(cast, offer, sweep):
    offer()
    assert sweep(11, 17) == []
    assert sweep(11, 18) == [UNTAKEN]
    assert sweep(11, 19) == []
    assert sweep(11, 25) == [("digest", "Ingrid"), ("digest", "Kari")]
    assert sweep(12, 3) == [("digest", "Ingrid"), ("digest", "Kari")]
    assert sweep(12, 7) == sweep(12, 15) == [("digest", "Ingrid"), ("digest", "Kari")]
    # Amir has answered for it: his own leader is told, and he is told so.
    assert sweep(12, 24) == [("escalated", "Helene"), ("escalated_about", "Amir")]


def test_once_taken_it_is_one_persons(cast, clock, offer, sweep):
    task = offer()
    clock.move_to(at(11, 17, 10))
    with tenant(cast.fjellvik):
        services.take(task, by=cast.kari)
    assert sweep(11, 18) == []
    assert sweep(11, 25) == [("digest", "Kari")]


def test_given_back_it_counts_anew(cast, clock, offer, sweep):
    task = offer()
    assert sweep(11, 18) == [UNTAKEN]
    clock.move_to(at(11, 18, 10))
    with tenant(cast.fjellvik):
        services.take(task, by=cast.kari)
    clock.move_to(at(11, 19, 10))
    with tenant(cast.fjellvik):
        services.hand_back(Assignment.objects.get(pk=task.pk), by=cast.kari, comment="Kurs")
    assert sweep(11, 20) == []
    assert sweep(11, 23) == [UNTAKEN]
    assert sweep(11, 24) == []


def test_a_plan_decided_late_counts_from_then(cast, clock, offer, sweep):
    task = offer(planned=True)
    assert sweep(11, 23) == []
    clock.move_to(at(11, 23, 10))
    with tenant(cast.fjellvik):
        services.start(task, by=cast.amir)
    assert sweep(11, 24) == []
    assert ("untaken", "Amir") in sweep(11, 25)


def test_critical_work_is_untaken_after_a_day(cast, offer, sweep):
    offer(critical=True, due_on=datetime.date(2026, 11, 20))
    assert sweep(11, 17) == [UNTAKEN]
    assert sweep(11, 19) == [("reminder", "Ingrid"), ("reminder", "Kari")]


def test_those_who_are_away_or_want_one_mail_a_week_do_not_keep_the_others_from_hearing(cast, offer, sweep):
    offer()
    with tenant(cast.fjellvik):
        Preference.objects.create(employee=cast.ingrid, routine_mail=RoutineMail.WEEKLY)
    assert sweep(11, 18) == [UNTAKEN]
    # A Wednesday.
    assert sweep(11, 25) == [("digest", "Kari")]
    with tenant(cast.fjellvik):
        Absence.objects.create(
            employee=cast.kari, starts_on=datetime.date(2026, 12, 1), ends_on=datetime.date(2026, 12, 31)
        )
    # Kari is away; Ingrid hears on the first working day of the week.
    assert sweep(12, 3) == []
    assert sweep(12, 7) == [("digest", "Ingrid")]


def test_the_digest_says_that_it_is_free_and_leads_to_the_button(cast, client, offer, sweep):
    task = offer()
    sweep(11, 18)
    mail.outbox.clear()
    sweep(11, 25)
    [sent] = [message for message in mail.outbox if message.to == [cast.kari.email]]
    assert "ledig for Brannvernledere" in sent.body
    address = next(word for word in sent.body.split() if "/fjellvik/t/" in word)
    path = address[address.index("/fjellvik/t/") :]
    assert "Jeg tar den" in client.get(path).content.decode()
    assert client.post(path).status_code == 303
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=task.pk).assignee == cast.kari


def test_a_mail_about_what_is_taken_before_it_is_sent_is_not_sent(cast, offer):
    mail.outbox.clear()
    task = offer()
    with tenant(cast.fjellvik):
        services.take(task, by=cast.kari)
        waiting = list(Notification.objects.filter(type="assignments.offered").values_list("deliveries__pk", flat=True))
    mail_tasks.deliver(cast.fjellvik.pk, waiting)
    assert [message for message in mail.outbox if "Hvem tar den" in message.subject] == []


def test_an_organisations_own_ladder_keeps_the_step_that_nobody_chooses(cast, offer, sweep):
    with tenant(cast.fjellvik):
        change_ladder(
            cast.fjellvik, kind=Kind.ACTION, critical=False, steps=[Step("due", 1, Recipient.ASSIGNEE)], by=cast.admin
        )
    offer()
    assert sweep(11, 18) == [UNTAKEN]
    assert sweep(11, 25) == []


def test_nobody_chooses_the_step_in_settings(cast, client):
    client.force_login(cast.admin.user)
    page = client.get("/fjellvik/innstillinger/paminnelser/action/vanlig/")
    assert page.status_code == 200
    assert "accountable" not in page.content.decode()

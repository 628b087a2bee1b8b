"""Somebody is away, or has left: the work reaches somebody who is there, and comes back."""

import datetime

import pytest
from django.core import mail

from hms.assignments import chain, services
from hms.assignments.enums import State
from hms.assignments.models import Assignment
from hms.notifications import tasks as mail_tasks
from hms.notifications.models import Notification
from hms.organisations.models import Absence, Employee, RoleHolding
from hms.tenancy.scope import tenant
from tests.assignments.test_sweep import at, clock, due, fresh, sweep  # noqa: F401  the same clock and sweep

D = datetime.date


@pytest.fixture
def away(cast):
    """Registers an absence; opens the organisation itself."""

    def away(employee, deputy=None):
        with tenant(cast.fjellvik):
            return Absence.objects.create(
                employee=employee, deputy=deputy, starts_on=D(2026, 11, 24), ends_on=D(2026, 11, 26)
            )

    return away


def leave(cast, employee):
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=employee.pk).update(ends_on=D(2026, 11, 23))


def mails_to(cast, employee):
    mail_tasks.deliver(cast.fjellvik.pk)
    found = [m for m in mail.outbox if m.to == [employee.email]]
    mail.outbox.clear()
    return found


def chain_names(cast, task):
    with tenant(cast.fjellvik):
        return [[person.given_name for person in rung.people] for rung in chain.chain_of(fresh_task(task))]


def fresh_task(task):
    return Assignment.objects.get(pk=task.pk)


def test_two_days_with_a_deputy_and_back(cast, client, clock, give, sweep, away):  # noqa: F811
    first, second = give(title="Fest rekkverket"), give(title="Bytt lyspære", due_on=D(2026, 12, 7))
    clock.move_to(at(11, 23, 12))
    away(cast.tor_erik, cast.ingrid)
    mails_to(cast, cast.tor_erik)
    # Before: the chain tells who will be reminded as things stand on the day one looks.
    assert chain_names(cast, first)[0] == ["Tor Erik"]

    # Day one: Ingrid is told, can open what she is told of, and answers one of the two.
    assert sweep(11, 25) == [("digest", "Ingrid")]
    assert chain_names(cast, first)[0] == ["Ingrid"]
    [told] = mails_to(cast, cast.ingrid)
    assert "Fest rekkverket" in told.body
    assert "for Tor Erik Moen, som er borte" in told.body
    address = f"/fjellvik/oppgaver/{first.pk}/"
    assert address in told.body
    client.force_login(cast.ingrid.user)
    page = client.get(address)
    assert page.context["form"] is not None
    assert client.post(address, {"answer": "comment", "comment": "Jeg ser på det i morgen"}).status_code == 303

    # Day two: the next one; the first is done.
    assert sweep(11, 26) == [("digest", "Ingrid")]
    [told] = mails_to(cast, cast.ingrid)
    assert "Bytt lyspære" in told.body
    assert client.post(address, {"answer": "done"}).status_code == 303
    done = fresh(cast, first)
    assert (done.state, done.ended_by_id) == (State.DONE, cast.ingrid.pk)

    # Back on the 27th: reminders are Tor Erik's again, and Ingrid sees nothing more.
    assert sweep(12, 4) == [("digest", "Tor Erik")]
    [told] = mails_to(cast, cast.tor_erik)
    assert "Bytt lyspære" in told.body
    assert "/t/" in told.body
    assert client.get(f"/fjellvik/oppgaver/{second.pk}/").status_code == 404
    assert client.post(f"/fjellvik/oppgaver/{second.pk}/", {"answer": "done"}).status_code == 404


def test_a_deputy_who_is_away_is_stood_in_for(cast, client, give, sweep, away):  # noqa: F811
    task = give()
    away(cast.tor_erik, cast.ingrid)
    away(cast.ingrid, cast.kari)
    assert sweep(11, 25) == [("digest", "Kari")]
    client.force_login(cast.kari.user)
    assert client.post(f"/fjellvik/oppgaver/{task.pk}/", {"answer": "done"}).status_code == 303


@pytest.mark.parametrize("how", ["nobody", "left", "away", "each other"])
def test_without_a_deputy_who_is_there_it_is_the_managers(cast, client, give, sweep, away, how):  # noqa: F811
    task = give()
    away(cast.tor_erik, None if how == "nobody" else cast.ingrid)
    if how == "left":
        leave(cast, cast.ingrid)
    elif how == "away":
        away(cast.ingrid)
    elif how == "each other":
        away(cast.ingrid, cast.tor_erik)
    assert sweep(11, 25) == [("digest", "Piotr")]
    assert chain_names(cast, task)[0] == ["Piotr"]
    [told] = mails_to(cast, cast.piotr)
    assert "for Tor Erik Moen, som er borte" in told.body
    client.force_login(cast.piotr.user)
    assert (
        client.post(f"/fjellvik/oppgaver/{task.pk}/", {"answer": "stuck", "comment": "Vi mangler folk"}).status_code
        == 303
    )


def test_the_manager_does_not_answer_for_somebody_who_has_a_deputy(cast, client, give, clock, away):  # noqa: F811
    task = give()
    clock.move_to(at(11, 25))
    away(cast.tor_erik, cast.ingrid)
    client.force_login(cast.piotr.user)
    assert client.post(f"/fjellvik/oppgaver/{task.pk}/", {"answer": "done"}).status_code == 403


def test_what_somebody_left_behind_reaches_the_manager_at_the_next_step(cast, client, give, sweep):  # noqa: F811
    task = give()
    leave(cast, cast.tor_erik)
    assert sweep(11, 25) == [("digest", "Piotr")]
    [told] = mails_to(cast, cast.piotr)
    assert "for Tor Erik Moen, som har sluttet" in told.body
    client.force_login(cast.piotr.user)
    page = client.get(f"/fjellvik/oppgaver/{task.pk}/").content.decode()
    assert "Tor Erik Moen har sluttet, og ingen har oppgaven nå." in page
    answer = {"to": cast.ingrid.pk, "reason": ""}
    assert client.post(f"/fjellvik/oppgaver/{task.pk}/overlat/", answer).status_code == 303
    assert sweep(12, 3) == [("digest", "Ingrid")]


def test_a_manager_who_left_leaves_it_to_the_next_one_up(cast, give, sweep):  # noqa: F811
    give(to=cast.piotr)
    leave(cast, cast.piotr)
    assert sweep(11, 25) == [("digest", "Ragnhild")]


def test_with_no_leaders_at_all_the_hse_manager_hears(cast, give, sweep):  # noqa: F811
    give()
    leave(cast, cast.tor_erik)
    with tenant(cast.fjellvik):
        RoleHolding.objects.filter(role="manager").delete()
    assert sweep(11, 25) == [("digest", "Sunniva")]


def test_critical_work_of_a_leaver_is_told_the_manager_on_any_day(cast, give, sweep):  # noqa: F811
    give(critical=True)
    leave(cast, cast.tor_erik)
    assert sweep(12, 3) == [("reminder", "Piotr")]


def test_what_a_leaver_had_in_confidence_is_told_only_to_the_one_who_asked(cast, give, sweep, unit_source):  # noqa: F811
    unit_source(root=lambda assignment: assignment)
    give(confidential=True, title="Taushet", requested_by=cast.helene)
    leave(cast, cast.tor_erik)
    assert sweep(11, 25) == [("digest", "Helene")]
    [told] = mails_to(cast, cast.helene)
    assert "Taushet" not in told.subject + told.body
    with tenant(cast.fjellvik):
        assert not Notification.objects.filter(recipient=cast.piotr).exists()


def test_escalation_of_a_leavers_task_says_that_they_left(cast, give, sweep):  # noqa: F811
    give()
    leave(cast, cast.tor_erik)
    sweep(12, 23)
    mails_to(cast, cast.piotr)
    assert sweep(12, 24) == [("escalated", "Piotr")]
    [told] = mails_to(cast, cast.piotr)
    assert "Tor Erik har sluttet. Gi oppgaven videre til noen andre." in told.body


def test_who_has_not_begun_yet_is_no_leaver(cast, give, sweep):  # noqa: F811
    give()
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.tor_erik.pk).update(starts_on=D(2026, 12, 1))
    assert sweep(11, 25) == [("digest", "Tor Erik")]


@pytest.mark.parametrize("via", ["link", "web"])
def test_a_comment_is_told_once_and_the_task_stays(cast, client, give, via):
    task = give()
    with tenant(cast.fjellvik):
        address = f"/fjellvik/oppgaver/{task.pk}/"
        if via == "link":
            address = f"/fjellvik/t/{services.create_link(task, to=cast.tor_erik)}/"
        else:
            client.force_login(cast.tor_erik.user)
    refused = client.post(address, {"answer": "comment", "comment": " "})
    assert refused.status_code == 422
    assert refused.context["form"].errors["comment"] == ["Skriv det du vil si."]
    answer = {"answer": "comment", "comment": "Rekkverket er eldre enn vi trodde"}
    first, second = client.post(address, answer), client.post(address, answer)
    assert (first.status_code, second.status_code) == (303, 303)
    assert client.get(first.headers["Location"]).status_code == 200
    with tenant(cast.fjellvik):
        task = fresh_task(task)
        assert (task.state, task.assignee) == (State.OPEN, cast.tor_erik)
        assert [(n.kind, n.text) for n in task.notes.all()] == [("comment", answer["comment"])]
        [told] = Notification.objects.filter(type="assignments.comment")
        assert told.recipient == cast.amir
        assert answer["comment"] not in str(told.parameters)
    client.force_login(cast.amir.user)
    assert answer["comment"] in client.get(f"/fjellvik/oppgaver/{task.pk}/").content.decode()
    client.force_login(cast.tor_erik.user)
    assert client.post(address, {"answer": "done"}).status_code == 303, "the same link can still say that it is done"

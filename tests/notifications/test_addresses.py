"""Addresses that do not work: how they are noticed, what is not sent there, who is told, how they come back."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from hms.notifications import addresses, codes, services, tasks
from hms.notifications.enums import DeadReason, DeliveryState
from hms.notifications.models import DeadAddress, Delivery, Notification
from hms.notifications.rules import fingerprint
from hms.notifications.selectors import address_of, dead_address_of, dead_addresses, is_critical
from hms.organisations.models import Employee
from hms.organisations.services import change_employee
from hms.tenancy.scope import tenant

TOR_ERIK = "tor.erik.moen@fjellvik.example"


def refuse(sink, answer="550 5.1.1 no such person", who="tor.erik"):
    sink.answer_recipient = lambda line: answer if who in line else "250 OK"


def send(cast, tell, *, dedupe, to=None, **changes):
    """Tell, and let the worker try it once."""
    tell(to, dedupe=dedupe, **changes)
    tasks.deliver(cast.fjellvik.pk)


def fail_for_good(cast, tell, dedupe):
    """A message that was tried as often as any is."""
    tell(dedupe=dedupe)
    with tenant(cast.fjellvik):
        Delivery.objects.filter(notification__dedupe_key__endswith=f":{dedupe}").update(
            attempts=services.MAX_ATTEMPTS - 1
        )
    tasks.deliver(cast.fjellvik.pk)


def dead(cast, person=None):
    with tenant(cast.fjellvik):
        return dead_address_of(Employee.objects.get(pk=(person or cast.tor_erik).pk))


def newest(cast):
    with tenant(cast.fjellvik):
        return Delivery.objects.order_by("-id").first()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("550 5.1.1 <tor.erik.moen@fjellvik.example> unknown", "5.1.1"),
        ("550 no such person 5.7.1", "550"),
        ("553 5.1.3 bad syntax", "5.1.3"),
        ("550 5.2.1 closed", "5.2.1"),
    ],
)
def test_an_address_that_is_refused_for_good_is_dead_at_once(cast, tell, sink, answer, code):
    refuse(sink, answer)
    send(cast, tell, dedupe="1")
    found = dead(cast)
    assert (found.reason, found.status_code) == (DeadReason.REFUSED, code)
    assert newest(cast).status_code == code
    assert not dead(cast, cast.amir)


@pytest.mark.parametrize(
    "answer",
    ["550 5.7.1 relaying denied", "554 rejected", "552 5.2.2 mailbox full", "450 4.2.1 later", "550 5.1.8 bad sender"],
)
def test_one_refusal_that_may_have_other_causes_is_not_enough(cast, tell, sink, answer):
    refuse(sink, answer)
    send(cast, tell, dedupe="1")
    assert dead(cast) is None


def test_nothing_routine_is_tried_at_a_dead_address_and_the_inbox_has_it(cast, tell, sink):
    refuse(sink)
    send(cast, tell, dedupe="1")
    before = sink.attempts
    send(cast, tell, dedupe="2")
    assert sink.attempts == before
    assert (newest(cast).state, newest(cast).error) == (DeliveryState.FAILED, "AddressDead")
    with tenant(cast.fjellvik):
        assert Notification.objects.filter(recipient=cast.tor_erik, read_at=None).count() == 2


def test_what_is_critical_is_tried_once_all_the_same(cast, tell, sink):
    refuse(sink)
    send(cast, tell, dedupe="1")
    before = sink.attempts
    refuse(sink, "450 later")
    send(cast, tell, dedupe="2", parameters={"critical": True})
    assert sink.attempts == before + 1
    assert newest(cast).state == DeliveryState.FAILED, "once, and not for five hours"


def test_a_critical_kind_of_message_is_critical_whatever_it_is_about():
    assert is_critical(Notification(type="assignments.reminder", organisation_id=1))
    assert not is_critical(Notification(type="assignments.digest", organisation_id=1))


def test_a_success_clears_what_a_refusal_had_said(cast, tell, sink):
    refuse(sink)
    send(cast, tell, dedupe="1")
    sink.answer_recipient = lambda line: "250 OK"
    send(cast, tell, dedupe="2", parameters={"critical": True})
    assert dead(cast) is None


def test_another_address_is_alive_at_once(cast, tell, sink):
    refuse(sink)
    send(cast, tell, dedupe="1")
    with tenant(cast.fjellvik):
        tor_erik = Employee.objects.get(pk=cast.tor_erik.pk)
        change_employee(tor_erik, by=cast.admin, email="tor@fjellvik.example")
        assert list(dead_addresses()) == []
    tasks.tend_addresses()
    with tenant(cast.fjellvik):
        assert not DeadAddress.objects.exists(), "what no longer holds is thrown away"
    sink.answer_recipient = lambda line: "250 OK"
    send(cast, tell, to=tor_erik, dedupe="2")
    assert [message["To"] for message in sink.received] == ["tor@fjellvik.example"]


def test_the_database_takes_fingerprints_as_we_do(cast):
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.amir.pk).update(email="")
        Employee.objects.filter(pk=cast.kari.pk).update(email="Kåre+ø@Fjellvik.example")
        people = list(Employee.objects.select_related("user"))
        DeadAddress.objects.bulk_create(
            DeadAddress(employee=person, address_hash=fingerprint(address_of(person)), reason="refused")
            for person in people
        )
        assert dead_addresses().count() == len(people) > 5
        assert dead_addresses(in_force=False).count() == 0


def test_five_failures_in_a_row_are_enough_when_others_get_their_mail(cast, tell, sink):
    refuse(sink, "450 4.2.2 full")
    for number in range(4):
        fail_for_good(cast, tell, str(number))
    send(cast, tell, to=cast.amir, dedupe="amir")
    assert dead(cast) is None
    fail_for_good(cast, tell, "4")
    assert (dead(cast).reason, dead(cast).status_code) == (DeadReason.FAILING, "4.2.2")


def test_a_success_between_breaks_the_row(cast, tell, sink):
    for number in range(8):
        refuse(sink, "450 4.2.2 full" if number != 3 else "250 OK")
        fail_for_good(cast, tell, str(number)) if number != 3 else send(cast, tell, dedupe="3")
        send(cast, tell, to=cast.amir, dedupe=f"amir-{number}")
    assert dead(cast) is None


def test_our_own_server_out_of_order_says_nothing_of_anybodys_address(cast, tell, sink):
    refuse(sink, "554 5.7.1 relaying denied", who="")
    for number in range(6):
        fail_for_good(cast, tell, str(number))
    assert dead(cast) is None, "nobody got anything"
    sink.answer_recipient = lambda line: "250 OK"
    send(cast, tell, to=cast.amir, dedupe="amir")
    assert dead(cast) is None


def test_a_server_that_is_away_is_no_answer(cast, tell, sink, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for number in range(6):
        fail_for_good(cast, tell, str(number))
    settings.EMAIL_PORT = port
    send(cast, tell, to=cast.amir, dedupe="amir")
    assert dead(cast) is None


# --- telling the administrators ---


def test_administrators_are_told_once_of_all_and_by_number_in_the_mail(cast, tell, sink):
    sink.answer_recipient = lambda line: "250 OK" if "bjarte" in line else "550 5.1.1 no"
    send(cast, tell, dedupe="1")
    send(cast, tell, to=cast.amir, dedupe="1")
    tasks.tend_addresses()
    tasks.tend_addresses()
    tasks.sweep_outboxes()
    [message] = sink.received
    assert message["To"] == "bjarte.nes@fjellvik.example"
    assert message["Subject"] == "2 e-postadresser virker ikke"
    text = message.as_string() + message.get_body(("plain",)).get_content()
    assert "/fjellvik/innstillinger/adresser/" in message.get_body(("plain",)).get_content()
    for secret in ("tor.erik", "amir", "Moen", "Hosseini"):
        assert secret not in text
    send(cast, tell, to=cast.kari, dedupe="1")
    tasks.tend_addresses()
    with tenant(cast.fjellvik):
        told = Notification.objects.filter(type="notifications.dead_addresses").order_by("id")
        assert [row.parameters["count"] for row in told] == [2, 1]
        assert {row.recipient for row in told} == {cast.admin}
    with tenant(cast.havbris):
        assert not Notification.objects.exists()


def test_an_address_where_messages_came_back_is_trusted_only_after_days(cast, tell):
    tell()
    tasks.deliver(cast.fjellvik.pk)
    with tenant(cast.fjellvik):
        first = Delivery.objects.select_related("notification__recipient__user").get()
        addresses.note_bounce(first, "5.1.1")
        Delivery.objects.update(sent_at=timezone.now() - datetime.timedelta(hours=1))
    send(cast, tell, dedupe="2", parameters={"critical": True})
    tasks.tend_addresses()
    assert dead(cast) is not None, "the server took the others too"
    with tenant(cast.fjellvik):
        long_ago = timezone.now() - datetime.timedelta(days=5)
        DeadAddress.objects.update(since=long_ago)
        later = Delivery.objects.filter(notification__recipient=cast.tor_erik).order_by("-id")[:1]
        Delivery.objects.filter(pk__in=later.values("pk")).update(sent_at=long_ago + datetime.timedelta(days=1))
    tasks.tend_addresses()
    assert dead(cast) is None


def test_one_who_has_left_needs_no_address(cast, tell, sink):
    refuse(sink)
    send(cast, tell, dedupe="1")
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.tor_erik.pk).update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    tasks.tend_addresses()
    with tenant(cast.fjellvik):
        assert not DeadAddress.objects.exists()
        assert not Notification.objects.filter(type="notifications.dead_addresses").exists()


def test_a_mail_costs_one_query_more_for_knowing(cast, tell, django_assert_max_num_queries):
    tell()
    with django_assert_max_num_queries(26):
        tasks.deliver(cast.fjellvik.pk)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("code", ["", "5.1.1", "5.2.1", "5.2.2", "5.7.1", "5.0.0", "4.4.7", "550", "554", "999"])
@pytest.mark.parametrize("error", ["", "SMTPRecipientsRefused", "TimeoutError", "NoAddress", "AddressDead"])
def test_every_trouble_has_words_without_codes(code, error):
    words = codes.in_words(code, error)
    assert words
    assert not any(character.isdigit() for character in words)

"""The outbox: written with what it tells of, sent once, tried again, given up, never lost."""

import datetime
import logging

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from hms.notifications import services, tasks
from hms.notifications.enums import DeliveryState
from hms.notifications.models import Delivery, Notification
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant


def only_delivery(cast):
    with tenant(cast.fjellvik):
        return Delivery.objects.get()


def make_due(cast):
    with tenant(cast.fjellvik):
        Delivery.objects.update(next_attempt_at=timezone.now() - datetime.timedelta(seconds=1))


def test_the_same_occurrence_is_told_once(cast, tell):
    assert tell() is not None
    assert tell() is None
    assert tell(cast.amir) is not None, "somebody else is another occurrence"
    assert tell(dedupe="2") is not None
    with tenant(cast.fjellvik):
        assert Notification.objects.count() == Delivery.objects.count() == 3


def test_telling_costs_one_query(cast, tell, django_assert_num_queries):
    with tenant(cast.fjellvik), django_assert_num_queries(1):
        services.notify("tests.poke", to=cast.tor_erik, about=cast.solbakken, dedupe="1")


def test_what_is_rolled_back_was_never_told(cast, tell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        with transaction.atomic():
            tell()
            1 / 0
    with tenant(cast.fjellvik):
        assert not Notification.objects.exists()
    assert mail.outbox == []


def test_a_commit_sends(cast, tell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(parameters={"what": "stairs B"})
    delivery = only_delivery(cast)
    assert (delivery.state, delivery.attempts, delivery.error) == (DeliveryState.SENT, 1, "")
    assert delivery.sent_at is not None
    [message] = mail.outbox
    assert message.to == ["tor.erik.moen@fjellvik.example"]
    assert message.subject == "Look at stairs B"
    assert message.extra_headers["Message-ID"] == delivery.message_id
    assert message.from_email.startswith('"Fjellvik kommune, HMS" <')
    assert "Somebody wants you to look." in message.body
    [(html, mimetype)] = message.alternatives
    assert mimetype == "text/html"
    assert "http://" in html
    assert "/fjellvik/varsler/" in html
    assert "/fjellvik/varsler/" in message.body


def test_who_has_no_address_still_gets_the_inbox(cast, tell):
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.tor_erik.pk).update(email="", user=None)
        cast.tor_erik.refresh_from_db()
    assert tell() is not None
    with tenant(cast.fjellvik):
        assert not Delivery.objects.exists()


def test_the_sign_in_address_is_used_when_there_is_no_work_address(cast, tell, django_capture_on_commit_callbacks):
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.tor_erik.pk).update(email="")
        cast.tor_erik.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        tell()
    assert mail.outbox[0].to == [cast.tor_erik.user.email]


def test_who_has_left_is_not_told(cast, tell):
    cast.tor_erik.ends_on = timezone.localdate() - datetime.timedelta(days=1)
    assert tell() is None


def test_a_reporter_without_sign_in_is_mailed(cast, tell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert tell("gjest@example.org") is not None
    assert tell("Gjest@example.org") is None
    assert mail.outbox[0].to == ["gjest@example.org"]
    with tenant(cast.fjellvik):
        assert "gjest" not in Notification.objects.get().dedupe_key


@pytest.mark.parametrize(
    ("employee", "user", "organisation", "spoken"),
    [("nn", "en", "nb", "nn"), ("", "en", "nb", "en"), ("", "", "nn", "nn"), ("", "", "nb", "nb")],
)
def test_mail_speaks_the_recipients_language(
    cast, tell, django_capture_on_commit_callbacks, employee, user, organisation, spoken
):
    with tenant(cast.fjellvik):
        cast.fjellvik.language = organisation
        cast.fjellvik.save()
        cast.tor_erik.user.language = user
        cast.tor_erik.user.save()
        Employee.objects.filter(pk=cast.tor_erik.pk).update(language=employee)
    with django_capture_on_commit_callbacks(execute=True):
        tell()
    html = mail.outbox[0].alternatives[0][0]
    assert f'<html lang="{spoken}"' in html
    assert mail.outbox[0].extra_headers["Content-Language"] == spoken


def test_a_title_cannot_add_headers(cast, tell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(parameters={"what": "x\r\nBcc: all@example.org\n<script>"})
    [message] = mail.outbox
    assert message.subject == "Look at x Bcc: all@example.org <script>"
    assert "<script>" not in message.alternatives[0][0]
    assert message.recipients() == ["tor.erik.moen@fjellvik.example"]


# --- a real mail server ---


def test_a_real_server_gets_text_and_html(cast, tell, sink):
    tell(parameters={"what": "æøå"})
    tasks.deliver(cast.fjellvik.pk)
    [message] = sink.received
    assert message["Subject"] == "Look at æøå"
    assert message.get_content_type() == "multipart/alternative"
    assert message["Message-ID"] == only_delivery(cast).message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Somebody wants" in message.get_body(("plain",)).get_content()


def test_a_server_that_says_later_is_tried_again_with_the_same_id(cast, tell, sink):
    sink.answer_recipient = lambda line: "450 later"
    tell()
    before = timezone.now()
    tasks.deliver(cast.fjellvik.pk)
    delivery = only_delivery(cast)
    assert (delivery.state, delivery.attempts, delivery.error) == (DeliveryState.QUEUED, 1, "SMTPRecipientsRefused")
    assert delivery.next_attempt_at > before + datetime.timedelta(seconds=20)
    tasks.deliver(cast.fjellvik.pk)
    assert sink.attempts == 1, "it is not due yet"

    sink.answer_recipient = lambda line: "250 OK"
    make_due(cast)
    tasks.deliver(cast.fjellvik.pk)
    after = only_delivery(cast)
    assert (after.state, after.attempts, after.error) == (DeliveryState.SENT, 2, "")
    assert [message["Message-ID"] for message in sink.received] == [delivery.message_id]


def test_a_server_that_never_answers_yes_is_given_up(cast, tell, sink):
    sink.answer_data = lambda message: "451 later"
    tell()
    for attempt in range(1, services.MAX_ATTEMPTS + 1):
        make_due(cast)
        tasks.deliver(cast.fjellvik.pk)
        delivery = only_delivery(cast)
        assert delivery.attempts == attempt
        expected = DeliveryState.FAILED if attempt == services.MAX_ATTEMPTS else DeliveryState.QUEUED
        assert (delivery.state, delivery.error) == (expected, "SMTPDataError")
    make_due(cast)
    tasks.deliver(cast.fjellvik.pk)
    assert only_delivery(cast).attempts == services.MAX_ATTEMPTS


def test_an_unknown_recipient_fails_at_once_and_stops_nobody_else(cast, tell, sink):
    sink.answer_recipient = lambda line: "550 no such person" if "tor.erik" in line else "250 OK"
    tell()
    tell(cast.amir)
    tasks.deliver(cast.fjellvik.pk)
    with tenant(cast.fjellvik):
        states = dict(Delivery.objects.values_list("notification__recipient__given_name", "state"))
    assert states == {"Tor Erik": DeliveryState.FAILED, "Amir": DeliveryState.SENT}
    assert len(sink.received) == 1


def test_a_server_that_is_down_is_waited_for(cast, tell, sink, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert only_delivery(cast).error == "ConnectionRefusedError"
    settings.EMAIL_PORT = port
    make_due(cast)
    tasks.deliver(cast.fjellvik.pk)
    assert only_delivery(cast).state == DeliveryState.SENT


def test_waits_grow_and_differ():
    waits = [services.pause(attempts).total_seconds() for attempts in range(1, services.MAX_ATTEMPTS)]
    assert 22 <= waits[0] <= 38
    assert all(later > sooner for sooner, later in zip(waits, waits[3:], strict=False))
    assert max(waits) <= 2 * 3600 * 1.25
    assert len({services.pause(3) for _time in range(5)}) > 1


# --- sweeping ---


def test_a_missed_nudge_is_swept(cast, tell):
    tell()
    tell(cast.amir)
    assert mail.outbox == [], "nobody nudged: the test's transaction never commits"
    tasks.sweep_outboxes()
    assert len(mail.outbox) == 2
    tasks.sweep_outboxes()
    assert len(mail.outbox) == 2


def test_a_sweep_reaches_every_organisation_by_its_own_door(cast, tell):
    tell()
    with tenant(cast.havbris):
        services.notify("tests.poke", to=cast.olav, about=cast.havbris_unit, dedupe="1")
    tasks.sweep_outboxes()
    assert sorted(message.to[0] for message in mail.outbox) == [
        "olav.haugen@havbris.example",
        "tor.erik.moen@fjellvik.example",
    ]
    assert ["Havbris Bygg" in m.from_email for m in mail.outbox if "olav" in m.to[0]] == [True]


def test_one_that_a_dead_worker_held_is_returned(cast, tell):
    tell()
    with tenant(cast.fjellvik):
        [held] = services.claim()
    tasks.sweep_outboxes()
    assert mail.outbox == [], "the worker may still be at it"
    make_due(cast)
    tasks.sweep_outboxes()
    assert len(mail.outbox) == 1
    with tenant(cast.fjellvik):
        services.mark_failed(held, error="TooLate")
    assert only_delivery(cast).state == DeliveryState.SENT, "the one that came back from the dead changes nothing"


def test_a_claimed_one_is_due_again_after_ten_minutes(cast, tell):
    tell()
    with tenant(cast.fjellvik):
        [held] = services.claim()
        assert held.next_attempt_at - held.claimed_at == datetime.timedelta(minutes=10)
        assert services.claim() == []


def test_a_message_that_kills_its_workers_is_given_up(cast, tell):
    tell()
    with tenant(cast.fjellvik):
        Delivery.objects.update(state=DeliveryState.SENDING, attempts=services.MAX_ATTEMPTS)
        assert services.claim() == []
        assert (only_delivery(cast).state, only_delivery(cast).error) == (DeliveryState.FAILED, "Abandoned")


def test_the_wrong_organisations_id_sees_and_sends_nothing(cast, tell):
    tell()
    tasks.deliver(cast.havbris.pk, [only_delivery(cast).pk])
    tasks.deliver(cast.havbris.pk)
    tasks.deliver(987654321)
    assert mail.outbox == []
    assert only_delivery(cast).state == DeliveryState.QUEUED


def test_a_message_that_cannot_be_made_does_not_stop_the_others(cast, tell, monkeypatch):
    from hms.notifications import types

    tell()
    tell(cast.amir)
    broken = types.MessageType(
        key="tests.broken", icon="bell", subject=lambda n: n.parameters["missing"], text=lambda n: "", url=lambda n: "/"
    )
    monkeypatch.setitem(types._types, "tests.broken", broken)
    with tenant(cast.fjellvik):
        Notification.objects.filter(recipient=cast.tor_erik).update(type="tests.broken")
    tasks.deliver(cast.fjellvik.pk)
    assert [message.to[0] for message in mail.outbox] == ["amir.hosseini@fjellvik.example"]
    with tenant(cast.fjellvik):
        assert Delivery.objects.get(notification__type="tests.broken").error == "KeyError"


def test_no_personal_data_in_the_log(cast, tell, sink, caplog):
    caplog.set_level(logging.DEBUG)
    sink.answer_recipient = lambda line: f"450 {line} is busy"
    tell(parameters={"what": "Hemmelig tittel"})
    tasks.deliver(cast.fjellvik.pk)
    assert "SMTPRecipientsRefused" in caplog.text
    for secret in ("tor.erik", "Tor Erik", "Moen", "Hemmelig", "@fjellvik"):
        assert secret not in caplog.text
        assert secret not in only_delivery(cast).error

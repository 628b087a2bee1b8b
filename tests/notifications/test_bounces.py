"""Delivery reports: understood whoever wrote them, believed only about what they name, harmless when hostile."""

import io
import os
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command

from hms.audit.models import Event
from hms.notifications import channels, services, tasks
from hms.notifications.bounces import Outcome, take
from hms.notifications.enums import DeadReason, DeliveryState
from hms.notifications.models import DeadAddress, Delivery, Notification
from hms.notifications.selectors import dead_address_of
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from tests.notifications.reports import AWAY, READ_RECEIPT, STYLES, report


@pytest.fixture
def sent(cast, tell):
    """A mail to Tor Erik that the server took."""
    tell()
    tasks.deliver(cast.fjellvik.pk)
    return the_delivery(cast)


def the_delivery(cast):
    with tenant(cast.fjellvik):
        return Delivery.objects.select_related("notification__recipient__user").get()


def test_the_message_id_names_the_organisation_and_stays(cast, sent):
    assert sent.message_id.startswith(f"<{cast.fjellvik.pk}.")
    assert mail.outbox[0].extra_headers["Message-ID"] == sent.message_id
    with tenant(cast.havbris):
        assert channels.message_id().startswith(f"<{cast.havbris.pk}.")


def test_reports_are_sent_to_the_address_for_them(cast, tell, settings, sink):
    settings.BOUNCE_ADDRESS = "retur@hms.example"
    tell()
    tasks.deliver(cast.fjellvik.pk)
    [message] = sink.received
    assert sink.senders == ["retur@hms.example"]
    assert str(message["From"]).startswith('"Fjellvik kommune, HMS"')
    assert "retur@" not in str(message["From"])


@pytest.mark.parametrize("style", STYLES)
def test_a_message_to_nobody_comes_back(cast, sent, style):
    assert take(report(style, sent.message_id)) == Outcome.BOUNCED
    delivery = the_delivery(cast)
    assert (delivery.state, delivery.status_code, delivery.error) == (DeliveryState.BOUNCED, "5.1.1", "")
    assert delivery.bounced_at is not None
    assert delivery.sent_at == sent.sent_at, "that it was sent stays known"
    with tenant(cast.fjellvik):
        dead = DeadAddress.objects.get()
        assert (dead.employee, dead.reason, dead.status_code) == (cast.tor_erik, DeadReason.BOUNCED, "5.1.1")
        [event] = Event.objects.filter(verb="employee.address_failed")
        assert event.data == {"reason": "bounced", "code": "5.1.1"}
    assert take(report(style, sent.message_id)) == Outcome.UNKNOWN, "told once more, it says nothing new"


@pytest.mark.parametrize("style", STYLES)
def test_a_mail_that_is_only_late_changes_nothing(cast, sent, style):
    late = report(style, sent.message_id, action="delayed", status="4.4.1", diagnostic="connection timed out")
    assert take(late) == Outcome.NOTHING_TO_DO
    assert the_delivery(cast).state == DeliveryState.SENT


def test_a_full_mailbox_loses_the_message_but_is_no_dead_address(cast, sent):
    full = report("postfix", sent.message_id, status="5.2.2", diagnostic="552 5.2.2 over quota")
    assert take(full) == Outcome.BOUNCED
    delivery = the_delivery(cast)
    assert (delivery.state, delivery.status_code) == (DeliveryState.BOUNCED, "5.2.2")
    with tenant(cast.fjellvik):
        assert not DeadAddress.objects.exists()


@pytest.mark.parametrize("answer", [AWAY, READ_RECEIPT])
def test_what_machines_and_people_answer_is_passed_over(cast, sent, answer):
    assert take(report(answer, sent.message_id)) == Outcome.NO_REPORT
    assert the_delivery(cast).state == DeliveryState.SENT


def test_a_report_about_a_former_address_blames_no_other(cast, sent):
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.tor_erik.pk).update(email="ny@fjellvik.example")
    assert take(report("exim", sent.message_id)) == Outcome.BOUNCED
    with tenant(cast.fjellvik):
        assert not DeadAddress.objects.exists()


def test_a_report_quicker_than_our_own_note_counts(cast, tell):
    tell()
    with tenant(cast.fjellvik):
        [held] = services.claim()
        assert services.begin(held)
    assert take(report("postfix", held.message_id)) == Outcome.BOUNCED
    with tenant(cast.fjellvik):
        services.mark_sent(held)
    assert the_delivery(cast).state == DeliveryState.BOUNCED


def test_a_reporter_without_sign_in_has_no_address_to_mark(cast, tell):
    tell("gjest@example.org")
    tasks.deliver(cast.fjellvik.pk)
    assert take(report("postfix", the_delivery(cast).message_id)) == Outcome.BOUNCED
    with tenant(cast.fjellvik):
        assert not DeadAddress.objects.exists()


# --- hostile and broken ---


def test_an_id_moved_to_another_organisation_finds_nothing(cast, sent):
    moved = sent.message_id.replace(f"<{cast.fjellvik.pk}.", f"<{cast.havbris.pk}.")
    assert take(report("postfix", moved)) == Outcome.UNKNOWN
    with tenant(cast.havbris):
        services.notify("tests.poke", to=cast.olav, about=cast.havbris_unit, dedupe="1")
    tasks.deliver(cast.havbris.pk)
    with tenant(cast.havbris):
        theirs = Delivery.objects.get()
    stolen = theirs.message_id.replace(f"<{cast.havbris.pk}.", f"<{cast.fjellvik.pk}.")
    assert take(report("postfix", stolen)) == Outcome.UNKNOWN
    assert the_delivery(cast).state == DeliveryState.SENT
    with tenant(cast.havbris):
        theirs.refresh_from_db()
        assert theirs.state == DeliveryState.SENT


# The same in every process that collects the tests.
INVENTED = uuid.UUID(int=0x5EED)


@pytest.mark.parametrize(
    "message_id",
    [
        f"<{2**62}.{INVENTED}@x>", f"<0.{INVENTED}@x>", f"<1.{INVENTED}>", "<1.1@x>", "<>", "",
        f"<99999999999999999999999.{INVENTED}@x>", "<1.' OR 1=1 --@x>", f"<١.{INVENTED}@x>",
    ],
)  # fmt: skip
def test_an_invented_id_finds_nothing(cast, sent, message_id):
    assert take(report("postfix", message_id)) == Outcome.UNKNOWN
    assert the_delivery(cast).state == DeliveryState.SENT


def broken_mails(message_id):
    whole = report("postfix", message_id)
    head, _, rest = whole.partition(b"\n\n")
    nested = b"".join(
        b'Content-Type: multipart/report; boundary="b%d"\n\n--b%d\n' % (number, number) for number in range(3000)
    )
    return {
        "nothing": b"",
        "no text": bytes(range(256)) * 40,
        "headers only": head,
        "no parts": head + b"\n\n" + b"a" * 100,
        "nested without end": nested,
        "status of another kind": whole.replace(b"message/delivery-status", b"text/plain"),
        "status in base64": whole.replace(
            b"message/delivery-status\n", b"message/delivery-status\nContent-Transfer-Encoding: base64\n"
        ).replace(b"Action:", b"Akt:"),
        "encoded headers": b"Subject: =?utf-8?B?////?=\nFrom: =?x?Q?=\n"
        + whole.replace(b"Action", b"=?utf-8?Q?Action?="),
        "a first part as large as can be": whole.replace(b"Your mail", b"x" * 20_000_000),
        "a header without end": b"X: " + b"y" * 5_000_000,
        "ten thousand headers": b"".join(b"X-%d: y\n" % number for number in range(10_000)) + rest,
    }


@pytest.mark.parametrize("name", broken_mails("<1.1@x>"))
def test_a_broken_mail_changes_nothing_and_stops_nothing(cast, sent, name):
    assert take(broken_mails(sent.message_id)[name]) in {Outcome.NO_REPORT, Outcome.UNKNOWN, Outcome.NOTHING_TO_DO}
    assert the_delivery(cast).state == DeliveryState.SENT


def test_a_returned_message_as_large_as_it_likes_is_read(cast, sent):
    large = report("postfix", sent.message_id).replace(b"Hello.", b"x" * 20_000_000)
    assert take(large) == Outcome.BOUNCED


def test_a_charset_nobody_knows_hides_no_code(cast, sent):
    assert take(report("postfix", sent.message_id).replace(b"utf-8", b"x-no-such-charset")) == Outcome.BOUNCED


def test_no_text_of_a_report_is_kept(cast, sent):
    told = "550 5.1.1 <tor.erik.moen@fjellvik.example> rejected by hemmelig.example"
    take(report("postfix", sent.message_id, diagnostic=told, status="5.1.1 (tor.erik)"))
    with tenant(cast.fjellvik):
        kept = str(list(Delivery.objects.values())) + str(list(DeadAddress.objects.values()))
        kept += str(list(Event.objects.values()))
    assert "hemmelig" not in kept
    assert "tor.erik" not in kept


# --- the mail server's pipe ---


def pipe(monkeypatch, raw):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out = io.StringIO()
    call_command("read_bounce", verbosity=2, stdout=out)
    return out.getvalue().strip()


def test_a_pipe_takes_one_report(cast, sent, monkeypatch):
    assert pipe(monkeypatch, report("postfix", sent.message_id)) == "bounced"
    assert pipe(monkeypatch, b"nonsense") == "no report"
    with tenant(cast.fjellvik):
        assert dead_address_of(Notification.objects.get().recipient) is not None


def test_a_pipe_without_a_database_asks_to_come_again():
    raw = report("postfix", f"<1.{uuid.uuid4()}@hms.example>")
    nowhere = {
        **os.environ,
        "DATABASE_URL": "postgres://hms_app@127.0.0.1:1/hms",
        "DJANGO_SETTINGS_MODULE": "hms.settings",
    }
    done = subprocess.run(
        [sys.executable, settings.ROOT / "manage.py", "read_bounce"],
        input=raw,
        env=nowhere,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (75, b"")

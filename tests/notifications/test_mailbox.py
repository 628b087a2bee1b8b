"""The mailbox for delivery reports: read once, over TLS only, and never stopped by one mail."""

import pytest
from django.db import connection

from hms.notifications import tasks
from hms.notifications.enums import DeliveryState
from hms.notifications.mailbox import read_bounces
from hms.notifications.models import Delivery
from hms.tenancy.scope import tenant
from tests.imap import imap_server
from tests.notifications.reports import AWAY, report

SEEN, FLAGGED = r"\Seen", r"\Flagged"


@pytest.fixture
def mailbox(tmp_path, monkeypatch):
    """A mailbox whose certificate this machine trusts."""
    with imap_server(tmp_path) as box:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost.pem"))
        yield box


def url(mailbox, *, host="localhost", key="p%20ss%2Fword", folder=""):
    return f"imaps://retur%40hms.example:{key}@{host}:{mailbox.port}/{folder}"


@pytest.fixture
def sent(cast, tell):
    tell()
    tasks.deliver(cast.fjellvik.pk)
    with tenant(cast.fjellvik):
        return Delivery.objects.get()


def state(cast):
    with tenant(cast.fjellvik):
        return Delivery.objects.get().state


def test_every_mail_is_read_once(cast, sent, mailbox, settings):
    settings.BOUNCE_IMAP_URL = url(mailbox)
    mailbox.put(report(AWAY, sent.message_id))
    mailbox.put(report("exim", sent.message_id))
    tasks.read_bounces()
    assert state(cast) == DeliveryState.BOUNCED
    assert mailbox.folders == ['"INBOX"']
    assert mailbox.flags == [{SEEN}, {SEEN}]
    tasks.read_bounces()
    assert mailbox.fetched == [1, 2]


def test_a_mail_that_a_worker_died_of_is_left_alone_and_seen_by_people(cast, sent, mailbox):
    mailbox.put(b"poison")
    mailbox.flags[0].add(FLAGGED)
    mailbox.put(report("postfix", sent.message_id))
    assert read_bounces(url(mailbox, folder="Retur")) == 1
    assert mailbox.folders == ['"Retur"']
    assert mailbox.fetched == [2]
    assert mailbox.flags == [{FLAGGED}, {SEEN}]
    assert state(cast) == DeliveryState.BOUNCED


def test_broken_and_huge_mails_are_read_once_too(cast, sent, mailbox):
    for raw in (b"", b"\0" * 100, b"x" * 3_000_000, b"Content-Type: multipart/report; boundary=a\n\n--a"):
        mailbox.put(raw)
    assert read_bounces(url(mailbox)) == 4
    assert mailbox.flags == [{SEEN}] * 4
    assert read_bounces(url(mailbox)) == 0


@pytest.mark.django_db(transaction=True)
def test_when_the_database_is_away_the_mail_is_read_later(mailbox, caplog):
    import uuid

    from django.db import ProgrammingError

    from tests.conftest import as_owner

    mailbox.put(report("postfix", f"<1.{uuid.uuid4()}@hms.example>"))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notifications_delivery RENAME TO away")
    try:
        with pytest.raises(ProgrammingError):
            read_bounces(url(mailbox))
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO notifications_delivery")
    assert mailbox.flags == [set()]
    assert read_bounces(url(mailbox)) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"key": "wrong"}, {"host": "127.0.0.1"}],
    ids=["a password that is not right", "a certificate of another host"],
)
def test_a_server_that_cannot_be_trusted_or_does_not_want_us_is_told_of_without_names(mailbox, caplog, wrong):
    mailbox.put(b"x")
    assert read_bounces(url(mailbox, **wrong)) == 0
    assert mailbox.flags == [set()]
    assert "was not read" in caplog.text
    assert "retur" not in caplog.text
    assert "ss/word" not in caplog.text


def test_nothing_is_read_without_tls(mailbox):
    with pytest.raises(ValueError, match="imaps://"):
        read_bounces(url(mailbox).replace("imaps://", "imap://"))

"""Sending what the outbox holds."""

import datetime
import logging
import random
import smtplib
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from celery import shared_task
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError
from django.db import connection as database
from django.utils import timezone

from hms.notifications import addresses, mailbox, selectors, senders, services
from hms.notifications.enums import Channel
from hms.notifications.models import Delivery
from hms.notifications.types import NothingToSay
from hms.tenancy.scope import tenant

logger = logging.getLogger(__name__)
T = TypeVar("T")

# With the slowest mail server well under the queue's time limit; the next sweep takes the rest.
WORK_SECONDS = 240
# Taken at a time: few, so that others get theirs too, and a crash holds back few.
HANDFUL = 10
ORGANISATIONS_PER_TASK = 50
# A server that has dropped so many messages in a row has trouble of its own, and is left alone for a while.
DROPPED_IN_A_ROW = 2
AGAIN = datetime.timedelta(seconds=30)
# The sweep comes by every half minute: a task that has waited longer has nothing to add.
EXPIRES = 60
# A database that restarts is waited for this long, because what the mail server has taken must be recorded.
PATIENCE = (0.1, 0.4, 1, 2, 4, 8, 16, 30)


class ServerAway(Exception):
    """The mail server cannot be talked to; what it should have been given waits."""


@shared_task
def deliver(organisation_id: int, delivery_ids: list[int] | None = None) -> None:
    """Send an organisation's due messages (only the named ones, when ids are given).

    No transaction is open while the mail server is spoken to: claiming, rendering and recording are short
    transactions of their own, so a slow server holds no lock and a crash loses nothing. What the server took
    just before a crash, and nothing else, is sent once more with the same Message-ID.
    """
    _deliver([organisation_id], delivery_ids)


@shared_task
def deliver_for(organisation_ids: list[int]) -> None:
    """Send the due messages of several organisations: a handful of each in turn, over one connection."""
    _deliver(organisation_ids)


@shared_task
def sweep_outboxes() -> None:
    """Find what was not nudged, must be tried again or was abandoned, in every organisation."""
    organisation_ids = selectors.organisations_with_due_deliveries(timezone.now())
    # In another order each time: nobody always stands behind the one whose messages take long.
    random.shuffle(organisation_ids)
    for start in range(0, len(organisation_ids), ORGANISATIONS_PER_TASK):
        deliver_for.apply_async(args=[organisation_ids[start : start + ORGANISATIONS_PER_TASK]], expires=EXPIRES)


def _deliver(organisation_ids: list[int], delivery_ids: list[int] | None = None) -> None:
    stop_at = time.monotonic() + WORK_SECONDS
    waiting = deque(organisation_ids)
    mail_too = True
    with _mail_server() as connection:
        while waiting and time.monotonic() < stop_at:
            organisation_id = waiting.popleft()
            handful = _patiently(organisation_id, services.claim, delivery_ids, most=HANDFUL, mail_too=mail_too)
            if not handful:
                continue
            waiting.append(organisation_id)
            try:
                _hand_over(organisation_id, handful, connection, stop_at)
            except ServerAway:
                # What goes by other ways goes on.
                mail_too = False


@contextmanager
def _mail_server() -> Iterator[BaseEmailBackend]:
    """One connection, opened when it is needed."""
    connection = get_connection()
    try:
        yield connection
    finally:
        connection.close()


def _hand_over(organisation_id: int, handful: list[Delivery], connection: BaseEmailBackend, stop_at: float) -> None:
    """Send what was claimed; whatever is not begun is put back. Raises ServerAway."""
    # First what needs no mail server, so that one that is away holds nothing else up.
    untouched = deque(sorted(handful, key=lambda delivery: delivery.channel == Channel.EMAIL))
    dropped, reason = 0, "OutOfTime"
    try:
        while untouched and time.monotonic() < stop_at:
            if untouched[0].channel == Channel.EMAIL:
                _open(connection)
            delivery = untouched.popleft()
            if _patiently(organisation_id, services.begin, delivery):
                dropped = 0 if _send(organisation_id, delivery, connection) else dropped + 1
            if dropped >= DROPPED_IN_A_ROW:
                raise ServerAway("ServerDropsMessages")
    except ServerAway as away:
        reason = str(away)
        raise
    finally:
        if untouched:
            again = timezone.now() + AGAIN
            _patiently(organisation_id, services.release, list(untouched), at=again, error=reason)


def _open(connection: BaseEmailBackend) -> None:
    """Be connected to the mail server. Raises ServerAway: then it is no message's fault, and none is given up for it."""
    try:
        connection.open()
    except Exception as error:
        connection.close()
        logger.warning("The mail server cannot be talked to (%s).", type(error).__name__)
        raise ServerAway(type(error).__name__) from error


def _send(organisation_id: int, delivery: Delivery, connection: BaseEmailBackend) -> bool:
    """Make a message and hand it over. What comes of it becomes its state, and must not stop the others.

    Returns:
        False when the server broke off: then the next message needs another connection.
    """
    try:
        with tenant(organisation_id):
            send = senders.prepare(delivery)
        send(connection)
    except NothingToSay:
        _patiently(organisation_id, services.mark_skipped, delivery)
    except Exception as error:  # noqa: BLE001  any failure is the message's state
        connection.close()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        # Only where and what kind: the text of a mail error quotes addresses.
        logger.warning(
            "Delivery %s of organisation %s: %s (%s:%s)",
            delivery.pk, organisation_id, type(error).__name__, frame.filename.rpartition("/")[2], frame.lineno,
        )  # fmt: skip
        _patiently(organisation_id, _failed, delivery, error)
        return delivery.channel != Channel.EMAIL or not _broke_off(error)
    else:
        _patiently(organisation_id, _sent, delivery)
    return True


def _failed(delivery: Delivery, error: Exception) -> None:
    services.mark_failed(delivery, error=type(error).__name__, permanent=_is_permanent(error))
    addresses.note_failure(delivery, error)


def _sent(delivery: Delivery) -> None:
    services.mark_sent(delivery)
    addresses.note_success(delivery)


def _patiently(organisation_id: int, do: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do something in an organisation, in a short transaction; a database that is restarting is waited for."""
    for pause in PATIENCE:
        try:
            with tenant(organisation_id):
                return do(*args, **kwargs)
        except (OperationalError, InterfaceError):
            if database.in_atomic_block:
                raise
            database.close()
            time.sleep(pause)
    with tenant(organisation_id):
        return do(*args, **kwargs)


def _is_permanent(error: Exception) -> bool:
    """Whether trying again is of no use: nowhere to send it, or the server refuses the recipient for good (5xx)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reply in error.recipients.values())
    return isinstance(error, senders.HOPELESS)


def _broke_off(error: Exception) -> bool:
    """Whether the connection died, rather than the message being refused on it."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == 421
    return isinstance(error, smtplib.SMTPServerDisconnected) or (
        isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
    )


@shared_task
def tend_addresses() -> None:
    """Tell administrators of addresses that stopped working, forget those that work again, in every organisation."""
    for organisation_id in selectors.organisations_with_dead_addresses():
        with tenant(organisation_id):
            addresses.tend()


@shared_task
def read_bounces() -> None:
    """Read the reports that came to the mailbox for what did not arrive."""
    mailbox.read_bounces(settings.BOUNCE_IMAP_URL)

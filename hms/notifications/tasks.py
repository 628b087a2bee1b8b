"""Sending what the outbox holds."""

import logging
import smtplib
import time
import traceback

from celery import shared_task
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from hms.notifications import addresses, mailbox, selectors, senders, services
from hms.notifications.models import Delivery
from hms.notifications.types import NothingToSay
from hms.tenancy.scope import tenant

logger = logging.getLogger(__name__)

# Well under the time limit of tasks; the next sweep takes the rest.
WORK_SECONDS = 400


@shared_task(ignore_result=True)
def deliver(organisation_id: int, delivery_ids: list[int] | None = None) -> None:
    """Send an organisation's due messages (only the named ones, when ids are given).

    No transaction is open while the mail server is spoken to: claiming, rendering and recording are short
    transactions of their own, so a slow server holds no lock and a crash loses nothing.
    """
    connection = get_connection()
    stop_at = time.monotonic() + WORK_SECONDS
    try:
        while time.monotonic() < stop_at:
            with tenant(organisation_id):
                delivery = services.claim(delivery_ids)
            if delivery is None:
                return
            _send(organisation_id, delivery, connection)
    finally:
        connection.close()


def _send(organisation_id: int, delivery: Delivery, connection: BaseEmailBackend) -> None:
    try:
        with tenant(organisation_id):
            send = senders.prepare(delivery)
        send(connection)
    except NothingToSay:
        with tenant(organisation_id):
            services.mark_skipped(delivery)
    except Exception as error:  # noqa: BLE001  any failure is the message's state, and must not stop the others
        connection.close()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        # Only where and what kind: the text of a mail error quotes addresses.
        logger.warning(
            "Delivery %s of organisation %s: %s (%s:%s)",
            delivery.pk, organisation_id, type(error).__name__, frame.filename.rpartition("/")[2], frame.lineno,
        )  # fmt: skip
        with tenant(organisation_id):
            services.mark_failed(delivery, error=type(error).__name__, permanent=_is_permanent(error))
            addresses.note_failure(delivery, error)
    else:
        with tenant(organisation_id):
            services.mark_sent(delivery)
            addresses.note_success(delivery)


def _is_permanent(error: Exception) -> bool:
    """Whether trying again is of no use: nowhere to send it, or the server refuses the recipient for good (5xx)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reply in error.recipients.values())
    return isinstance(error, senders.HOPELESS)


@shared_task(ignore_result=True)
def sweep_outboxes() -> None:
    """Find what was not nudged, must be tried again or was abandoned, in every organisation."""
    for organisation_id in selectors.organisations_with_due_deliveries(timezone.now()):
        deliver.delay(organisation_id)


@shared_task(ignore_result=True)
def tend_addresses() -> None:
    """Tell administrators of addresses that stopped working, forget those that work again, in every organisation."""
    for organisation_id in selectors.organisations_with_dead_addresses():
        with tenant(organisation_id):
            addresses.tend()


@shared_task(ignore_result=True)
def read_bounces() -> None:
    """Read the reports that came to the mailbox for what did not arrive."""
    mailbox.read_bounces(settings.BOUNCE_IMAP_URL)

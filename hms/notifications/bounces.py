"""Reports about mail that did not arrive (RFC 3464): read, matched with the delivery by its `Message-ID`, acted on.

Whoever has a mailbox can write to ours, so nothing in a report is believed but this: that somebody who knows the
secret `Message-ID` of a mail says that it did not arrive. Only codes are kept of what it says.
"""

import email
import email.policy
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import Enum

from django.utils import timezone

from hms.notifications import codes
from hms.notifications.addresses import note_bounce, note_lost_invitation
from hms.notifications.enums import DeliveryState
from hms.notifications.models import Delivery
from hms.organisations.services.invitations import came_back
from hms.tenancy.scope import tenant

logger = logging.getLogger(__name__)

# What tells anything comes first in a report; the returned message may be as large as it likes.
MAX_BYTES = 256 * 1024
# `channels` makes them; the organisation's id leads.
_OURS = re.compile(r"<(\d{1,18})\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@[^<>\s]{1,80}>")
_MANY = 5


class Outcome(Enum):
    """What became of a report."""

    BOUNCED = "bounced"
    # The other server goes on trying, or says that it has arrived.
    NOTHING_TO_DO = "nothing to do"
    # An answer of a person or of a machine, a receipt, spam.
    NO_REPORT = "no report"
    # About a mail that is not ours, or that has been told of before.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Report:
    """What a report says.

    Attributes:
        message_ids: which of our mails it may be about, the likeliest first.
        failed: whether the other server has given up.
        code: why, or nothing.
    """

    message_ids: tuple[str, ...]
    failed: bool
    code: str


def take(raw: bytes) -> Outcome:
    """Read one mail and act on it. Needs no open organisation.

    Effects: the delivery it is about has come back, with the code; the address may be marked dead. What is broken
    or invented changes nothing and raises nothing.
    """
    report = read(raw)
    if report is None:
        return Outcome.NO_REPORT
    if not report.failed:
        return Outcome.NOTHING_TO_DO
    for message_id in report.message_ids:
        match = _OURS.fullmatch(message_id)
        if match and _bounce(int(match.group(1)), message_id, report.code):
            return Outcome.BOUNCED
    return Outcome.UNKNOWN


def read(raw: bytes) -> Report | None:
    """What a mail says, when it is a delivery report; else None."""
    try:
        # The old policy: the new one makes sense of every header, and a hostile header can break it.
        message = email.message_from_bytes(raw[:MAX_BYTES], policy=email.policy.compat32)
        return _report(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        logger.warning("A mail could not be read (%s).", type(error).__name__)
        return None


def _report(message: Message) -> Report | None:
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    parts: list[Message] = message.get_payload()  # type: ignore[assignment]
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    actions = [fields for fields in _blocks(status) if fields.get("Action")]
    failed = next((fields for fields in actions if _value(fields, "Action").lower() == "failed"), None)
    if not actions:
        return None
    return Report(
        message_ids=tuple(dict.fromkeys(_message_ids(message, parts)))[:_MANY],
        failed=failed is not None,
        code=codes.find(_value(failed, "Status"), _value(failed, "Diagnostic-Code")) if failed is not None else "",
    )


def _blocks(status: Message) -> list[Message]:
    """The fields of each recipient; the parser makes a message of each block."""
    payload = status.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _message_ids(message: Message, parts: list[Message]) -> Iterator[str]:
    """The returned message's, then those that the report itself names as what it answers."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            yield from _ids(part.get_payload()[0], "Message-ID")
        elif kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield from _ids(email.message_from_bytes(content, policy=email.policy.compat32), "Message-ID")
    yield from _ids(message, "In-Reply-To")
    yield from _ids(message, "References")


def _ids(message: Message, name: str) -> list[str]:
    return [match.group(0) for match in _OURS.finditer(_value(message, name))]


def _value(fields: Message, name: str) -> str:
    """A header as one line; never longer than anybody honest writes it."""
    return " ".join(str(fields.get(name, ""))[:2000].split())


def _bounce(organisation_id: int, message_id: str, code: str) -> bool:
    """Record it, in the organisation that the id names: an id of another organisation's finds nothing there."""
    with tenant(organisation_id):
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            # Being sent still: the report may be quicker than our own note that the server took it.
            .filter(message_id=message_id, state__in=[DeliveryState.SENT, DeliveryState.SENDING])
            .select_related("notification__recipient__user")
            .first()
        )
        if delivery is None:
            return _invitation_bounced(message_id, code)
        now = delivery.moment(timezone.now())
        delivery.state, delivery.bounced_at, delivery.sent_at = DeliveryState.BOUNCED, now, delivery.sent_at or now
        delivery.status_code, delivery.error = code, ""
        delivery.save(update_fields=["state", "bounced_at", "sent_at", "status_code", "error"])
        note_bounce(delivery, code)
    logger.info("Delivery %s of organisation %s came back (%s).", delivery.pk, organisation_id, code or "no code")
    return True


def _invitation_bounced(message_id: str, code: str) -> bool:
    invitation = came_back(message_id)
    if invitation is None:
        return False
    note_lost_invitation(invitation, code)
    logger.info("Invitation %s of organisation %s came back (%s).", invitation.pk, invitation.organisation_id, code)
    return True

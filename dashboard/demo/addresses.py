"""Somebody whose address stopped working, so that the administrator has one to put right."""

import datetime

from dashboard.demo.book import Book
from dashboard.demo.house import House
from hms.audit.enums import Via
from hms.notifications.enums import DeadReason, DeliveryState
from hms.notifications.models import DeadAddress, Delivery, Notification
from hms.notifications.rules import fingerprint
from hms.organisations.models import Employee

# Messages that came back, and then those that were not tried any more.
_CAME_BACK, _SHOWN = 2, 4


def lose_an_address(book: Book, house: House) -> None:
    """Let messages to one of the nameless come back; a stranger, so that nobody whom a newcomer plays is cut off."""
    mailed = {row.notification_id for row in book.rows.get(Delivery, [])}
    named = set(house.people.values())
    told: dict[Employee, list[Notification]] = {}
    for notification in book.rows[Notification]:
        person = notification.recipient
        if person is not None and person.email and person not in named:
            told.setdefault(person, []).append(notification)
    candidates = {
        person: rows for person, rows in told.items() if len(rows) >= _SHOWN and not mailed & {row.pk for row in rows}
    }
    if not candidates:
        return
    person = max(candidates, key=lambda one: max(row.created_at for row in candidates[one]))
    rows = sorted(candidates[person], key=lambda row: row.created_at)[-_SHOWN:]
    for position, notification in enumerate(rows):
        _deliver(book, house, notification, came_back=position < _CAME_BACK, address_hash=fingerprint(person.email))
    since = rows[0].created_at + datetime.timedelta(minutes=2)
    book.add(
        DeadAddress(
            employee=person, address_hash=fingerprint(person.email), reason=DeadReason.BOUNCED, status_code="5.1.1",
            since=since, told_at=since,
        )
    )  # fmt: skip
    book.event(
        "employee.address_failed", person, at=since, by=None, via=Via.SYSTEM,
        data={"reason": DeadReason.BOUNCED, "code": "5.1.1"},
    )  # fmt: skip
    for key in house.employer.roles["administrator"]:
        book.notify(
            "notifications.dead_addresses", to=house.people[key], about=house.organisation, at=since, dedupe="demo",
            parameters={"count": 1}, email=False,
        )  # fmt: skip


def _deliver(book: Book, house: House, notification: Notification, *, came_back: bool, address_hash: str) -> None:
    at = notification.created_at
    delivery = Delivery(
        notification=notification,
        message_id=f"<{house.organisation.pk}.demo-{notification.pk}@hms.example>",
        attempts=1,
        next_attempt_at=at,
        claimed_at=at,
        address_hash=address_hash,
        state=DeliveryState.BOUNCED if came_back else DeliveryState.FAILED,
        error="" if came_back else "AddressDead",
    )
    if came_back:
        delivery.sent_at = at + datetime.timedelta(seconds=3)
        delivery.bounced_at = at + datetime.timedelta(minutes=2)
        delivery.status_code = "5.1.1"
    book.add(delivery)

"""The outbox: rows are written with what they tell about, and sent by a worker afterwards."""

import datetime
import hashlib
import json
import logging
import random
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlparse

from celery import current_app
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from hms.notifications import types
from hms.notifications.enums import DeliveryState
from hms.notifications.models import Delivery, Notification, Preference
from hms.notifications.rules import dedupe_key
from hms.notifications.selectors import address_of
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id

logger = logging.getLogger(__name__)

DELIVER = "hms.notifications.tasks.deliver"
INSERT_MANY = """
INSERT INTO notifications_notification
    (organisation_id, type, created_at, address, dedupe_key, recipient_id, parameters, about_type, about_id)
SELECT %s, %s, %s, '', row.* FROM unnest(%s::text[], %s::bigint[], %s::jsonb[], %s::text[], %s::bigint[]) AS row
ON CONFLICT (organisation_id, dedupe_key) DO NOTHING RETURNING dedupe_key, id
"""
# A worker that has held a message this long is gone.
STALE_AFTER = datetime.timedelta(minutes=10)
FIRST_PAUSE = datetime.timedelta(seconds=30)
# A connection that the broker has dropped is opened anew, once; a broker that is down is not waited for.
ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
# By then the sweep has found it; a queue that stood still is not filled with what is done already.
NUDGE_EXPIRES = 300
LONGEST_PAUSE = datetime.timedelta(hours=2)
# About five hours of trying in all.
MAX_ATTEMPTS = 10


def notify(
    type_key: str,
    *,
    to: Employee | str,
    about: models.Model,
    dedupe: str,
    parameters: dict[str, Any] | None = None,
    email: bool = True,
    at: datetime.datetime | None = None,
) -> Notification | None:
    """Tell one recipient of one occurrence.

    Effects: a notification, and a delivery when the recipient has an address, are inserted in the caller's
    transaction; a worker is nudged when that commits. A broker that is down changes nothing: the sweep
    finds the row.

    Args:
        type_key: a registered kind of message.
        to: an employee, or an e-mail address (a reporter without sign-in).
        about: the object it is about; what was sent is shown there.
        dedupe: names the occurrence; the same kind, recipient and occurrence is told once.
        parameters: ids and plain words for the texts; never case content, never more of people than needed.
        email: False for the inbox only.
        at: when it counts as told, where the minute would name somebody anonymous; now when left out.
            The mail goes at once all the same: somebody may be in danger.

    Returns:
        The notification; None when it was told before, or the employee has left.
    """
    types.get(type_key)
    employee = to if isinstance(to, Employee) else None
    if employee is not None and employee.ends_on is not None and employee.ends_on < timezone.localdate():
        return None
    address = "" if employee is not None else str(to).strip()
    by_mail = email and bool(address or (employee is not None and address_of(employee)))
    notification, delivery_id = _insert_once(
        Notification(
            type=type_key,
            recipient=employee,
            address=address,
            parameters=parameters or {},
            about_type=about._meta.label_lower,
            about_id=about.pk,
            dedupe_key=_dedupe_key(type_key, employee, address, dedupe),
            created_at=at or timezone.now(),
        ),
        by_mail=by_mail,
    )
    if delivery_id is not None:
        transaction.on_commit(partial(nudge, current_organisation_id(), [delivery_id]))
    return notification


def _dedupe_key(type_key: str, employee: Employee | None, address: str, dedupe: str) -> str:
    who = str(employee.pk) if employee else hashlib.sha256(address.lower().encode()).hexdigest()[:16]
    return dedupe_key(type_key, who, dedupe)


@dataclass(frozen=True)
class Told:
    """One of many to tell; as the arguments of :func:`notify`."""

    to: Employee
    about: models.Model
    dedupe: str
    parameters: dict[str, Any]
    email: bool = True


def notify_many(type_key: str, told: Sequence[Told]) -> int:
    """Tell many employees, in three statements however many they are.

    Effects: as :func:`notify` for each, with one nudge. Employees should have `user` loaded.

    Returns:
        How many were told now; the others were told before, or have left.
    """
    types.get(type_key)
    today, now = timezone.localdate(), timezone.now()
    rows = {
        dedupe_key(type_key, str(one.to.pk), one.dedupe): one
        for one in told
        if one.to.ends_on is None or one.to.ends_on >= today
    }
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_MANY,
            [
                current_organisation_id(),
                type_key,
                now,
                list(rows),
                [one.to.pk for one in rows.values()],
                [json.dumps(one.parameters, cls=DjangoJSONEncoder) for one in rows.values()],
                [one.about._meta.label_lower for one in rows.values()],
                [one.about.pk for one in rows.values()],
            ],
        )
        new = dict(cursor.fetchall())
    deliveries = Delivery.objects.bulk_create(
        Delivery(notification_id=new[key], message_id=_message_id())
        for key, one in rows.items()
        if key in new and one.email and address_of(one.to)
    )
    if deliveries:
        ids = [delivery.pk for delivery in deliveries]
        transaction.on_commit(partial(nudge, current_organisation_id(), ids))
    return len(new)


def _insert_once(notification: Notification, *, by_mail: bool) -> tuple[Notification | None, int | None]:
    """Insert unless the key exists, with its delivery: one statement, no savepoint, no race with another request.

    Returns the notification and the delivery's id; None where nothing was inserted.
    """
    columns, values = _row(notification)
    insert = (
        f"INSERT INTO {Notification._meta.db_table} ({columns}) VALUES %s "  # noqa: S608  names from the model
        "ON CONFLICT (organisation_id, dedupe_key) DO NOTHING RETURNING id"
    ) % _marks(values)
    if by_mail:
        # The only value that is not known before: the notification's id.
        mail_columns, mail_values = _row(Delivery(notification_id=0, message_id=_message_id()))
        marks = _marks(mail_values[1:])[1:-1]
        insert = (
            f"WITH told AS ({insert}) INSERT INTO {Delivery._meta.db_table} ({mail_columns}) "  # noqa: S608
            f"SELECT id, {marks} FROM told RETURNING notification_id, id"
        )
        values = [*values, *mail_values[1:]]
    with connection.cursor() as cursor:
        cursor.execute(insert, values)
        row = cursor.fetchone()
    if row is None:
        return None, None
    notification.pk, notification._state.adding, notification._state.db = row[0], False, "default"
    return notification, row[1] if by_mail else None


def _row(obj: models.Model) -> tuple[str, list[Any]]:
    """The columns and values of an insert, but for the id; a notification's key comes first."""
    fields = [field for field in obj._meta.concrete_fields if not field.primary_key]
    fields.sort(key=lambda field: field.name != "notification")
    values = [field.get_db_prep_save(getattr(obj, field.attname), connection) for field in fields]
    return ", ".join(f'"{field.column}"' for field in fields), values


def _marks(values: list[Any]) -> str:
    return f"({', '.join(['%s'] * len(values))})"


def _message_id() -> str:
    return f"<{uuid.uuid4()}@{urlparse(settings.PUBLIC_URL).hostname}>"


def nudge(organisation_id: int, delivery_ids: list[int]) -> None:
    """Ask a worker to send now. Never raises: what is not nudged is swept."""
    try:
        current_app.tasks[DELIVER].apply_async(
            args=[organisation_id, delivery_ids], retry_policy=ONCE_MORE, expires=NUDGE_EXPIRES
        )
    except Exception as error:  # noqa: BLE001  whatever is wrong with the broker, the request has succeeded
        logger.warning("The broker was not reached (%s); the sweep will deliver.", type(error).__name__)


def forget_parameters(about: models.Model, **values: Any) -> None:
    """Overwrite parameters of everything that was told about an object: what became confidential is masked."""
    for notification in Notification.objects.filter(about_type=about._meta.label_lower, about_id=about.pk):
        notification.parameters |= {name: values[name] for name in values if name in notification.parameters}
        notification.save(update_fields=["parameters"])


def mark_read(employee: Employee, notification_ids: Collection[int] | None = None) -> int:
    """Mark an employee's notifications as read (all of them when no ids are given). Returns how many were new."""
    unread = Notification.objects.filter(recipient=employee, read_at__isnull=True)
    if notification_ids is not None:
        unread = unread.filter(pk__in=notification_ids)
    return unread.update(read_at=timezone.now())


def choose_routine_mail(employee: Employee, choice: str) -> None:
    """Keep how often somebody wants routine reminders. Effects: their preference."""
    Preference.objects.update_or_create(employee=employee, defaults={"routine_mail": choice})


# --- the worker's side; each of these is a short transaction of its own ---


def claim(delivery_ids: Collection[int] | None = None, *, most: int = 1) -> list[Delivery]:
    """Take the next due deliveries, so that no other worker does.

    Effects: they are being sent, by whoever holds this `claimed_at`, until a time after which they count as
    abandoned. Taking is no attempt yet (see :func:`begin`): what a crash keeps from being tried is not used up.
    One that was abandoned on its last attempt has failed.
    """
    now = timezone.now()
    due = Delivery.objects.filter(
        state__in=[DeliveryState.QUEUED, DeliveryState.SENDING], next_attempt_at__lte=now
    ).order_by("next_attempt_at", "id")
    if delivery_ids is not None:
        due = due.filter(pk__in=delivery_ids)
    taken = list(
        due.select_for_update(skip_locked=True, of=("self",)).select_related(
            "notification__recipient__user", "notification__organisation"
        )[:most]
    )
    used_up = [delivery for delivery in taken if delivery.attempts >= MAX_ATTEMPTS]
    for delivery in used_up:
        delivery.state, delivery.error = DeliveryState.FAILED, delivery.error or "Abandoned"
        delivery.save(update_fields=["state", "error"])
    claimed = [delivery for delivery in taken if delivery.attempts < MAX_ATTEMPTS]
    if used_up and not claimed:
        return claim(delivery_ids, most=most)
    for delivery in claimed:
        delivery.state, delivery.claimed_at, delivery.next_attempt_at = DeliveryState.SENDING, now, now + STALE_AFTER
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed]).update(
        state=DeliveryState.SENDING, claimed_at=now, next_attempt_at=now + STALE_AFTER
    )
    return claimed


def begin(delivery: Delivery) -> bool:
    """Count an attempt, before anything that could take the worker down with it.

    Effects: one more attempt, and the time after which it counts as abandoned starts now.

    Returns:
        False when it is no longer this worker's: so much time went by that somebody else has it.
    """
    attempts, stale_at = delivery.attempts + 1, timezone.now() + STALE_AFTER
    is_mine = _mine(delivery).update(attempts=attempts, next_attempt_at=stale_at) > 0
    delivery.attempts, delivery.next_attempt_at = attempts, stale_at
    return is_mine


def release(deliveries: Collection[Delivery], *, at: datetime.datetime, error: str = "") -> None:
    """Put back what was taken and not begun: due again at a time, no attempt counted.

    Args:
        error: the class of the error, when the mail server could not be reached.
    """
    for delivery in deliveries:
        _mine(delivery).update(state=DeliveryState.QUEUED, next_attempt_at=at, error=error[:80])


def mark_sent(delivery: Delivery) -> None:
    """Record that the mail server has taken it (unless another worker has claimed it since)."""
    _mine(delivery).update(state=DeliveryState.SENT, sent_at=timezone.now(), error="")


def mark_failed(delivery: Delivery, *, error: str, permanent: bool = False) -> None:
    """Record a failed attempt: it waits longer each time, and is given up after the last.

    Args:
        error: the class of the error, never its text.
        permanent: the receiving server has said that it never will.
    """
    if permanent or delivery.attempts >= MAX_ATTEMPTS:
        _mine(delivery).update(state=DeliveryState.FAILED, error=error[:80])
        return
    again = timezone.now() + pause(delivery.attempts)
    _mine(delivery).update(state=DeliveryState.QUEUED, next_attempt_at=again, error=error[:80])


def mark_skipped(delivery: Delivery) -> None:
    """Record that there was nothing left to say when it was to be sent."""
    _mine(delivery).update(state=DeliveryState.SKIPPED)


def pause(attempts: int) -> datetime.timedelta:
    """How long to wait after a number of attempts: doubling, with jitter so that a queue does not march in step."""
    wait = min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311  no secret


def _mine(delivery: Delivery) -> models.QuerySet[Delivery]:
    # The moment it was taken names the one who took it: nobody takes it twice before it is abandoned.
    return Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, claimed_at=delivery.claimed_at)

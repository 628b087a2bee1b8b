"""The outbox: rows are written with what they tell about, and sent by a worker afterwards."""

import datetime
import hashlib
import logging
import random
from collections.abc import Collection, Sequence
from functools import partial, reduce
from operator import or_
from typing import Any, NamedTuple

from celery import current_app
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from hms.notifications import channels, types
from hms.notifications.channels import Saying
from hms.notifications.enums import Channel, DeliveryState, Urgency
from hms.notifications.models import Delivery, Notification, Preference
from hms.notifications.rules import dedupe_key, fingerprint, is_day_only, send_at
from hms.notifications.selectors import TEST_SMS, address_of
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id

logger = logging.getLogger(__name__)

DELIVER, SWEEP = "hms.notifications.tasks.deliver", "hms.notifications.tasks.sweep_outboxes"
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
END_TIMES = ("due_at", "next_attempt_at", "claimed_at")


def notify(
    type_key: str,
    *,
    to: Employee | str,
    about: models.Model,
    dedupe: str,
    parameters: dict[str, Any] | None = None,
    email: bool = True,
    urgency: str | None = None,
    at: datetime.datetime | None = None,
) -> Notification | None:
    """Tell one recipient of one occurrence.

    Effects: a notification, and a delivery for every channel that reaches the recipient (`channels` decides),
    are inserted in the caller's transaction, in one statement; a worker is nudged when that commits. A broker
    that is down changes nothing: the sweep finds the row.

    Args:
        type_key: a registered kind of message.
        to: an employee, or an e-mail address (a reporter without sign-in).
        about: the object it is about; what was sent is shown there.
        dedupe: names the occurrence; the same kind, recipient and occurrence is told once.
        parameters: ids and plain words for the texts; never case content, never more of people than needed.
        email: False for the inbox only.
        urgency: of this message, when it is not that of its kind.
        at: when it counts as told; now when left out. A day's first moment says that the minute would name
            somebody anonymous: then no time is kept but that day, and the mail waits for a while that nobody
            can guess, unless it is critical (`rules.send_at`).

    Returns:
        The notification; None when it was told before, or the employee has left.
    """
    message_type = types.get(type_key)
    employee = to if isinstance(to, Employee) else None
    if employee is not None and _has_left(employee):
        return None
    address = "" if employee is not None else str(to).strip()
    key = _dedupe_key(type_key, employee, address, dedupe)
    urgency, parameters, now = urgency or message_type.urgency, parameters or {}, timezone.now()
    day_only = at is not None and is_day_only(at)
    saying = Saying(
        type=type_key,
        key=key,
        to=employee or address,
        about=about,
        parameters=parameters,
        urgency=urgency,
        inbox_only=not email,
        at=at or now,
        send_at=send_at(now, urgent=_cannot_wait(urgency, parameters)) if day_only else now,
        day_only=day_only,
    )
    written = channels.write([saying])
    if key not in written.notifications:
        return None
    if saying.send_at <= now:
        _nudge_later(written.deliveries)
    notification = Notification(
        pk=written.notifications[key],
        type=type_key,
        recipient=employee,
        address=address,
        parameters=saying.parameters,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        dedupe_key=key,
        created_at=saying.at,
    )
    notification._state.adding, notification._state.db = False, "default"
    return notification


def _cannot_wait(urgency: str, parameters: dict[str, Any]) -> bool:
    return urgency == Urgency.CRITICAL or bool(parameters.get("critical"))


def _has_left(employee: Employee) -> bool:
    return employee.ends_on is not None and employee.ends_on < timezone.localdate()


def _nudge_later(delivery_ids: list[int]) -> None:
    if delivery_ids:
        transaction.on_commit(partial(nudge, current_organisation_id(), delivery_ids))


def _dedupe_key(type_key: str, employee: Employee | None, address: str, dedupe: str) -> str:
    who = str(employee.pk) if employee else hashlib.sha256(address.lower().encode()).hexdigest()[:16]
    return dedupe_key(type_key, who, dedupe)


class Told(NamedTuple):
    """One of many to tell; as the arguments of :func:`notify`."""

    to: Employee
    about: models.Model
    dedupe: str
    parameters: dict[str, Any]
    email: bool = True


def notify_many(type_key: str, told: Sequence[Told]) -> int:
    """Tell many employees, in one statement however many they are.

    Effects: as :func:`notify` for each, with one nudge. Employees should have `user` loaded.

    Returns:
        How many were told now; the others were told before, or have left.
    """
    sayings = _sayings([(type_key, one) for one in told])
    if not sayings:
        return 0
    written = channels.write(sayings)
    _nudge_later(written.deliveries)
    return len(written.notifications)


def rows_of(told: Sequence[tuple[str, Told]]) -> list[dict[str, Any]]:
    """What telling people of the open organisation writes, messages of several kinds, for `channels.write_rows`."""
    return [channels.row_of(saying) for saying in _sayings(told)]


def _sayings(told: Sequence[tuple[str, Told]]) -> list[Saying]:
    now = timezone.now()
    sayings = {}
    for type_key, one in told:
        key = dedupe_key(type_key, str(one.to.pk), one.dedupe)
        if not _has_left(one.to):
            sayings[key] = Saying(
                type=type_key,
                key=key,
                to=one.to,
                about=one.about,
                parameters=one.parameters,
                urgency=types.get(type_key).urgency,
                inbox_only=not one.email,
                at=now,
                send_at=now,
            )
    return list(sayings.values())


def nudge(organisation_id: int, delivery_ids: list[int]) -> None:
    """Ask a worker to send now. Never raises: what is not nudged is swept."""
    _ask(DELIVER, [organisation_id, delivery_ids])


def nudge_all() -> None:
    """Ask a worker to send whatever is due, in any organisation. Never raises; as :func:`nudge`."""
    _ask(SWEEP, [])


def _ask(task: str, arguments: list[Any]) -> None:
    try:
        current_app.tasks[task].apply_async(args=arguments, retry_policy=ONCE_MORE, expires=NUDGE_EXPIRES)
    except Exception as error:  # noqa: BLE001  whatever is wrong with the broker, the request has succeeded
        logger.warning("The broker was not reached (%s); the sweep will deliver.", type(error).__name__)


def forget_parameters(about: models.Model, **values: Any) -> None:
    """Overwrite parameters of everything that was told about an object: what became confidential is masked."""
    for notification in Notification.objects.filter(about_type=about._meta.label_lower, about_id=about.pk):
        notification.parameters |= {name: values[name] for name in values if name in notification.parameters}
        notification.save(update_fields=["parameters"])


def take_back(*about: models.Model, but: Collection[int]) -> list[int]:
    """Take what was told about these objects out of everybody's inbox, and off the outbox, but for some employees.

    What was told an address without sign-in stays: it is the reporter's.

    Returns:
        Ids of the employees who had been told.
    """
    objects = (Q(about_type=each._meta.label_lower, about_id=each.pk) for each in about)
    told = Notification.objects.filter(reduce(or_, objects, Q(pk__in=[])), recipient__isnull=False)
    told = told.exclude(recipient__in=but)
    people = sorted(set(told.values_list("recipient_id", flat=True)))
    told.delete()
    return people


def mark_read(employee: Employee, notification_ids: Collection[int] | None = None) -> int:
    """Mark an employee's notifications as read (all of them when no ids are given). Returns how many were new."""
    unread = Notification.objects.filter(recipient=employee, read_at__isnull=True)
    if notification_ids is not None:
        unread = unread.filter(pk__in=notification_ids)
    return unread.update(read_at=timezone.now())


def send_test_sms(employee: Employee) -> None:
    """Send somebody an SMS whatever they have chosen. Effects: a notification with one delivery, by SMS."""
    now = timezone.now()
    told = notify(TEST_SMS, to=employee, about=employee, dedupe=now.isoformat(), email=False)
    if told is not None:
        delivery = Delivery.objects.create(notification=told, channel=Channel.SMS, message_id=channels.message_id())
        _nudge_later([delivery.pk])


def change_preference(employee: Employee, **choices: Any) -> None:
    """Keep what somebody wants (`routine_mail`, `urgent_sms`). Effects: their preference."""
    Preference.objects.update_or_create(employee=employee, defaults=choices)


# --- the worker's side; each of these is a short transaction of its own ---


def claim(delivery_ids: Collection[int] | None = None, *, most: int = 1, mail_too: bool = True) -> list[Delivery]:
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
    if not mail_too:
        due = due.exclude(channel=Channel.EMAIL)
    taken = list(
        due.select_for_update(skip_locked=True, of=("self",)).select_related(
            "notification__recipient__user", "notification__organisation"
        )[:most]
    )
    used_up = [delivery for delivery in taken if delivery.attempts >= MAX_ATTEMPTS]
    for delivery in used_up:
        delivery.state, delivery.error = DeliveryState.FAILED, delivery.error or "Abandoned"
        _keep_no_time(delivery)
        delivery.save(update_fields=["state", "error", *END_TIMES])
    claimed = [delivery for delivery in taken if delivery.attempts < MAX_ATTEMPTS]
    if used_up and not claimed:
        return claim(delivery_ids, most=most, mail_too=mail_too)
    for delivery in claimed:
        delivery.state, delivery.claimed_at, delivery.next_attempt_at = DeliveryState.SENDING, now, now + STALE_AFTER
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed]).update(
        state=DeliveryState.SENDING, claimed_at=now, next_attempt_at=now + STALE_AFTER
    )
    return claimed


def begin(delivery: Delivery) -> bool:
    """Count an attempt, before anything that could take the worker down with it.

    Effects: one more attempt, which address it goes to, and the time after which it counts as abandoned starts now.

    Returns:
        False when it is no longer this worker's: so much time went by that somebody else has it.
    """
    attempts, stale_at = delivery.attempts + 1, timezone.now() + STALE_AFTER
    recipient = delivery.notification.recipient
    address_hash = fingerprint(address_of(recipient) if recipient else delivery.notification.address)
    is_mine = _mine(delivery).update(attempts=attempts, next_attempt_at=stale_at, address_hash=address_hash) > 0
    delivery.attempts, delivery.next_attempt_at, delivery.address_hash = attempts, stale_at, address_hash
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
    _mine(delivery).update(
        state=DeliveryState.SENT, sent_at=delivery.moment(timezone.now()), error="", **times_at_end(delivery)
    )


def mark_failed(delivery: Delivery, *, error: str, permanent: bool = False) -> None:
    """Record a failed attempt: it waits longer each time, and is given up after the last.

    Args:
        error: the class of the error, never its text.
        permanent: the receiving server has said that it never will.
    """
    if permanent or delivery.attempts >= MAX_ATTEMPTS:
        _mine(delivery).update(state=DeliveryState.FAILED, error=error[:80], **times_at_end(delivery))
        return
    again = timezone.now() + pause(delivery.attempts)
    _mine(delivery).update(state=DeliveryState.QUEUED, next_attempt_at=again, error=error[:80])


def mark_skipped(delivery: Delivery) -> None:
    """Record that there was nothing left to say when it was to be sent."""
    _mine(delivery).update(state=DeliveryState.SKIPPED, **times_at_end(delivery))


def pause(attempts: int) -> datetime.timedelta:
    """How long to wait after a number of attempts: doubling, with jitter so that a queue does not march in step."""
    wait = min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311  no secret


def times_at_end(delivery: Delivery) -> dict[str, datetime.datetime]:
    """What is left of the times of a message about somebody anonymous, once it has ended: the day."""
    return dict.fromkeys(END_TIMES, delivery.notification.created_at) if delivery.day_only else {}


def _keep_no_time(delivery: Delivery) -> None:
    for name, day in times_at_end(delivery).items():
        setattr(delivery, name, day)


def _mine(delivery: Delivery) -> models.QuerySet[Delivery]:
    # The moment it was taken names the one who took it: nobody takes it twice before it is abandoned.
    return Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, claimed_at=delivery.claimed_at)

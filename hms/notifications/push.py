"""A message as a push notification on a person's devices."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

import requests
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from hms.notifications import channel_settings, devices, types, webpush
from hms.notifications.enums import Urgency
from hms.notifications.models import Delivery, PushSubscription
from hms.notifications.rendering import base_context, spoken_to
from hms.tenancy.scope import tenant

logger = logging.getLogger(__name__)


class NoDevice(Exception):
    """The person has no device that shows notifications any more, or the organisation does not allow it."""


def prepare(delivery: Delivery) -> "partial[None]":
    """The push of a delivery, ready to be sent to all of the person's devices.

    It says what a mail's subject says and no more, and leads to the page, which asks for sign-in.

    Raises:
        NoDevice: when there is none (any more), or push is not allowed.
    """
    notification = delivery.notification
    subscriptions = list(PushSubscription.objects.filter(employee=notification.recipient_id).order_by("id"))
    if not subscriptions or not webpush.is_configured() or not channel_settings.current().push_allowed:
        raise NoDevice
    message_type = types.get(notification.type)
    with spoken_to(notification) as language:
        context = base_context(notification, message_type, language)
    payload = {
        "title": context["organisation_name"],
        "body": context["subject"],
        # A path: the device opens it where it has HMS, under whatever name.
        "url": message_type.url(notification),
        "language": language,
        # The same message again (a retry) takes the place of the first.
        "tag": f"{delivery.organisation_id}-{notification.pk}",
    }
    return partial(_send, delivery, subscriptions, payload, message_type.urgency == Urgency.CRITICAL)


def _send(
    delivery: Delivery,
    subscriptions: Sequence[PushSubscription],
    payload: dict[str, Any],
    urgent: bool,
    _mail: BaseEmailBackend,
) -> None:
    """Send to every device; it is sent when one of them was reached.

    Raises:
        NoDevice: when all of them have ended.
        webpush.Refused, requests.RequestException: when none was reached, and one may be later.
    """
    reached, gone, errors = [], [], []
    for subscription in subscriptions:
        try:
            webpush.send(subscription.endpoint, subscription.p256dh, subscription.auth, payload, urgent=urgent)
        except (webpush.Gone, webpush.BadSubscription):
            gone.append(subscription.pk)
        except (webpush.Refused, requests.RequestException) as error:
            logger.warning("Push subscription %s: %s", subscription.pk, type(error).__name__)
            errors.append(error)
        else:
            reached.append(subscription.pk)
    with tenant(delivery.organisation_id):
        devices.note_result(reached, gone, at=delivery.moment(timezone.now()))
    if reached:
        return
    if errors:
        raise errors[0]
    raise NoDevice

"""Sending again what did not arrive: a new delivery of the same message, beside the one that failed."""

import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from hms.audit.services import record
from hms.notifications.addresses import forget
from hms.notifications.channels import message_id
from hms.notifications.models import Delivery, Notification
from hms.notifications.selectors import lost_deliveries
from hms.notifications.services import nudge
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id

# What is older is hardly news to anybody.
AGAIN_WITHIN = datetime.timedelta(days=30)
MOST = 100


def send_again(employee: Employee, *, by: Employee, notification_id: int) -> int:
    """Send one lost message again. Effects and answer as :func:`send_all_again`."""
    return _send(employee, by=by, notification_ids=[notification_id])


def send_all_again(employee: Employee, *, by: Employee) -> int:
    """Send again what an employee lost in the last month; of the same about the same, only the newest.

    Effects: nothing is known against the address any more; a new delivery of each message; an event; a worker is
    nudged. Whoever presses twice sends once: what has been sent again is not lost. A message that has become needless
    says so when it is sent.

    Returns:
        How many are sent.
    """
    since = timezone.now() - AGAIN_WITHIN
    newest: dict[tuple[str, str, int], int] = {}
    lost = lost_deliveries(employee).filter(notification__created_at__gte=since).select_related("notification")
    for delivery in lost[:MOST]:
        told = delivery.notification
        newest.setdefault((told.type, told.about_type, told.about_id), told.pk)
    return _send(employee, by=by, notification_ids=list(newest.values()))


def try_again(employee: Employee, *, by: Employee) -> int:
    """Forget that an address does not work, and see whether it does with the newest message that was lost.

    Effects and answer as :func:`send_all_again`, for one message or none.
    """
    newest = lost_deliveries(employee).values_list("notification", flat=True)[:1]
    return _send(employee, by=by, notification_ids=list(newest))


def _send(employee: Employee, *, by: Employee, notification_ids: list[int]) -> int:
    forget(employee)
    # Two who press at once take turns, and the second finds nothing lost.
    held = Notification.objects.filter(pk__in=notification_ids, recipient=employee).order_by("pk").select_for_update()
    held_ids = [notification.pk for notification in held]
    lost = lost_deliveries(employee).filter(notification__in=held_ids).values_list("notification", flat=True)
    fresh = Delivery.objects.bulk_create(
        Delivery(notification_id=pk, message_id=message_id()) for pk in sorted(set(lost))
    )
    record("employee.address_tried_again", employee, by=by, data={"messages": len(fresh)})
    if fresh:
        transaction.on_commit(partial(nudge, current_organisation_id(), [delivery.pk for delivery in fresh]))
    return len(fresh)

"""The browsers that show a person's notifications."""

import datetime
from collections.abc import Collection

from django.utils import timezone

from hms.notifications import webpush
from hms.notifications.models import PushSubscription
from hms.organisations.models import Employee

# Beyond this the oldest is forgotten.
MOST = 20


def add(employee: Employee, *, endpoint: str, p256dh: str, auth: str, device: str) -> PushSubscription:
    """Let one browser show an employee's notifications.

    Effects: a subscription; one that the same browser had for somebody else is taken over: who is signed in
    there now is who it shows notifications for.

    Raises:
        webpush.BadSubscription: when it is none, or its push service is not one we know.
    """
    webpush.check(endpoint, p256dh, auth)
    subscription, _created = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "employee": employee, "p256dh": p256dh, "auth": auth, "device": device,
            "created_at": timezone.now(), "last_success_at": None,
        },
    )  # fmt: skip
    kept = PushSubscription.objects.filter(employee=employee).order_by("-created_at", "-id")[:MOST]
    PushSubscription.objects.filter(employee=employee).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return subscription


def remove(employee: Employee, pk: int) -> bool:
    """Stop one of an employee's devices. Returns whether there was such a one."""
    return bool(PushSubscription.objects.filter(employee=employee, pk=pk).delete()[0])


def remove_endpoint(employee: Employee, endpoint: str) -> None:
    """Stop the browser with this address, when it is the employee's."""
    PushSubscription.objects.filter(employee=employee, endpoint=endpoint).delete()


def note_result(reached: Collection[int], gone: Collection[int], *, at: datetime.datetime) -> None:
    """Record which devices a push reached and when, and forget those that have ended."""
    PushSubscription.objects.filter(pk__in=reached).update(last_success_at=at)
    PushSubscription.objects.filter(pk__in=gone).delete()

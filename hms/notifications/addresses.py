"""Addresses that do not work: noticed, told to the administrators once, forgotten when they work again."""

import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from hms.audit.enums import Via
from hms.audit.services import record
from hms.notifications import codes
from hms.notifications.enums import Channel, DeadReason, DeliveryState
from hms.notifications.models import DeadAddress, Delivery
from hms.notifications.rules import fingerprint
from hms.notifications.selectors import address_of, dead_addresses
from hms.notifications.services import notify, times_at_end
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Invitation, Organisation
from hms.organisations.selectors import holders
from hms.tenancy.scope import current_organisation_id

# So many messages to one address that failed, one after the other, and it is dead whatever the codes say.
IN_A_ROW = 5
# A message that bounces does so within days: what has not come back by then has arrived.
ARRIVED_AFTER = datetime.timedelta(days=2)


def note_failure(delivery: Delivery, error: Exception) -> None:
    """Learn from a failed attempt.

    Effects: the answer's code is kept; the address is marked dead when it was refused for good, or this was the
    last of many; what was tried at a dead address all the same is given up when that address was refused again.
    """
    code = codes.of_error(error)
    if code:
        Delivery.objects.filter(pk=delivery.pk).update(status_code=code)
    if not _is_about_the_address(error) or delivery.channel != Channel.EMAIL:
        return
    if delivery.to_dead_address:
        Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.QUEUED).update(
            state=DeliveryState.FAILED, **times_at_end(delivery)
        )
    _judge(delivery, code, DeadReason.REFUSED)


def note_bounce(delivery: Delivery, code: str) -> None:
    """Learn from a report that a sent message did not arrive. Effects: the address may be marked dead."""
    _judge(delivery, code, DeadReason.BOUNCED)


def note_lost_invitation(invitation: Invitation, code: str) -> None:
    """Learn from a report that an invitation did not arrive. Effects: the address may be marked dead."""
    employee = invitation.employee
    if codes.is_hard(code) and invitation.email == address_of(employee):
        _mark(employee, fingerprint(invitation.email), DeadReason.BOUNCED, code, timezone.now())


def note_success(delivery: Delivery) -> None:
    """Learn that a mail server took a message: an address it had refused works again.

    Where messages came back afterwards it proves nothing: the server took those too. Time will tell (`tend`).
    """
    recipient = delivery.notification.recipient
    if recipient is not None and delivery.to_dead_address:
        rows = DeadAddress.objects.filter(employee=recipient, address_hash=delivery.address_hash)
        rows.exclude(reason=DeadReason.BOUNCED).delete()


def forget(employee: Employee) -> None:
    """Try the address again from now on. Effects: nothing is known of it any more."""
    DeadAddress.objects.filter(employee=employee).delete()


def tend() -> None:
    """Look after what the open organisation knows: throw away what no longer holds, tell of what is new.

    Effects: rows about former addresses and of those who have left are gone, and so are those of addresses that
    work again; the administrators are told once of the others, in one message however many.
    """
    dead_addresses(in_force=False).delete()
    _works_again(timezone.now() - ARRIVED_AFTER).delete()
    untold = list(dead_addresses().filter(told_at=None).select_for_update(of=("self",)).order_by("id"))
    if not untold:
        return
    organisation = Organisation.objects.get(pk=current_organisation_id())
    for administrator in holders(Role.ADMINISTRATOR).select_related("user"):
        notify(
            "notifications.dead_addresses",
            to=administrator,
            about=organisation,
            dedupe=str(untold[-1].pk),
            parameters={"count": len(untold)},
        )
    DeadAddress.objects.filter(pk__in=[row.pk for row in untold]).update(told_at=timezone.now())


def _is_about_the_address(error: Exception) -> bool:
    """Whether the server answered, and not that it could not be reached."""
    return type(error).__name__ in codes.ANSWERS


def _judge(delivery: Delivery, code: str, reason: DeadReason) -> None:
    """Mark the recipient's address dead, if the delivery went to the one they have now and enough speaks for it."""
    employee = delivery.notification.recipient
    if employee is None or delivery.address_hash != fingerprint(address_of(employee)):
        return
    at = delivery.moment(timezone.now())
    if codes.is_hard(code):
        _mark(employee, delivery.address_hash, reason, code, at)
    elif _failed_in_a_row(employee, delivery.address_hash):
        _mark(employee, delivery.address_hash, DeadReason.FAILING, code, at)


def _failed_in_a_row(employee: Employee, address_hash: str) -> bool:
    """Whether the last messages to the address all failed, while others got theirs.

    A server of our own that is out of order fails everybody; that says nothing about anybody's address.
    """
    ours = Delivery.objects.filter(channel=Channel.EMAIL)
    came_to_an_end = (
        Q(state__in=[DeliveryState.SENT, DeliveryState.BOUNCED])
        | Q(state=DeliveryState.FAILED, error__in=codes.ANSWERS)
    )  # fmt: skip
    last = list(
        ours.filter(came_to_an_end, notification__recipient=employee, address_hash=address_hash)
        .order_by("-notification__created_at", "-notification", "-id")
        .values_list("pk", "state")[:IN_A_ROW]
    )
    if len(last) < IN_A_ROW or any(state == DeliveryState.SENT for _pk, state in last):
        return False
    first = min(pk for pk, _state in last)
    return ours.filter(pk__gt=first, state=DeliveryState.SENT).exclude(address_hash=address_hash).exists()


def _mark(employee: Employee, address_hash: str, reason: DeadReason, code: str, at: datetime.datetime) -> None:
    known = DeadAddress.objects.select_for_update().filter(employee=employee).first()
    if known is not None and known.address_hash == address_hash:
        return
    fresh = DeadAddress(employee=employee, address_hash=address_hash, reason=reason, status_code=code[:12], since=at)
    if known is not None:
        known.delete()
    # Two reports may arrive at once.
    DeadAddress.objects.bulk_create([fresh], ignore_conflicts=True)
    record("employee.address_failed", employee, by=None, via=Via.SYSTEM, data={"reason": reason, "code": code}, at=at)


def _works_again(before: datetime.datetime) -> QuerySet[DeadAddress]:
    """Addresses where messages came back, and one sent since did not."""
    arrived = Delivery.objects.filter(
        notification__recipient=OuterRef("employee"),
        channel=Channel.EMAIL,
        state=DeliveryState.SENT,
        address_hash=OuterRef("address_hash"),
        sent_at__gt=OuterRef("since"),
        sent_at__lt=before,
    )
    return DeadAddress.objects.filter(Exists(arrived))

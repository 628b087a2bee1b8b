"""Reading notifications: the inbox, what was sent about a thing, what is due."""

import datetime
from collections.abc import Collection
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import connection, models
from django.db.models import CharField, F, Func, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from hms.notifications import types
from hms.notifications.enums import Channel, DeliveryState, RoutineMail, Urgency
from hms.notifications.models import DeadAddress, Delivery, Notification, Preference
from hms.notifications.rules import dedupe_key, fingerprint
from hms.organisations.access import visibility
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Organisation
from hms.organisations.people import current, reach
from hms.tenancy.scope import current_organisation_id

# The kind of message that tries a gateway out.
TEST_SMS = "notifications.test_sms"


@visibility(Notification)
def visible_to(employee: Employee) -> QuerySet[Notification]:
    """Everybody sees their own notifications, and nobody else's."""
    return Notification.objects.filter(recipient=employee)


def inbox(employee: Employee) -> QuerySet[Notification]:
    """An employee's notifications, newest first, ready to show (the texts need the organisation)."""
    return visible_to(employee).select_related("organisation").order_by("-created_at", "-id")


def unread_count(employee: Employee) -> int:
    return visible_to(employee).filter(read_at__isnull=True).count()


def sent_about(*objects: models.Model) -> list[Notification]:
    """What was told to whom about these objects, newest first.

    Recipients and deliveries are loaded, and each has its `subject` in the active language. Two queries,
    however many objects and messages.
    """
    about = (Q(about_type=obj._meta.label_lower, about_id=obj.pk) for obj in objects)
    found = list(
        Notification.objects.filter(reduce(or_, about, Q(pk__in=[])))
        .select_related("recipient", "organisation")
        .prefetch_related(Prefetch("deliveries", Delivery.objects.order_by("id")))
        .order_by("-created_at", "-id")
    )
    for notification in found:
        notification.subject = types.get(notification.type).title(notification)
    return found


def organisations_with_due_deliveries(now: datetime.datetime) -> list[int]:
    """Ids of the organisations with a message to send. Needs no open organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_with_due_deliveries(%s)", [now])
        return [row[0] for row in cursor.fetchall()]


def address_of(employee: Employee) -> str:
    """Where an employee gets mail: the work address, else the sign-in's; empty when there is none."""
    return employee.email or (employee.user.email if employee.user_id and employee.user else "")


def language_of(employee: Employee | None, organisation: Organisation) -> str:
    """The language to speak to somebody in: their own choice, else the organisation's."""
    known = dict(settings.LANGUAGES)
    user = employee.user if employee is not None and employee.user_id else None
    candidates = [employee.language if employee else "", user.language if user else "", organisation.language]
    return next((code for code in candidates if code in known), settings.LANGUAGE_CODE)


def told_already(type_key: str, employee_ids: Collection[int], occurrence: str) -> set[int]:
    """Which of these employees have been told of the occurrence."""
    keys = {dedupe_key(type_key, str(pk), occurrence): pk for pk in employee_ids}
    known = Notification.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True)
    return {keys[key] for key in known}


def last_test_sms() -> Delivery | None:
    """The newest SMS that an administrator sent to try the gateway out."""
    tests = Delivery.objects.filter(channel=Channel.SMS, notification__type=TEST_SMS)
    return tests.select_related("notification").order_by("-id").first()


def may_choose_reminders() -> bool:
    """Whether the open organisation lets people choose how often they are reminded."""
    return Organisation.objects.values_list("people_choose_reminders", flat=True).get(pk=current_organisation_id())


def routine_mail_of(employee_ids: Collection[int]) -> dict[int, str]:
    """What people have chosen about routine reminders; those who want them daily are left out."""
    if not may_choose_reminders():
        return {}
    chosen = Preference.objects.filter(employee__in=employee_ids).exclude(routine_mail=RoutineMail.DAILY)
    return dict(chosen.values_list("employee_id", "routine_mail"))


def log_of(employee: Employee, *, lost: bool = False) -> QuerySet[Notification]:
    """What was sent to an employee and how it went, newest first, deliveries loaded.

    lost: only what did not arrive by e-mail, and has not been sent again since.
    """
    rows = Notification.objects.filter(recipient=employee).select_related("organisation")
    if lost:
        rows = rows.filter(pk__in=lost_deliveries(employee).values("notification"))
    return rows.prefetch_related(Prefetch("deliveries", Delivery.objects.order_by("id")))


def lost_deliveries(employee: Employee) -> QuerySet[Delivery]:
    """E-mails to an employee that did not arrive, the newest message first; one that was sent again is not lost."""
    later = Delivery.objects.filter(
        notification=models.OuterRef("notification"), channel=Channel.EMAIL, pk__gt=models.OuterRef("pk")
    )
    return Delivery.objects.filter(
        ~models.Exists(later),
        notification__recipient=employee,
        channel=Channel.EMAIL,
        state__in=[DeliveryState.FAILED, DeliveryState.BOUNCED],
    ).order_by("-notification__created_at", "-notification")


class Fingerprint(Func):
    """`rules.fingerprint` of a text column."""

    template = "left(encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex'), 32)"
    output_field = CharField()


def dead_addresses(*, in_force: bool = True) -> QuerySet[DeadAddress]:
    """Addresses of people who work here that do not work, people loaded.

    in_force: False for the rows that have become waste: another address now, or not employed any more.
    """
    address = Coalesce(NullIf("employee__email", Value("")), "employee__user__email", Value(""))
    holds = current(prefix="employee__") & Q(address_hash=F("address_now"))
    rows = DeadAddress.objects.alias(address_now=Fingerprint(address))
    rows = rows.filter(holds) if in_force else rows.exclude(holds)
    return rows.select_related("employee__user", "employee__unit")


def dead_address_of(employee: Employee) -> DeadAddress | None:
    """What is known of an employee's address, when it does not work."""
    row = DeadAddress.objects.filter(employee=employee).first()
    return row if row is not None and row.address_hash == fingerprint(address_of(employee)) else None


@visibility(DeadAddress)
def visible_dead_addresses(employee: Employee) -> QuerySet[DeadAddress]:
    """Administrators put them right; everybody else is told of their own where it matters, on their own page."""
    rows = dead_addresses()
    return rows if reach(employee).has(Role.ADMINISTRATOR) else rows.none()


def organisations_with_dead_addresses() -> list[int]:
    """Ids of the organisations that know of an address that does not work. Needs no open organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_with_dead_addresses()")
        return [row[0] for row in cursor.fetchall()]


def is_critical(notification: Notification) -> bool:
    """Whether a message is tried even at an address that is known not to work."""
    return types.get(notification.type).urgency == Urgency.CRITICAL or bool(notification.parameters.get("critical"))

"""Reading notifications: the inbox, what was sent about a thing, what is due."""

import datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import connection, models
from django.db.models import Prefetch, Q, QuerySet

from hms.notifications import types
from hms.notifications.models import Delivery, Notification
from hms.organisations.access import visibility
from hms.organisations.models import Employee, Organisation


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

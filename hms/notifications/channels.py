"""Which channels a message goes out on. Decided here and nowhere else, in the one statement that writes it.

In SQL, because a message is written in the middle of somebody's request: what the organisation has set up, what
the person wants and which devices there are cost no query of their own, however many people are told.
"""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from hms.notifications.enums import Channel, SmsUse, Urgency
from hms.notifications.models import Delivery, Notification
from hms.notifications.phones import e164
from hms.notifications.selectors import address_of
from hms.notifications.webpush import is_configured
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id

# has_email, has_phone, urgency: of the message. house: the organisation. wish: the person.
CHOICE = f"""
VALUES
    -- Whoever has an address gets a mail.
    ('{Channel.EMAIL}', said.has_email),
    -- An SMS is for whom no mail reaches; beyond that, organisation and person must both want it.
    ('{Channel.SMS}', house.has_sms AND said.has_phone AND (
        NOT said.has_email
        OR said.urgency = '{Urgency.CRITICAL}' AND house.sms_use = '{SmsUse.URGENT}' AND COALESCE(wish.urgent_sms, false)
    )),
    -- A device buzzes for one thing that happened, never for the collected reminder.
    ('{Channel.PUSH}', house.has_push AND said.urgency <> '{Urgency.ROUTINE}' AND EXISTS (
        SELECT FROM notifications_pushsubscription AS device
        WHERE device.organisation_id = %(organisation)s AND device.employee_id = said.recipient_id
    ))
"""
INSERT = """
WITH said AS (
    SELECT * FROM unnest(
        %(keys)s::text[], %(recipients)s::bigint[], %(addresses)s::text[], %(parameters)s::jsonb[],
        %(about_types)s::text[], %(about_ids)s::bigint[], %(times)s::timestamptz[], %(urgencies)s::text[],
        %(emails)s::boolean[], %(phones)s::boolean[], %(inbox_only)s::boolean[]
    ) AS row (
        dedupe_key, recipient_id, address, parameters, about_type, about_id, created_at, urgency,
        has_email, has_phone, inbox_only
    )
), told AS (
    INSERT INTO notifications_notification
        (dedupe_key, recipient_id, address, parameters, about_type, about_id, created_at, {notification_columns})
    SELECT dedupe_key, recipient_id, address, parameters, about_type, about_id, created_at, {notification_values}
    FROM said
    ON CONFLICT (organisation_id, dedupe_key) DO NOTHING RETURNING id, dedupe_key
), house AS (
    SELECT
        %(is_demo)s OR COALESCE(bool_or(sms_gateway <> ''), false) AS has_sms,
        max(sms_use) AS sms_use,
        %(has_push)s AND COALESCE(bool_and(push_allowed), true) AS has_push
    FROM notifications_channelsettings WHERE organisation_id = %(organisation)s
), queued AS (
    INSERT INTO notifications_delivery (notification_id, channel, message_id, {delivery_columns})
    SELECT told.id, option.channel, '<' || gen_random_uuid() || %(message_id)s, {delivery_values}
    FROM told JOIN said USING (dedupe_key) CROSS JOIN house
    LEFT JOIN notifications_preference AS wish
        ON wish.organisation_id = %(organisation)s AND wish.employee_id = said.recipient_id
    CROSS JOIN LATERAL ({choice}) AS option (channel, wanted)
    WHERE option.wanted AND NOT said.inbox_only
    RETURNING id, notification_id
)
SELECT told.dedupe_key, told.id, queued.id FROM told LEFT JOIN queued ON queued.notification_id = told.id
"""
_SAID = {"dedupe_key", "recipient", "address", "parameters", "about_type", "about_id", "created_at"}
_CHOSEN = {"notification", "channel", "message_id"}


@dataclass(frozen=True)
class Saying:
    """One message to one recipient, before it is written. `key` names recipient and occurrence."""

    key: str
    to: Employee | str
    about: models.Model
    parameters: dict[str, Any]
    urgency: str
    inbox_only: bool
    at: datetime.datetime


@dataclass
class Written:
    """What the statement wrote: ids of notifications by key, and of all deliveries."""

    notifications: dict[str, int] = field(default_factory=dict)
    deliveries: list[int] = field(default_factory=list)


def write(type_key: str, sayings: Sequence[Saying]) -> Written:
    """Insert notifications, and a delivery for every chosen channel: one statement, no race with another request.

    What was said before (the same key) is left out. Employees should have `user` loaded.
    """
    encoder = DjangoJSONEncoder()
    employees = [saying.to if isinstance(saying.to, Employee) else None for saying in sayings]
    addresses = ["" if isinstance(saying.to, Employee) else saying.to for saying in sayings]
    rest_of_notification = _rest(Notification(type=type_key), but=_SAID)
    rest_of_delivery = _rest(Delivery(), but=_CHOSEN)
    statement = INSERT.format(
        choice=CHOICE,
        notification_columns=rest_of_notification.columns, notification_values=rest_of_notification.marks,
        delivery_columns=rest_of_delivery.columns, delivery_values=rest_of_delivery.marks,
    )  # fmt: skip
    values = {
        **rest_of_notification.values,
        **rest_of_delivery.values,
        "organisation": current_organisation_id(),
        "keys": [saying.key for saying in sayings],
        "recipients": [employee.pk if employee else None for employee in employees],
        "addresses": addresses,
        "parameters": [encoder.encode(saying.parameters) for saying in sayings],
        "about_types": [saying.about._meta.label_lower for saying in sayings],
        "about_ids": [saying.about.pk for saying in sayings],
        "times": [saying.at for saying in sayings],
        "urgencies": [str(saying.urgency) for saying in sayings],
        "emails": [bool(address_of(who) if who else known) for who, known in zip(employees, addresses, strict=True)],
        "phones": [bool(who and e164(who.phone)) for who in employees],
        "inbox_only": [saying.inbox_only for saying in sayings],
        # Nothing leaves the demo's machine: its SMS lie in its mailbox.
        "is_demo": settings.DEMO,
        "has_push": is_configured(),
        "message_id": _message_id_end(),
    }
    written = Written()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for key, notification_id, delivery_id in cursor.fetchall():
            written.notifications[key] = notification_id
            if delivery_id is not None:
                written.deliveries.append(delivery_id)
    return written


def message_id() -> str:
    """A new one, for a delivery that is written by itself."""
    return f"<{uuid.uuid4()}{_message_id_end()}"


def _message_id_end() -> str:
    return f"@{urlparse(settings.PUBLIC_URL).hostname}>"


@dataclass(frozen=True)
class _Rest:
    columns: str
    marks: str
    values: dict[str, Any]


def _rest(obj: models.Model, *, but: set[str]) -> _Rest:
    """The columns that are the same for every row, with their values as the model has them."""
    fields = [each for each in obj._meta.concrete_fields if not each.primary_key and each.name not in but]
    prefix = obj._meta.model_name
    values = {
        f"{prefix}_{each.column}": each.get_db_prep_save(getattr(obj, each.attname), connection) for each in fields
    }
    # A NULL has no type of its own in a SELECT.
    types = [each.rel_db_type(connection) if each.is_relation else each.db_type(connection) for each in fields]
    marks = [f"%({name})s::{type_name}" for name, type_name in zip(values, types, strict=True)]
    return _Rest(", ".join(f'"{each.column}"' for each in fields), ", ".join(marks), values)

"""Which channels a message goes out on. Decided here and nowhere else, in the one statement that writes it.

In SQL, because a message is written in the middle of somebody's request: what the organisation has set up, what
the person wants and which devices there are cost no query of their own, however many people are told.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, models

from hms.core.mail import message_id_end, new_message_id
from hms.core.rows import Statement, as_json, run
from hms.notifications.enums import Channel, SmsUse, Urgency
from hms.notifications.models import Delivery, Notification
from hms.notifications.phones import e164
from hms.notifications.rules import fingerprint
from hms.notifications.selectors import address_of
from hms.notifications.webpush import is_configured
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id

# No SMS that can wait is sent between these, by the organisation's clock.
QUIET_FROM, QUIET_UNTIL = datetime.time(21), datetime.time(7)

# has_email, has_phone, urgency: of the message. house: the organisation. wish: the person.
CHOICE = f"""
VALUES
    -- Whoever has an address gets a mail.
    ('{Channel.EMAIL}', said.has_email),
    -- An SMS is for whom no mail reaches; beyond that, organisation and person must both want it.
    ('{Channel.SMS}', house.has_sms AND said.has_phone AND (
        NOT said.has_email
        OR EXISTS (
            SELECT FROM notifications_deadaddress AS dead
            WHERE dead.organisation_id = said.organisation_id AND dead.employee_id = said.recipient_id
                AND dead.address_hash = said.address_hash
        )
        OR said.urgency = '{Urgency.CRITICAL}' AND house.sms_use = '{SmsUse.URGENT}' AND COALESCE(wish.urgent_sms, false)
    )),
    -- A device buzzes for one thing that happened, never for the collected reminder.
    ('{Channel.PUSH}', house.has_push AND said.urgency <> '{Urgency.ROUTINE}' AND EXISTS (
        SELECT FROM notifications_pushsubscription AS device
        WHERE device.organisation_id = said.organisation_id AND device.employee_id = said.recipient_id
    ))
"""  # noqa: S608  names of choices
# A phone that lies by the bed is left alone at night, unless it cannot wait.
MOMENT = f"""
SELECT CASE
    WHEN option.channel <> '{Channel.SMS}' OR said.urgency = '{Urgency.CRITICAL}' THEN said.send_at
    WHEN local.time >= '{QUIET_FROM:%H:%M}' THEN (local.day + 1 + time '{QUIET_UNTIL:%H:%M}') AT TIME ZONE house.time_zone
    WHEN local.time < '{QUIET_UNTIL:%H:%M}' THEN (local.day + time '{QUIET_UNTIL:%H:%M}') AT TIME ZONE house.time_zone
    ELSE said.send_at
END FROM (
    SELECT (said.send_at AT TIME ZONE house.time_zone)::date, (said.send_at AT TIME ZONE house.time_zone)::time
) AS local (day, time)
"""  # noqa: S608  names of choices
INSERT = """
WITH said AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
        organisation_id bigint, type text, dedupe_key text, recipient_id bigint, address text, parameters jsonb,
        about_type text, about_id bigint, created_at timestamptz, urgency text, address_hash text, has_email boolean,
        has_phone boolean, inbox_only boolean, send_at timestamptz, day_only boolean
    )
), told AS (
    INSERT INTO notifications_notification
        (organisation_id, type, dedupe_key, recipient_id, address, parameters, about_type, about_id, created_at,
        {notification_columns})
    SELECT organisation_id, type, dedupe_key, recipient_id, address, parameters, about_type, about_id, created_at,
        {notification_values}
    FROM said
    ON CONFLICT (organisation_id, dedupe_key) DO NOTHING RETURNING organisation_id, id, dedupe_key
), house AS MATERIALIZED (
    SELECT organisation_id,
        %(is_demo)s::boolean OR COALESCE(bool_or(setting.sms_gateway <> ''), false) AS has_sms,
        max(setting.sms_use) AS sms_use,
        max(place.time_zone) AS time_zone,
        %(has_push)s::boolean AND COALESCE(bool_and(setting.push_allowed), true) AS has_push
    FROM (SELECT DISTINCT organisation_id FROM said) AS organisation
    JOIN organisations_organisation AS place ON place.id = organisation_id
    LEFT JOIN notifications_channelsettings AS setting USING (organisation_id)
    GROUP BY organisation_id
), queued AS (
    INSERT INTO notifications_delivery
        (organisation_id, notification_id, channel, message_id, due_at, next_attempt_at, day_only, {delivery_columns})
    SELECT said.organisation_id, told.id, option.channel,
        '<' || said.organisation_id || '.' || gen_random_uuid() || %(message_id_end)s::text,
        moment.at, moment.at, said.day_only, {delivery_values}
    FROM told JOIN said USING (organisation_id, dedupe_key) JOIN house USING (organisation_id)
    LEFT JOIN notifications_preference AS wish
        ON wish.organisation_id = said.organisation_id AND wish.employee_id = said.recipient_id
    CROSS JOIN LATERAL ({choice}) AS option (channel, wanted)
    CROSS JOIN LATERAL ({moment}) AS moment (at)
    WHERE option.wanted AND NOT said.inbox_only
    RETURNING id, notification_id
)
SELECT told.dedupe_key, told.id, queued.id FROM told LEFT JOIN queued ON queued.notification_id = told.id
"""
_SAID = {
    "organisation", "type", "dedupe_key", "recipient", "address", "parameters", "about_type", "about_id", "created_at",
}  # fmt: skip
_CHOSEN = {"organisation", "notification", "channel", "message_id", "due_at", "next_attempt_at", "day_only"}


class Saying(NamedTuple):
    """One message to one recipient, before it is written. `key` names kind, recipient and occurrence.

    `day_only`: it is about somebody anonymous, so that no minute may stay; `send_at` is when it is sent.
    """

    type: str
    key: str
    to: Employee | str
    about: models.Model
    parameters: dict[str, Any]
    urgency: str
    inbox_only: bool
    at: datetime.datetime
    send_at: datetime.datetime
    day_only: bool = False


@dataclass
class Written:
    """What the statement wrote: ids of notifications by key, and of all deliveries."""

    notifications: dict[str, int] = field(default_factory=dict)
    deliveries: list[int] = field(default_factory=list)


def write(sayings: Sequence[Saying]) -> Written:
    """Insert notifications, and a delivery for every chosen channel: one statement, no race with another request.

    What was said before (the same key) is left out. Employees should have `user` loaded.
    """
    return write_rows([row_of(saying) for saying in sayings])


def write_rows(rows: Sequence[dict[str, Any]]) -> Written:
    """As :func:`write`, for what :func:`row_of` made, in the open organisation or in several that are open together.

    Keys are of one organisation: those of `Written` say nothing where there are several.
    """
    written = Written()
    values = {
        **_constants(Notification, but=_SAID),
        **_constants(Delivery, but=_CHOSEN),
        "rows": as_json(rows),
        # Nothing leaves the demo's machine: its SMS lie in its mailbox.
        "is_demo": settings.DEMO,
        "has_push": is_configured(),
        "message_id_end": message_id_end(),
    }
    for key, notification_id, delivery_id in run(_statement(), values):
        written.notifications[key] = notification_id
        if delivery_id is not None:
            written.deliveries.append(delivery_id)
    return written


def row_of(saying: Saying) -> dict[str, Any]:
    """What is written of one message, of the open organisation."""
    employee = saying.to if isinstance(saying.to, Employee) else None
    address = "" if isinstance(saying.to, Employee) else saying.to
    email = address_of(employee) if employee else address
    return {
        "organisation_id": current_organisation_id(),
        "type": saying.type,
        "dedupe_key": saying.key,
        "recipient_id": employee.pk if employee else None,
        "address": address,
        "parameters": saying.parameters,
        "about_type": saying.about._meta.label_lower,
        "about_id": saying.about.pk,
        "created_at": saying.at,
        "urgency": str(saying.urgency),
        "address_hash": fingerprint(email),
        "has_email": bool(email),
        "has_phone": bool(employee and e164(employee.phone)),
        "inbox_only": saying.inbox_only,
        "send_at": saying.send_at,
        "day_only": saying.day_only,
    }


def message_id() -> str:
    """A new one, for a delivery that is written by itself."""
    return new_message_id(current_organisation_id())


# The columns that are the same for every row of a statement, with their values as the model has them.


@cache
def _statement() -> Statement:
    notification, delivery = _rest(Notification, but=_SAID), _rest(Delivery, but=_CHOSEN)
    text = INSERT.format(
        choice=CHOICE, moment=MOMENT,
        notification_columns=_columns(notification), notification_values=_marks(notification),
        delivery_columns=_columns(delivery), delivery_values=_marks(delivery),
    )  # fmt: skip
    return Statement(text)


def _rest(model: type[models.Model], *, but: set[str]) -> list[models.Field]:
    return [each for each in model._meta.concrete_fields if not each.primary_key and each.name not in but]


def _name(field: models.Field) -> str:
    return f"{field.model._meta.model_name}_{field.column}"


def _columns(fields: list[models.Field]) -> str:
    return ", ".join(f'"{each.column}"' for each in fields)


def _marks(fields: list[models.Field]) -> str:
    # A NULL has no type of its own in a SELECT.
    types = [each.rel_db_type(connection) if each.is_relation else each.db_type(connection) for each in fields]
    return ", ".join(f"%({_name(each)})s::{type_name}" for each, type_name in zip(fields, types, strict=True))


def _constants(model: type[models.Model], *, but: set[str]) -> dict[str, Any]:
    # Defaults are worked out each time: some of them are the moment.
    return {_name(each): each.get_db_prep_save(each.get_default(), connection) for each in _rest(model, but=but)}

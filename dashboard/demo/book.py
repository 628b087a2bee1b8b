"""Rows are made in memory, with ids from the tables' own sequences, and written in bulk."""

import datetime
import uuid
from collections.abc import Iterator
from typing import Any, TypeVar

from django.db import connection, models

from hms.audit.enums import Via
from hms.audit.models import Event
from hms.notifications.enums import Channel
from hms.notifications.models import Delivery, Notification
from hms.organisations.models import Employee

M = TypeVar("M", bound=models.Model)
_BLOCK = 500


class Book:
    """Collects one organisation's rows; `write()` inserts them.

    Attributes:
        now: the moment of loading; nothing is later.
    """

    # Messages of the last hours wait in the outbox, so that the demo's mailbox fills when the worker starts.
    FRESH = datetime.timedelta(hours=3)
    # In the cases that a newcomer is shown, those of the whole day do.
    OF_TODAY = datetime.timedelta(hours=17)
    # Older ones have been read.
    UNREAD = datetime.timedelta(hours=52)

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now
        self.fresh = self.FRESH
        self.rows: dict[type[models.Model], list[models.Model]] = {}
        self._ids: dict[type[models.Model], Iterator[int]] = {}

    def add(self, obj: M) -> M:
        """Give the object its id and keep it for writing."""
        model = type(obj)
        obj.pk = next(self._ids.setdefault(model, _sequence(model)))
        self.rows.setdefault(model, []).append(obj)
        return obj

    def event(
        self,
        verb: str,
        about: models.Model,
        *,
        at: datetime.datetime,
        by: Employee | None,
        root: models.Model | None = None,
        via: str = Via.WEB,
        data: dict[str, Any] | None = None,
    ) -> Event:
        """As `audit.services.record`, at a time in the past."""
        anchor = root or about
        return self.add(
            Event(
                at=min(at, self.now),
                actor=by,
                verb=verb,
                via=via,
                object_type=about._meta.label_lower,
                object_id=about.pk,
                root_type=anchor._meta.label_lower,
                root_id=anchor.pk,
                data=data or {},
            )
        )

    def notify(
        self,
        type_key: str,
        *,
        to: Employee | str,
        about: models.Model,
        at: datetime.datetime,
        dedupe: str,
        parameters: dict[str, Any],
        email: bool = True,
    ) -> None:
        """As `notifications.services.notify`; what is not fresh was sent long ago."""
        employee = to if isinstance(to, Employee) else None
        who = str(employee.pk) if employee else "address"
        age = self.now - at
        read_at = at + datetime.timedelta(hours=7) if age > self.UNREAD else None
        notification = self.add(
            Notification(
                type=type_key,
                recipient=employee,
                address="" if employee else to,
                parameters=parameters,
                about_type=about._meta.label_lower,
                about_id=about.pk,
                dedupe_key=f"{type_key}:{who}:{dedupe}",
                created_at=min(at, self.now),
                read_at=read_at,
            )
        )
        # As `notifications.channels`, of which a load in bulk needs the simple half.
        has_email = employee is None or bool(employee.email)
        if age <= self.fresh and email and (has_email or employee.phone):
            message_id = f"<{uuid.uuid4()}@hms.example>"
            channel = Channel.EMAIL if has_email else Channel.SMS
            self.add(
                Delivery(notification=notification, channel=channel, message_id=message_id, next_attempt_at=self.now)
            )

    def write(self) -> None:
        """Insert everything. Foreign keys are checked at the end of the transaction, so any order does."""
        for model, rows in self.rows.items():
            model._base_manager.bulk_create(rows, batch_size=500)
        self.rows.clear()


def _sequence(model: type[models.Model]) -> Iterator[int]:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [model._meta.db_table, _BLOCK],
            )
            block = [row[0] for row in cursor.fetchall()]
        yield from block

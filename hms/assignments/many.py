"""The same work for many people at once: a handful of statements, however many they are."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from hms.assignments import sources
from hms.assignments._writing import event_data
from hms.assignments.enums import State
from hms.assignments.messages import parameters
from hms.assignments.models import ActionLink, Assignment
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.notifications.services import Told, notify_many
from hms.organisations.models import Employee

BATCH = 1000


def assign_many(
    people: Sequence[Employee],
    *,
    kind: str,
    title: str,
    due_on: datetime.date,
    source: models.Model,
    by: Employee | None,
    requested_by: Employee | None = None,
    at: datetime.datetime | None = None,
    tell: bool = True,
) -> list[Assignment]:
    """Put the same work on each of many.

    Effects: for each an open assignment, an event, and a message unless they gave it to themself. The ladders begin
    with the next sweep. As :func:`hms.assignments.services.assign`, in as many statements as a thousand people fit in.

    Args:
        people: with `user` loaded.
        tell: False where the caller tells them in words of its own.
    """
    given_at = at or timezone.now()
    given = Assignment.objects.bulk_create(
        (
            Assignment(
                kind=kind,
                title=title,
                assignee=person,
                due_on=due_on,
                source_kind=source._meta.label_lower,
                source_id=source.pk,
                requested_by=requested_by,
                created_at=given_at,
                armed_at=given_at,
                next_step_at=given_at,
            )
            for person in people
        ),
        batch_size=BATCH,
    )
    if not given:
        return []
    root = sources.root_of(given[0])
    for assignment in given:
        sources.keep_root(assignment, root)
    _record("assignment.assigned", {one: {"to": one.assignee_id} for one in given}, root, by=by, at=given_at)
    if not tell:
        return given
    asker = requested_by or by
    told = [
        Told(assignment.assignee, assignment, f"given-{assignment.pk}", parameters(assignment, by=asker))
        for assignment in given
        if by is None or assignment.assignee_id != by.pk
    ]
    notify_many("assignments.assigned", told)
    return given


def end_many(assignments: Collection[Assignment], *, by: Employee | None, root: models.Model) -> None:
    """Call off work that is not asked of these people any more. Effects: states, links, events; nobody is told."""
    ids = [assignment.pk for assignment in assignments]
    now = timezone.now()
    ended = Assignment.objects.filter(pk__in=ids, state__in=[State.PLANNED, State.OPEN])
    ended.update(state=State.CANCELLED, ended_at=now, ended_by=by, next_step_at=None)
    ActionLink.objects.filter(assignment__in=ids, revoked_at__isnull=True).update(revoked_at=now)
    moves = {one: {"from": one.state, "to": State.CANCELLED} for one in assignments}
    _record("assignment.cancelled", moves, root, by=by, at=now)


def move_many(
    assignments: Collection[Assignment], *, due_on: datetime.date, by: Employee | None, root: models.Model
) -> None:
    """Give open work of many people a new due date. Effects: dates, ladders anew with the next sweep, events."""
    now = timezone.now()
    Assignment.objects.filter(pk__in=[assignment.pk for assignment in assignments], state=State.OPEN).update(
        due_on=due_on, armed_at=now, next_step_at=now
    )
    dates = {one: {"from": one.due_on, "to": due_on} for one in assignments}
    _record("assignment.due_date_changed", dates, root, by=by, at=now)


def _record(
    verb: str,
    told: Mapping[Assignment, dict[str, Any]],
    root: models.Model,
    *,
    by: Employee | None,
    at: datetime.datetime,
) -> None:
    Event.objects.bulk_create(
        (
            Event(
                at=at,
                actor=by,
                verb=verb,
                via=Via.SYSTEM if by is None else Via.WEB,
                object_type=assignment._meta.label_lower,
                object_id=assignment.pk,
                root_type=root._meta.label_lower,
                root_id=root.pk,
                data=event_data(assignment, data),
            )
            for assignment, data in told.items()
        ),
        batch_size=BATCH,
    )

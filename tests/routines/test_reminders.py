"""What is not read or not revised is reminded of and told upward, by the same engine as everything else."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from hms.assignments import tasks
from hms.assignments.models import Reminder
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from routines import services
from tests.routines.helpers import publish

OSLO = ZoneInfo("Europe/Oslo")


def at(month: int, day: int, year: int = 2026) -> datetime.datetime:
    return datetime.datetime(year, month, day, 8, tzinfo=OSLO)


@pytest.fixture
def clock():
    with time_machine.travel(at(8, 3), tick=False) as traveller:
        yield traveller


def told(cast, kind: str) -> set[tuple[int, str]]:
    with tenant(cast.fjellvik):
        rows = Reminder.objects.filter(assignment__kind=kind)
        return set(rows.values_list("offset_days", "recipient"))


def sweep_until(cast, clock, last: datetime.datetime) -> None:
    """Every morning of a while, as the workers do it."""
    day = datetime.datetime.now(OSLO)
    while day < last:
        day += datetime.timedelta(days=1)
        clock.move_to(day)
        with tenant(cast.fjellvik):
            services.turn()
        tasks.take_due_steps([cast.fjellvik.pk])


def test_unread_routine_is_reminded_of_and_told_the_manager_and_nobody_above(cast, clock):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        services.turn()
        services.confirm(routine, cast.kari, version=1)
        services.confirm(routine, cast.amir, version=1)
    sweep_until(cast, clock, at(10, 15))
    assert told(cast, "read") == {(-7, "assignee"), (-1, "assignee"), (1, "assignee"), (7, "assignee"), (14, "manager")}
    with tenant(cast.fjellvik):
        about = Notification.objects.filter(type="assignments.escalated")
        assert {one.recipient.given_name for one in about} == {"Amir"}
        services.confirm(routine, cast.ingrid, version=1)
    before = told(cast, "read")
    sweep_until(cast, clock, at(11, 5))
    assert told(cast, "read") == before


def test_late_revision_goes_up_the_line(cast, clock):
    with tenant(cast.fjellvik):
        publish(cast, must_confirm=False)
    clock.move_to(at(6, 18, 2027))
    sweep_until(cast, clock, at(9, 24, 2027))
    assert {(-7, "assignee"), (1, "assignee"), (14, "manager"), (30, "hse_manager")} <= told(cast, "revise")
    with tenant(cast.fjellvik):
        about = Notification.objects.filter(type="assignments.escalated")
        assert {"Helene", "Sunniva"} <= {one.recipient.given_name for one in about}

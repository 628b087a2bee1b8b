"""Ten thousand organisations of a hundred open actions each, of which five must be reminded of and every second has
one to escalate. One is made by the code that people's clicks run, the others are its copies (bench/data.py).
"""

import datetime
import sys

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.data import BLOCK, build  # noqa: E402
from deviations.enums import ReporterKind  # noqa: E402
from deviations.services.reporting import report  # noqa: E402
from hms.actions import services as actions  # noqa: E402
from hms.actions.models import ActionPlan  # noqa: E402
from hms.actions.selectors import actions_of  # noqa: E402
from hms.assignments.arming import arm  # noqa: E402
from hms.assignments.models import Assignment, Reminder  # noqa: E402
from hms.notifications.models import Delivery, Notification  # noqa: E402
from hms.organisations.calendar import WorkCalendar  # noqa: E402
from hms.organisations.enums import Role  # noqa: E402
from hms.organisations.models import (  # noqa: E402
    Employee,
    Organisation,
    RoleHolding,
    SafetyArea,
    SafetyAreaUnit,
    Unit,
)
from hms.organisations.services import create_unit  # noqa: E402
from hms.tenancy.scope import tenant  # noqa: E402

OPEN, DUE = 100, 5
UNITS, PEOPLE = 4, 8
ESCALATED = "Sjekk lenkestolene"
CALENDAR = WorkCalendar("Europe/Oslo")


def moment_from(today: datetime.date) -> datetime.datetime:
    """A working day's morning some weeks ahead: what is made now is past its first reminders then."""
    day = CALENDAR.shift(today + datetime.timedelta(days=60), 1)
    return CALENDAR.morning(day) + datetime.timedelta(hours=1)


def template() -> None:
    """One organisation: four units with a manager and eight people each, one case whose plan has a hundred actions."""
    now = moment_from(timezone.localdate())
    organisation = Organisation.objects.create(name="Virksomhet 0", slug="v0", statement_required=False)
    with tenant(organisation):
        people = _people()
        plan = _plan(organisation, people)
        today = CALENDAR.local_date(now)
        later, tomorrow = CALENDAR.shift(today, 40), CALENDAR.shift(today, 1)
        dates = [tomorrow] * DUE + [CALENDAR.shift(today, -14)] + [later] * (OPEN - DUE - 1)
        for number, due_on in enumerate(dates):
            actions.add_action(
                plan,
                title=ESCALATED if number == DUE else f"Sjekk stige nummer {number}",
                responsible=people[number % len(people)],
                due_on=due_on,
                by=people[0],
            )
        actions.decide(plan, organisation=organisation, by=people[0], reason="Haster")
        long_ago = now - datetime.timedelta(days=90)
        for action in actions_of(plan):
            arm(action.assignment, at=long_ago)
            _say_what_is_past(action.assignment, now)
        # What making the template told and logged is no part of what is measured.
        for model in (Delivery, Notification):
            model.objects.all().delete()
        Assignment.objects.exclude(source_kind="actions.action").update(next_step_at=None)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_moment AS SELECT %s::timestamptz AS at", [now])


def _say_what_is_past(assignment: Assignment, now: datetime.datetime) -> None:
    """Mark the steps before this morning as taken, and find the next one."""
    from hms.assignments.arming import clock_of
    from hms.assignments.ladder import remaining
    from hms.assignments.selectors import ladder_of

    morning = now - datetime.timedelta(hours=2)
    ladder = ladder_of(assignment.kind, critical=False)
    for at, step in remaining(ladder, clock_of(assignment, CALENDAR), CALENDAR):
        if at < morning:
            Reminder.objects.create(
                assignment=assignment, anchor=step.anchor, offset_days=step.offset_days, recipient=step.recipient,
                due_on=assignment.due_on,
            )  # fmt: skip
    arm(assignment, at=assignment.armed_at)


def _people() -> list[Employee]:
    top = create_unit(name="Virksomheten", parent=None, by=None)
    leader = _person("Leder", top)
    RoleHolding.objects.create(employee=leader, role=Role.TOP_LEADER)
    RoleHolding.objects.create(employee=leader, role=Role.MANAGER, unit=top)
    RoleHolding.objects.create(employee=_person("HMS", top), role=Role.HSE_MANAGER)
    area = SafetyArea.objects.create(name="Hele virksomheten")
    SafetyAreaUnit.objects.create(safety_area=area, unit=top)
    RoleHolding.objects.create(employee=_person("Verneombud", top), role=Role.SAFETY_REP, safety_area=area)
    people = []
    for number in range(UNITS):
        unit = create_unit(name=f"Avdeling {number}", parent=top, by=None)
        manager = _person(f"Avdelingsleder {number}", unit)
        RoleHolding.objects.create(employee=manager, role=Role.MANAGER, unit=unit)
        people += [_person(f"Person {number} {index}", unit) for index in range(PEOPLE)]
    return people


def _person(name: str, unit: Unit) -> Employee:
    return Employee.objects.create(
        given_name=name, family_name="Nes", unit=unit, email=f"{name.replace(' ', '.').lower()}@virksomhet.example",
        starts_on=datetime.date(2020, 1, 1),
    )  # fmt: skip


def _plan(organisation: Organisation, people: list[Employee]) -> ActionPlan:
    case = report(
        organisation=organisation, unit=people[0].unit, description="Stigen er skadet.", severity=2,
        reporter_kind=ReporterKind.EMPLOYEE, reporter=people[1],
    ).deviation  # fmt: skip
    return actions.start_plan(case, title="Stiger og lenkestoler", unit=case.unit, owner=people[0], by=people[0])


def thin_out() -> None:
    """Leave the escalation to every second organisation: the others have had it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assignments_assignment SET next_step_at = next_step_at + interval '60 days' "
            "WHERE title = %s AND (id / %s) %% 2 = 1",
            [ESCALATED, BLOCK],
        )
        cursor.execute("VACUUM (ANALYZE) assignments_assignment")


if __name__ == "__main__":
    build(int(sys.argv[1]), template)
    thin_out()

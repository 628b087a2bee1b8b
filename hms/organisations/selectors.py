"""Reading the organisation: who leads, who represents, who is employed."""

import datetime
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from hms.accounts.models import User
from hms.organisations.enums import Role
from hms.organisations.models import Absence, Employee, Membership, RoleHolding, SafetyAreaUnit, Unit
from hms.organisations.people import current


def memberships_of(user: User) -> QuerySet[Membership]:
    """The organisations a user may open, by name."""
    return (
        Membership.objects.filter(user=user, organisation__is_active=True)
        .select_related("organisation")
        .order_by("organisation__name")
    )


def employed(on: datetime.date | None = None) -> QuerySet[Employee]:
    """Everybody who works in the organisation on a date (today when left out)."""
    return Employee.objects.filter(current(on))


def holders(*roles: str, on: datetime.date | None = None) -> QuerySet[Employee]:
    """Employed people who hold any of these roles now."""
    return employed(on).filter(current(on, "role_holdings__"), role_holdings__role__in=roles).distinct()


def is_away(employee: Employee, on: datetime.date | None = None) -> bool:
    """Whether an absence is registered for the day."""
    day = on or timezone.localdate()
    return Absence.objects.filter(employee=employee, starts_on__lte=day, ends_on__gte=day).exists()


def managers_of(unit: Unit, on: datetime.date | None = None) -> list[Employee]:
    """Leaders from the unit upward, the nearest first; absent ones are replaced by their deputies."""
    day = on or timezone.localdate()
    holdings = (
        RoleHolding.objects.filter(
            current(day), current(day, "employee__"), role=Role.MANAGER, unit_id__in=unit.path
        )
        .select_related("employee")
        .order_by("starts_on", "id")
    )
    nearest_first = sorted(holdings, key=lambda holding: -unit.path.index(holding.unit_id))
    away = {
        absence.employee_id: absence.deputy
        for absence in Absence.objects.filter(
            employee__in=[holding.employee_id for holding in nearest_first], starts_on__lte=day, ends_on__gte=day
        ).select_related("deputy")
    }
    line: list[Employee] = []
    for holding in nearest_first:
        person = away.get(holding.employee_id, holding.employee)
        if person is not None and person.is_employed(day) and person not in line:
            line.append(person)
    return line


def responsible_manager(
    unit: Unit, *, passing: Iterable[Employee | None] = (), on: datetime.date | None = None
) -> Employee | None:
    """The nearest leader upward who is there and is not among `passing`.

    When the line is empty the HSE manager, then the top leader answers: nothing is left with nobody.
    """
    skipped = {person.pk for person in passing if person is not None}
    for person in managers_of(unit, on):
        if person.pk not in skipped:
            return person
    for role in (Role.HSE_MANAGER, Role.TOP_LEADER):
        person = holders(role, on=on).exclude(pk__in=skipped).order_by("id").first()
        if person is not None:
            return person
    return None


def line_manager_of(employee: Employee, on: datetime.date | None = None) -> Employee | None:
    """The leader above an employee: never the person themself."""
    return responsible_manager(employee.unit, passing=[employee], on=on)


def safety_reps_of(unit: Unit, on: datetime.date | None = None) -> list[Employee]:
    """Safety representatives of the nearest safety area upward; the senior one when it has none."""
    area_of_unit = dict(SafetyAreaUnit.objects.filter(unit_id__in=unit.path).values_list("unit_id", "safety_area_id"))
    area = next((area_of_unit[node] for node in reversed(unit.path) if node in area_of_unit), None)
    if area is not None:
        reps = list(
            employed(on)
            .filter(
                current(on, "role_holdings__"),
                role_holdings__role=Role.SAFETY_REP,
                role_holdings__safety_area_id=area,
            )
            .distinct()
            .order_by("id")
        )
        if reps:
            return reps
    return list(holders(Role.SENIOR_SAFETY_REP, on=on).order_by("id"))

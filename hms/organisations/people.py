"""Who somebody is in the organisation: their roles and reach, read once per request."""

import datetime
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from hms.organisations.enums import Role
from hms.organisations.models import Employee, RoleHolding, SafetyAreaUnit, Unit


def current(on: datetime.date | None = None, prefix: str = "") -> Q:
    """Filter for dated rows (employment, role) that hold on a date (today when left out)."""
    day = on or timezone.localdate()
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": day})
    )


@dataclass
class Reach:
    """An employee's current roles and the units they cover. Queries run when first asked for."""

    employee: Employee
    on: datetime.date = field(default_factory=timezone.localdate)

    @cached_property
    def holdings(self) -> list[RoleHolding]:
        return list(RoleHolding.objects.filter(current(self.on), employee=self.employee))

    def has(self, *roles: str) -> bool:
        """Whether the employee holds any of these roles now."""
        return any(holding.role in roles for holding in self.holdings)

    @cached_property
    def managed_unit_ids(self) -> frozenset[int]:
        """Units led by the employee, and all below them."""
        led = [holding.unit_id for holding in self.holdings if holding.role == Role.MANAGER]
        if not led:
            return frozenset()
        return frozenset(Unit.objects.filter(path__overlap=led).values_list("id", flat=True))

    @cached_property
    def safety_unit_ids(self) -> frozenset[int]:
        """Units whose nearest safety area the employee represents (everything for the senior one)."""
        if self.has(Role.SENIOR_SAFETY_REP):
            return frozenset(Unit.objects.values_list("id", flat=True))
        areas = {holding.safety_area_id for holding in self.holdings if holding.role == Role.SAFETY_REP}
        if not areas:
            return frozenset()
        area_of_unit = dict(SafetyAreaUnit.objects.values_list("unit_id", "safety_area_id"))
        return frozenset(
            unit_id
            for unit_id, path in Unit.objects.values_list("id", "path")
            if next((area_of_unit[node] for node in reversed(path) if node in area_of_unit), None) in areas
        )

    @property
    def sees_all_units(self) -> bool:
        return self.has(Role.HSE_MANAGER, Role.SENIOR_SAFETY_REP)


def reach(employee: Employee) -> Reach:
    """The employee's reach, kept on the object for as long as the object lives (one request, one task)."""
    known = getattr(employee, "_reach", None)
    if known is None:
        known = employee._reach = Reach(employee)
    return known

"""Dated roles."""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.audit.services import record
from hms.organisations.enums import AREA_ROLES, EXPIRING_ROLES, UNIT_ROLES, Role
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, RoleHolding, SafetyArea, Unit
from hms.organisations.people import current
from hms.organisations.services._writing import save_changes, via

ONE_DAY = datetime.timedelta(days=1)


def grant_role(
    employee: Employee,
    role: str,
    *,
    by: Employee | None,
    unit: Unit | None = None,
    safety_area: SafetyArea | None = None,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> RoleHolding:
    """Give a role from a date (today when left out). Effects: the holding, an event on the employee.

    Raises:
        Refused: when the role lacks its unit, area or end, the dates are the wrong way round, or the person has it.
    """
    starts_on = starts_on or timezone.localdate()
    # A unit belongs to a manager only, an area to a safety representative only: nothing else is kept.
    unit = unit if role in UNIT_ROLES else None
    safety_area = safety_area if role in AREA_ROLES else None
    _check_place(role, unit, safety_area)
    _check_period(role, starts_on, ends_on)
    _check_free(employee, role, unit, safety_area, starts_on, ends_on)
    if employee.ends_on is not None and starts_on > employee.ends_on:
        raise Refused(_("%(name)s has left by then.") % {"name": employee.name}, field="employee")
    holding = RoleHolding.objects.create(
        employee=employee, role=role, unit=unit, safety_area=safety_area, starts_on=starts_on, ends_on=ends_on
    )
    record("role.granted", holding, by=by, via=via(by), root=employee, data={"role": role})
    return holding


def change_role(
    holding: RoleHolding, *, by: Employee | None, starts_on: datetime.date, ends_on: datetime.date | None
) -> bool:
    """Change the period of a role. Effects: the holding, an event.

    Raises:
        Refused: when the dates are wrong, overlap the same role, or leave no administrator.
    """
    _check_period(holding.role, starts_on, ends_on)
    _check_free(holding.employee, holding.role, holding.unit, holding.safety_area, starts_on, ends_on, but=holding)
    _keep_an_administrator(holding, today_without=starts_on > timezone.localdate(), after=ends_on)
    return save_changes(
        holding, {"starts_on": starts_on, "ends_on": ends_on}, verb="role.changed", by=by, root=holding.employee
    )


def end_role(holding: RoleHolding, *, last_day: datetime.date, by: Employee | None) -> None:
    """End a role after `last_day`; one that had not begun is removed. Effects: the holding, an event.

    Raises:
        Refused: when no administrator would be left.
    """
    _keep_an_administrator(holding, today_without=last_day < timezone.localdate(), after=last_day)
    record(
        "role.ended",
        holding,
        by=by,
        via=via(by),
        root=holding.employee,
        data={"role": holding.role, "last_day": last_day},
    )
    if last_day < holding.starts_on:
        holding.delete()
        return
    holding.ends_on = last_day
    holding.save(update_fields=["ends_on"])


def hand_over_role(holding: RoleHolding, *, to: Employee, on: datetime.date, by: Employee | None) -> RoleHolding:
    """Let somebody else have the role from a date. Effects: ends this holding the day before, grants a new one.

    Raises:
        Refused: when the other person cannot have it then.
    """
    if to.pk == holding.employee_id:
        raise Refused(_("Choose another person than the one who has the role now."), field="to")
    successor = grant_role(
        to,
        holding.role,
        by=by,
        unit=holding.unit,
        safety_area=holding.safety_area,
        starts_on=on,
        ends_on=holding.ends_on,
    )
    end_role(holding, last_day=on - ONE_DAY, by=by)
    return successor


def administrators_left(*, without: Employee | RoleHolding, on: datetime.date | None = None) -> bool:
    """Whether somebody employed is administrator on a date (today when left out), this one not counted.

    True too when this one is no administrator: then nothing changes.
    """
    day = max(on or timezone.localdate(), timezone.localdate())
    others = RoleHolding.objects.filter(
        current(day), current(day, "employee__"), role=Role.ADMINISTRATOR, employee__user__isnull=False
    )
    if isinstance(without, Employee):
        mine = RoleHolding.objects.filter(current(), role=Role.ADMINISTRATOR, employee=without)
        return not mine.exists() or others.exclude(employee=without).exists()
    if without.role != Role.ADMINISTRATOR or not without.is_current():
        return True
    return others.exclude(pk=without.pk).exists()


def _keep_an_administrator(holding: RoleHolding, *, today_without: bool, after: datetime.date | None) -> None:
    if not today_without and after is None:
        return
    on = None if today_without or after is None else after + ONE_DAY
    if not administrators_left(without=holding, on=on):
        raise Refused(_("Name another administrator first. The organisation must always have one."))


def _check_place(role: str, unit: Unit | None, safety_area: SafetyArea | None) -> None:
    if role in UNIT_ROLES and unit is None:
        raise Refused(_("Choose the unit that the manager leads."), field="unit")
    if role in AREA_ROLES and safety_area is None:
        raise Refused(_("Choose the safety area that the safety representative has."), field="safety_area")
    if unit is not None and not unit.is_active:
        raise Refused(_("“%(unit)s” is no longer in use. Choose another unit.") % {"unit": unit}, field="unit")


def _check_period(role: str, starts_on: datetime.date, ends_on: datetime.date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("The last day must come after the first."), field="ends_on")
    if role in EXPIRING_ROLES and ends_on is None:
        raise Refused(_("This role is for guests, so it needs a last day."), field="ends_on")


def _check_free(
    employee: Employee,
    role: str,
    unit: Unit | None,
    safety_area: SafetyArea | None,
    starts_on: datetime.date,
    ends_on: datetime.date | None,
    *,
    but: RoleHolding | None = None,
) -> None:
    same = RoleHolding.objects.filter(employee=employee, role=role, unit=unit, safety_area=safety_area)
    same = same.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)).exclude(pk=but.pk if but else None)
    if ends_on is not None:
        same = same.filter(starts_on__lte=ends_on)
    if same.exists():
        raise Refused(_("%(name)s has this role in that period already.") % {"name": employee.name}, field="starts_on")

"""People: start, change, leave. Membership (who may open the organisation) follows the employment's dates."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.accounts.models import User
from hms.audit.services import record
from hms.organisations.errors import Refused
from hms.organisations.leaving import hand_over_work, open_work
from hms.organisations.models import Employee, GroupMember, Membership, RoleHolding, Unit
from hms.organisations.people import current
from hms.organisations.selectors import deputising
from hms.organisations.services._writing import save_changes, via
from hms.organisations.services.groups import end_membership
from hms.organisations.services.roles import ONE_DAY, administrators_left, grant_role
from hms.tenancy.scope import current_organisation_id

CHANGEABLE = {
    "given_name", "family_name", "unit", "email", "phone", "job_title", "employee_number", "language", "note",
    "starts_on",
}  # fmt: skip


def add_employee(
    *, given_name: str, family_name: str, unit: Unit, by: Employee | None, user: User | None = None, **fields: Any
) -> Employee:
    """Add a person. Effects: the employee, a membership when there is a user, an event.

    Raises:
        Refused: when the employee number is taken, or the unit is out of use.
    """
    _check(fields.get("employee_number", ""), unit, None)
    employee = Employee.objects.create(given_name=given_name, family_name=family_name, unit=unit, user=user, **fields)
    keep_membership(employee)
    record("employee.added", employee, by=by, via=via(by))
    return employee


def change_employee(employee: Employee, *, by: Employee | None, **changes: Any) -> bool:
    """Change what is written about a person. Effects: the employee, the membership's dates, an event.

    Raises:
        Refused: when the employee number is taken, or the new unit is out of use.
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"not changed here: {', '.join(sorted(unknown))}")
    unit = changes.get("unit")
    _check(changes.get("employee_number", ""), unit if unit and unit.pk != employee.unit_id else None, employee)
    starts_on = changes.get("starts_on")
    if starts_on and employee.ends_on and starts_on > employee.ends_on:
        raise Refused(_("The first day must come before the last."), field="starts_on")
    changed = save_changes(employee, changes, verb="employee.changed", by=by)
    if changed:
        keep_membership(employee)
    return changed


@transaction.atomic
def end_employment(
    employee: Employee,
    *,
    last_day: datetime.date,
    by: Employee | None,
    hand_over_to: Employee | None = None,
    roles: Collection[RoleHolding] = (),
) -> None:
    """Let somebody leave after `last_day`: all of it, or nothing.

    Effects: open work goes to `hand_over_to` at once, and so does standing in for others; `roles` are theirs from
    the day after the last; all roles and places in groups end on the last day,
    later ones are removed; who had the person as deputy and
    gets no other has none; the membership ends; an event.

    Raises:
        Refused: when work is open or roles are named and nobody takes them, the one who takes over leaves earlier
            or cannot have a role, or no administrator would be left.
    """
    if last_day < employee.starts_on:
        raise Refused(_("The last day must come after the first."), field="last_day")
    left = open_work(employee)
    if left and hand_over_to is None:
        listed = ", ".join(f"{count} {words}" for words, count in left)
        raise Refused(
            _("%(name)s still has: %(work)s. Choose who takes over.") % {"name": employee.name, "work": listed},
            field="hand_over_to",
        )
    if roles and hand_over_to is None:
        raise Refused(_("Choose who takes over the roles."), field="hand_over_to")
    if hand_over_to is not None:
        if hand_over_to.pk == employee.pk or not hand_over_to.is_employed() or not hand_over_to.is_employed(last_day):
            raise Refused(_("Choose somebody who still works here."), field="hand_over_to")
        hand_over_work(employee, to=hand_over_to, by=by)
        _hand_over_roles(roles, to=hand_over_to, last_day=last_day, by=by)
    if not administrators_left(without=employee, on=last_day + ONE_DAY):
        raise Refused(_("Name another administrator first. The organisation must always have one."))
    _end_roles(employee, last_day)
    _end_memberships(employee, last_day)
    _replace_deputy(employee, hand_over_to, last_day)
    employee.ends_on = last_day
    employee.save(update_fields=["ends_on"])
    keep_membership(employee)
    record(
        "employee.left",
        employee,
        by=by,
        via=via(by),
        data={"last_day": last_day, "handed_over_to": hand_over_to.pk if hand_over_to else None},
    )


def resume_employment(employee: Employee, *, by: Employee | None) -> None:
    """Undo an end of employment. Effects: no last day, the membership, an event. Roles are granted anew."""
    if employee.ends_on is None:
        return
    employee.ends_on = None
    employee.save(update_fields=["ends_on"])
    keep_membership(employee)
    record("employee.resumed", employee, by=by, via=via(by))


def keep_membership(employee: Employee) -> None:
    """Let the user open the organisation exactly as long as the employment lasts."""
    if employee.user_id is None:
        return
    Membership.objects.update_or_create(
        user_id=employee.user_id,
        organisation_id=current_organisation_id(),
        defaults={"starts_on": employee.starts_on, "ends_on": employee.ends_on},
    )


def _hand_over_roles(
    roles: Collection[RoleHolding], *, to: Employee, last_day: datetime.date, by: Employee | None
) -> None:
    first_day = last_day + ONE_DAY
    for holding in roles:
        has_it = RoleHolding.objects.filter(
            current(first_day), employee=to, role=holding.role, unit=holding.unit, safety_area=holding.safety_area
        )
        if not has_it.exists():
            grant_role(
                to, holding.role, by=by, unit=holding.unit, safety_area=holding.safety_area, starts_on=first_day,
                ends_on=holding.ends_on if holding.ends_on and holding.ends_on > last_day else None,
            )  # fmt: skip


def _replace_deputy(employee: Employee, by_whom: Employee | None, last_day: datetime.date) -> None:
    """Whoever takes over stands in too, if they are there as long as the absence lasts; else the manager above."""
    if by_whom is not None:
        covered = deputising(employee, ends_from=timezone.localdate()).exclude(employee=by_whom)
        if by_whom.ends_on is not None:
            covered = covered.filter(ends_on__lte=by_whom.ends_on)
        covered.update(deputy=by_whom)
    deputising(employee, ends_from=last_day + ONE_DAY).update(deputy=None)


def _end_roles(employee: Employee, last_day: datetime.date) -> None:
    running = RoleHolding.objects.filter(employee=employee).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day))
    for holding in running:
        if holding.starts_on > last_day:
            holding.delete()
        else:
            holding.ends_on = last_day
            holding.save(update_fields=["ends_on"])


def _end_memberships(employee: Employee, last_day: datetime.date) -> None:
    running = GroupMember.objects.filter(employee=employee).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day))
    for member in running:
        end_membership(member, last_day=last_day)


def _check(employee_number: str, unit: Unit | None, employee: Employee | None) -> None:
    if unit is not None and not unit.is_active:
        raise Refused(_("“%(unit)s” is no longer in use. Choose another unit.") % {"unit": unit}, field="unit")
    same = Employee.objects.filter(employee_number=employee_number).exclude(pk=employee.pk if employee else None)
    if employee_number and same.exists():
        raise Refused(
            _("Another person has the employee number “%(number)s”.") % {"number": employee_number},
            field="employee_number",
        )

"""Who leads and who holds which role on one day, read in one statement whatever the organisation's size."""

import datetime
from typing import NamedTuple

from hms.accounts.models import User
from hms.core.rows import Statement, build, columns, join, run
from hms.organisations.enums import Role
from hms.organisations.models import Employee, RoleHolding

# Those that few hold, so that the answer stays small however many work there.
ROLES = (Role.MANAGER, Role.HSE_MANAGER, Role.TOP_LEADER, Role.SENIOR_SAFETY_REP)
_HOLDINGS = Statement(
    f"""
SELECT h.role, h.unit_id, u.email, {columns(Employee, "e")}
FROM {RoleHolding._meta.db_table} h
JOIN {Employee._meta.db_table} e ON e.organisation_id = h.organisation_id AND e.id = h.employee_id
LEFT JOIN {User._meta.db_table} u ON u.id = e.user_id
WHERE h.role = ANY(%(roles)s::text[]) AND h.starts_on <= %(day)s::date AND (h.ends_on IS NULL OR h.ends_on >= %(day)s::date)
  AND e.starts_on <= %(day)s::date AND (e.ends_on IS NULL OR e.ends_on >= %(day)s::date)
ORDER BY h.starts_on, h.id
"""  # noqa: S608  names from the models
)


class Held(NamedTuple):
    """One role that somebody employed holds; the unit is None where the role has none."""

    role: str
    unit_id: int | None
    employee: Employee


def roster(day: datetime.date) -> list[Held]:
    """Everybody who leads a unit or holds one of `ROLES` on a day, those who have had it longest first."""
    rows = run(_HOLDINGS, {"roles": [role.value for role in ROLES], "day": day})
    people: dict[int, Employee] = {}
    held = []
    for role, unit_id, email, *values in rows:
        employee = person(values, email)
        held.append(Held(role, unit_id, people.setdefault(employee.pk, employee)))
    return held


def person(values: list, email: str | None) -> Employee:
    """An employee of a row selected with `columns(Employee, …)`, with a sign-in that knows its address only."""
    employee = build(Employee, values)
    join(employee, "user", User(id=employee.user_id, email=email) if employee.user_id else None)
    return employee

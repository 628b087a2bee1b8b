"""Who leads and who holds which role on one day, read in one statement whatever the organisation's size."""

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from hms.accounts.models import User
from hms.core.rows import Statement, build, columns, join, run
from hms.organisations.enums import Role
from hms.organisations.models import Employee, RoleHolding
from hms.tenancy.scope import current_organisation_id

# Those that few hold, so that the answer stays small however many work there.
ROLES = (Role.MANAGER, Role.HSE_MANAGER, Role.TOP_LEADER, Role.SENIOR_SAFETY_REP)
_HOLDINGS = Statement(
    f"""
SELECT h.organisation_id, h.role, h.unit_id, u.email, {columns(Employee, "e")}
FROM unnest(%(organisations)s::bigint[], %(days)s::date[]) AS of (organisation_id, day)
JOIN {RoleHolding._meta.db_table} h ON h.organisation_id = of.organisation_id
JOIN {Employee._meta.db_table} e ON e.organisation_id = h.organisation_id AND e.id = h.employee_id
LEFT JOIN {User._meta.db_table} u ON u.id = e.user_id
WHERE h.role = ANY(%(roles)s::text[]) AND h.starts_on <= of.day AND (h.ends_on IS NULL OR h.ends_on >= of.day)
  AND e.starts_on <= of.day AND (e.ends_on IS NULL OR e.ends_on >= of.day)
ORDER BY h.organisation_id, h.starts_on, h.id
"""  # noqa: S608  names from the models
)


class Held(NamedTuple):
    """One role that somebody employed holds; the unit is None where the role has none."""

    role: str
    unit_id: int | None
    employee: Employee


def roster(day: datetime.date) -> list[Held]:
    """Everybody who leads a unit or holds one of `ROLES` on a day, those who have had it longest first."""
    organisation_id = current_organisation_id()
    return rosters({organisation_id: day})[organisation_id]


def rosters(days: Mapping[int, datetime.date]) -> dict[int, list[Held]]:
    """As :func:`roster`, of several organisations (ids) that are open together, each on its own day."""
    rows = run(
        _HOLDINGS,
        {"organisations": list(days), "days": list(days.values()), "roles": [role.value for role in ROLES]},
    )
    people: dict[int, Employee] = {}
    held: dict[int, list[Held]] = {organisation_id: [] for organisation_id in days}
    for organisation_id, role, unit_id, email, *values in rows:
        employee = person(values, email)
        held[organisation_id].append(Held(role, unit_id, people.setdefault(employee.pk, employee)))
    return held


def person(values: list, email: str | None) -> Employee:
    """An employee of a row selected with `columns(Employee, …)`, with a sign-in that knows its address only."""
    employee = build(Employee, values)
    user = build(User, (employee.user_id, email), ("id", "email")) if employee.user_id else None
    join(employee, "user", user)
    return employee

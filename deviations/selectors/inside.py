"""Cases whose inside somebody may see: how they are handled, and not only what was reported and answered."""

from django.db.models import Q

from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.people import reach


def seen_inside(employee: Employee) -> Q:
    """Filter that says the same as `rules.sees_internal_comments`, for deviations (whistleblowing is in no list).

    What only the inside tells may not be filtered by on other cases: somebody who sees their own report in the list
    would learn it from whether the report is found.
    """
    his = reach(employee)
    ordinary = Q(is_confidential=False)
    if not his.has(Role.HSE_MANAGER, Role.SENIOR_SAFETY_REP):
        ordinary &= Q(unit_id__in=his.managed_unit_ids | his.safety_unit_ids)
    not_about = Q(concerns__isnull=True) | ~Q(concerns=employee)
    return (Q(handling__assignee=employee) & not_about) | (ordinary & not_about)

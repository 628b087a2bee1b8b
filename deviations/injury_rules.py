"""Who may keep and read the injury register, and the frequencies."""

import rules

from deviations.rules import is_handler
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.people import reach

# The law names Arbeidstilsynet, representatives, occupational health and the committee (aml. § 5-1 third paragraph).
ALL_ENTRIES = (
    Role.HSE_MANAGER, Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER, Role.CONSULTANT, Role.INSPECTOR,
)  # fmt: skip
OWN_UNITS = (Role.MANAGER, Role.SAFETY_REP)


@rules.predicate
def reads_register(employee: Employee, obj: object = None) -> bool:
    """Whoever the law opens it to, and those who keep it: the HSE manager, and managers for their units."""
    return reach(employee).has(*ALL_ENTRIES, *OWN_UNITS)


@rules.predicate
def reads_frequencies(employee: Employee, obj: object = None) -> bool:
    """Whoever reads the register, and the top leader, who sees numbers and no entries."""
    return reads_register(employee) or reach(employee).has(Role.TOP_LEADER)


@rules.predicate
def enters_hours(employee: Employee, obj: object = None) -> bool:
    return reach(employee).has(Role.HSE_MANAGER)


rules.add_perm("deviations.record_injury", is_handler)
rules.add_perm("deviations.view_register", reads_register)
rules.add_perm("deviations.view_frequencies", reads_frequencies)
rules.add_perm("deviations.enter_hours", enters_hours)

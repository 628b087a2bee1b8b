"""Who may set up the organisation. Administrators see configuration, never cases (domain.md section 3)."""

import rules

from hms.organisations.enums import Role
from hms.organisations.models import Affiliation, Employee, Unit
from hms.organisations.people import reach


@rules.predicate
def is_administrator(employee: Employee, obj: object = None) -> bool:
    return reach(employee).has(Role.ADMINISTRATOR)


@rules.predicate
def leads_unit(employee: Employee, unit: Unit) -> bool:
    return unit.pk in reach(employee).managed_unit_ids


@rules.predicate
def represents_unit(employee: Employee, unit: Unit) -> bool:
    return unit.pk in reach(employee).safety_unit_ids


@rules.predicate
def is_hse_manager(employee: Employee, obj: object = None) -> bool:
    return reach(employee).has(Role.HSE_MANAGER)


@rules.predicate
def is_self(employee: Employee, person: Employee) -> bool:
    return employee.pk == person.pk


@rules.predicate
def leads_person(employee: Employee, person: Employee) -> bool:
    return person.unit_id in reach(employee).managed_unit_ids


@rules.predicate
def ends_affiliation(employee: Employee, affiliation: Affiliation) -> bool:
    """In the parent, whoever may invite; in the subsidiary, whoever may accept."""
    if affiliation.parent_id == employee.organisation_id:
        return reach(employee).has(Role.ADMINISTRATOR, Role.HSE_MANAGER)
    return reach(employee).has(Role.ADMINISTRATOR)


rules.add_perm("organisations.administer", is_administrator)
rules.add_perm("organisations.view_settings", is_administrator)
# Whom we belong under is the administrator's to say; what we share with others is the HSE manager's matter too.
rules.add_perm("organisations.see_affiliations", is_administrator | is_hse_manager)
rules.add_perm("organisations.offer_affiliation", is_administrator | is_hse_manager)
rules.add_perm("organisations.accept_affiliation", is_administrator)
rules.add_perm("organisations.end_affiliation", ends_affiliation)
# Not a change of the tree, but what belongs to the place: its QR poster.
rules.add_perm("organisations.manage_unit", is_administrator | is_hse_manager | leads_unit | represents_unit)
rules.add_perm("organisations.view_absence", rules.always_true)
rules.add_perm("organisations.register_absence", is_self | is_administrator | leads_person)

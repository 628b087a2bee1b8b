"""A parent organisation with a subsidiary, and others who are no part of it."""

from dataclasses import dataclass

from hms.organisations import services as organisations
from hms.organisations.affiliations import code_of
from hms.organisations.enums import Role
from hms.organisations.models import Affiliation, Employee, Organisation
from hms.tenancy.scope import tenant
from tests.cast import Cast, _unit, hold, make_employee
from tests.conftest import as_owner


@dataclass
class Outsider:
    """An organisation of one: its administrator, HSE manager and manager."""

    organisation: Organisation
    boss: Employee


def found(name: str, slug: str, **fields: str) -> Outsider:
    """Another organisation with one person, who may do everything in it."""
    with as_owner():
        organisation = Organisation.objects.create(name=name, slug=slug, **fields)
        with tenant(organisation):
            unit = _unit(name)
            boss = make_employee(organisation, f"Berit {slug.title()}", unit)
            for role, where in ((Role.HSE_MANAGER, {}), (Role.ADMINISTRATOR, {}), (Role.MANAGER, {"unit": unit})):
                hold(boss, role, **where)
    return Outsider(organisation, boss)


def code_from(organisation: Organisation, by: Employee, **fields: str) -> str:
    """A code that waits for somebody."""
    with tenant(organisation):
        return code_of(organisations.offer_affiliation(label="Datter", by=by, **fields))


def join(parent: Organisation, inviter: Employee, below: Organisation, administrator: Employee) -> Affiliation:
    """Let one belong under another, as people do it."""
    code = code_from(parent, inviter)
    with tenant(below):
        return organisations.accept_affiliation(code, by=administrator)


def havbris_under_fjellvik(cast: Cast) -> Affiliation:
    return join(cast.fjellvik, cast.sunniva, cast.havbris, cast.olav)

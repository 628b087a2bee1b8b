"""The named cast: Fjellvik (a municipality) and Havbris (another employer that must never see it).

Fjellvik's tree: Fjellvik kommune → Helse → Solbakken sykehjem (Amir leads, Kari represents) and
Fjellvik kommune → Teknisk drift (Piotr leads).
"""

import datetime
from dataclasses import dataclass
from typing import Any

from hms.accounts.models import User
from hms.organisations.enums import Role
from hms.organisations.models import (
    Employee,
    Membership,
    Organisation,
    RoleHolding,
    SafetyArea,
    SafetyAreaUnit,
    Unit,
)
from hms.tenancy.scope import tenant

LONG_AGO = datetime.date(2020, 1, 1)
PASSWORD = "riktig hest batteri stift"


@dataclass
class Cast:
    """Everybody, by first name; units and organisations by name."""

    fjellvik: Organisation
    havbris: Organisation
    kommune: Unit
    helse: Unit
    solbakken: Unit
    teknisk: Unit
    area: SafetyArea
    ingrid: Employee  # care worker at Solbakken: reports
    amir: Employee  # manager of Solbakken: handles
    kari: Employee  # safety representative of Helse's area
    tor_erik: Employee  # caretaker in Teknisk drift: owns actions
    piotr: Employee  # manager of Teknisk drift
    helene: Employee  # manager of Helse: Amir's manager
    sunniva: Employee  # HSE manager
    ragnhild: Employee  # top leader, manager of the whole municipality
    vigdis: Employee  # senior safety representative
    admin: Employee  # administrator: settings, no cases
    havbris_unit: Unit
    olav: Employee  # Havbris: HSE manager and administrator there, an outsider here
    password: str = PASSWORD


def _unit(name: str, parent: Unit | None = None) -> Unit:
    unit = Unit.objects.create(name=name, parent=parent, report_token=f"token-{name.lower().replace(' ', '-')}"[:32])
    unit.path = [*(parent.path if parent else []), unit.pk]
    unit.save(update_fields=["path"])
    return unit


def make_employee(organisation: Organisation, name: str, unit: Unit, *, user: bool = True, **fields: Any) -> Employee:
    """An employee with (or without) a sign-in; call inside `tenant(organisation)`."""
    given, _, family = name.rpartition(" ")
    address = f"{given}.{family}@{organisation.slug}.example".lower().replace(" ", ".")
    account = None
    if user:
        account = User.objects.create_user(address, PASSWORD)
        Membership.objects.create(user=account, organisation=organisation)
    return Employee.objects.create(
        user=account, given_name=given, family_name=family, unit=unit, email=address, starts_on=LONG_AGO, **fields
    )


def hold(employee: Employee, role: str, **where: Any) -> RoleHolding:
    """Give an employee a role from long ago."""
    return RoleHolding.objects.create(employee=employee, role=role, starts_on=LONG_AGO, **where)


def build_cast() -> Cast:
    """Create both organisations; needs the database's owner."""
    fjellvik = Organisation.objects.create(name="Fjellvik kommune", slug="fjellvik")
    havbris = Organisation.objects.create(name="Havbris Bygg", slug="havbris", accent_colour="#7a3e9d")
    with tenant(fjellvik):
        kommune = _unit("Fjellvik kommune")
        helse = _unit("Helse", kommune)
        solbakken = _unit("Solbakken sykehjem", helse)
        teknisk = _unit("Teknisk drift", kommune)
        area = SafetyArea.objects.create(name="Helse")
        SafetyAreaUnit.objects.create(safety_area=area, unit=helse)
        people = {
            "ingrid": make_employee(fjellvik, "Ingrid Solheim", solbakken),
            "amir": make_employee(fjellvik, "Amir Hosseini", solbakken),
            "kari": make_employee(fjellvik, "Kari Lunde", solbakken, phone="+4700000000"),
            "tor_erik": make_employee(fjellvik, "Tor Erik Moen", teknisk),
            "piotr": make_employee(fjellvik, "Piotr Zielinski", teknisk),
            "helene": make_employee(fjellvik, "Helene Dahl", helse),
            "sunniva": make_employee(fjellvik, "Sunniva Bakke", kommune),
            "ragnhild": make_employee(fjellvik, "Ragnhild Vik", kommune),
            "vigdis": make_employee(fjellvik, "Vigdis Strand", kommune),
            "admin": make_employee(fjellvik, "Bjarte Nes", kommune),
        }
        hold(people["amir"], Role.MANAGER, unit=solbakken)
        hold(people["piotr"], Role.MANAGER, unit=teknisk)
        hold(people["helene"], Role.MANAGER, unit=helse)
        hold(people["ragnhild"], Role.MANAGER, unit=kommune)
        hold(people["ragnhild"], Role.TOP_LEADER)
        hold(people["kari"], Role.SAFETY_REP, safety_area=area)
        hold(people["sunniva"], Role.HSE_MANAGER)
        hold(people["vigdis"], Role.SENIOR_SAFETY_REP)
        hold(people["admin"], Role.ADMINISTRATOR)
    with tenant(havbris):
        havbris_unit = _unit("Havbris Bygg")
        olav = make_employee(havbris, "Olav Haugen", havbris_unit)
        hold(olav, Role.HSE_MANAGER)
        hold(olav, Role.MANAGER, unit=havbris_unit)
        hold(olav, Role.ADMINISTRATOR)
    return Cast(
        fjellvik=fjellvik,
        havbris=havbris,
        kommune=kommune,
        helse=helse,
        solbakken=solbakken,
        teknisk=teknisk,
        area=area,
        havbris_unit=havbris_unit,
        olav=olav,
        **people,
    )

"""People from a table: found by employee number, else by e-mail address, else by name and unit."""

import datetime
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from hms.core.tabular import Table
from hms.organisations.enums import Role
from hms.organisations.importing.plan import Columns, Line, Plan
from hms.organisations.models import Employee, RoleHolding, Unit
from hms.organisations.people import current

NAMES = {
    "given_name": ("fornavn", "førenamn", "given name", "first name", "firstname"),
    "family_name": ("etternavn", "etternamn", "family name", "last name", "surname", "lastname"),
    "full_name": ("navn", "fullt navn", "namn", "fullt namn", "name", "full name"),
    "email": ("e-post", "epostadresse", "mail", "email", "e-mail address"),
    "phone": ("telefon", "mobil", "mobiltelefon", "tlf", "phone", "mobile", "phone number"),
    "unit": (
        "avdeling",
        "enhet",
        "avdelingskode",
        "avdelingsnavn",
        "arbeidssted",
        "eining",
        "unit",
        "department",
        "unit code",
    ),
    "job_title": ("stilling", "stillingstittel", "tittel", "job title", "title", "position"),
    "employee_number": (
        "ansattnummer",
        "ansattnr",
        "ansatt nummer",
        "ansatt-id",
        "tilsettnummer",
        "employee number",
        "employee id",
    ),
    "manager": ("leder", "er leder", "leiar", "manager", "is manager"),
    "starts_on": ("startdato", "ansatt fra", "fra dato", "tilsett frå", "start date", "from"),
}
LONGEST = {"given_name": 80, "family_name": 80, "phone": 20, "job_title": 80, "employee_number": 40, "email": 254}
TEXT = ("given_name", "family_name", "email", "phone", "job_title", "employee_number")
YES = {"ja", "j", "yes", "y", "x", "1", "true", "sann", "leder", "manager"}
NO = {"nei", "n", "no", "0", "false", "usann", "-"}
PHONE = re.compile(r"\+?[0-9 ()-]{5,20}")
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S")


class _Known:
    """What is there already, read once: three queries."""

    def __init__(self) -> None:
        self.units_by_code: dict[str, Unit] = {}
        self.units_by_name: dict[str, list[Unit]] = {}
        for unit in Unit.objects.filter(is_active=True):
            if unit.code:
                self.units_by_code[unit.code.casefold()] = unit
            self.units_by_name.setdefault(unit.name.casefold(), []).append(unit)
        self.by_number: dict[str, Employee] = {}
        self.by_email: dict[str, list[Employee]] = {}
        self.by_name: dict[tuple[str, int], list[Employee]] = {}
        for person in Employee.objects.all():
            if person.employee_number:
                self.by_number[person.employee_number.casefold()] = person
            if person.email:
                self.by_email.setdefault(person.email.casefold(), []).append(person)
            self.by_name.setdefault((person.name.casefold(), person.unit_id), []).append(person)
        self.managers = set(
            RoleHolding.objects.filter(current(), role=Role.MANAGER).values_list("employee_id", "unit_id")
        )


def plan_people(table: Table) -> Plan:
    """Compare a table of people with the organisation's. Three queries, whatever the size.

    Blank cells change nothing. «Leder: ja» makes the person manager of the row's unit; «nei» takes nothing away.
    """
    plan = Plan(notes=list(table.warnings))
    columns = Columns(table, NAMES, plan)
    if not columns.has("full_name") and not (columns.has("given_name") and columns.has("family_name")):
        plan.problems.append(_("There must be columns with first and last name, called “Fornavn” and “Etternavn”."))
    if not columns.has("unit"):
        plan.problems.append(_("There must be a column with the unit, called “Avdeling” or “Unit”."))
    if plan.problems:
        return plan
    known = _Known()
    seen: dict[tuple[str, Any], int] = {}
    for number, row in zip(table.numbers, table.rows, strict=True):
        line = _read(columns, number, row)
        _find_unit(line, columns, known, columns.cell(row, "unit"))
        _match(line, columns, known)
        _only_once(line, columns, seen)
        if line.existing is not None:
            _compare(line, known)
        plan.lines.append(line)
    _tell_of_namesakes(plan, known)
    return plan


def _tell_of_namesakes(plan: Plan, known: _Known) -> None:
    """Somebody new with a known name may be the same person in another unit: only a number or address tells."""
    names = {name for name, _unit in known.by_name}
    same = [line.name for line in plan.of_kind("new") if line.name.casefold() in names]
    if same:
        plan.notes.append(
            _(
                "Counted as new, though somebody here has the same name: %(names)s. "
                "Use employee numbers or e-mail addresses to update people."
            )
            % {"names": ", ".join(same[:20])}
        )


def _read(columns: Columns, number: int, row: list[str]) -> Line:
    values: dict[str, Any] = {name: cell for name in TEXT if (cell := columns.cell(row, name))}
    full_name = columns.cell(row, "full_name")
    if full_name and "given_name" not in values and "family_name" not in values:
        values["given_name"], values["family_name"] = _divide(full_name)
    line = Line(number=number, values=values)
    line.name = f"{values.get('given_name', '')} {values.get('family_name', '')}".strip()
    name_column = "given_name" if columns.has("given_name") else "full_name"
    if not values.get("given_name") or not values.get("family_name"):
        line.errors.append((columns.header(name_column), _("First and last name must both be there.")))
    for name, longest in LONGEST.items():
        if len(values.get(name, "")) > longest:
            line.errors.append(
                (columns.header(name), _("Too long: at most %(count)d characters.") % {"count": longest})
            )
    _check_contact(line, columns)
    _read_date(line, columns, columns.cell(row, "starts_on"))
    _read_manager(line, columns, columns.cell(row, "manager"))
    return line


def _divide(full_name: str) -> tuple[str, str]:
    """«Moen, Tor Erik» and «Tor Erik Moen» are the same person."""
    if "," in full_name:
        family, _comma, given = full_name.partition(",")
        return given.strip(), family.strip()
    given, _space, family = full_name.rpartition(" ")
    return given, family


def _check_contact(line: Line, columns: Columns) -> None:
    email = line.values.get("email")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            line.errors.append((columns.header("email"), _("“%(value)s” is not an e-mail address.") % {"value": email}))
        line.values["email"] = email.lower()
    phone = line.values.get("phone")
    if phone and not PHONE.fullmatch(phone):
        line.errors.append((columns.header("phone"), _("“%(value)s” is not a phone number.") % {"value": phone}))


def _read_date(line: Line, columns: Columns, cell: str) -> None:
    if not cell:
        return
    for pattern in DATES:
        try:
            line.values["starts_on"] = datetime.datetime.strptime(cell, pattern).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        return
    message = _("“%(value)s” is not a date. Write it as 31.12.2026 or 2026-12-31.") % {"value": cell}
    line.errors.append((columns.header("starts_on"), message))


def _read_manager(line: Line, columns: Columns, cell: str) -> None:
    if cell.casefold() in YES:
        line.values["manager"] = True
    elif cell and cell.casefold() not in NO:
        message = _("“%(value)s” is neither yes nor no.") % {"value": cell}
        line.errors.append((columns.header("manager"), message))


def _find_unit(line: Line, columns: Columns, known: _Known, words: str) -> None:
    if not words:
        return
    key = words.casefold()
    found = [known.units_by_code[key]] if key in known.units_by_code else known.units_by_name.get(key, [])
    if len(found) == 1:
        line.values["unit"] = found[0]
    elif found:
        message = _("Several units are called “%(name)s”. Write the code instead.") % {"name": words}
        line.errors.append((columns.header("unit"), message))
    else:
        message = _("There is no unit called “%(name)s”. Add it first, or import the units.") % {"name": words}
        line.errors.append((columns.header("unit"), message))


def _match(line: Line, columns: Columns, known: _Known) -> None:
    number = line.values.get("employee_number", "").casefold()
    email = line.values.get("email", "")
    if number and number in known.by_number:
        line.existing = known.by_number[number]
    elif email and (found := _without_other_number(known.by_email.get(email, []), number)):
        if len(found) > 1:
            line.errors.append(
                (columns.header("email"), _("Several people here have this address. Use employee numbers."))
            )
        else:
            line.existing = found[0]
    elif not number and not email and "unit" in line.values:
        found = known.by_name.get((line.name.casefold(), line.values["unit"].pk), [])
        if len(found) > 1:
            line.errors.append((columns.header("unit"), _("Several people here have this name. Use employee numbers.")))
        elif found:
            line.existing = found[0]
    if line.existing is None and "unit" not in line.values and not line.errors:
        line.errors.append((columns.header("unit"), _("The unit is missing.")))


def _without_other_number(people: list[Employee], number: str) -> list[Employee]:
    """Somebody with another employee number is somebody else, even when they share an address."""
    return [one for one in people if not number or not one.employee_number or one.employee_number.casefold() == number]


def _only_once(line: Line, columns: Columns, seen: dict[tuple[str, Any], int]) -> None:
    keys = [("employee_number", line.values.get("employee_number", "").casefold())]
    if not keys[0][1]:
        keys = [("email", line.values.get("email", ""))]
    if line.existing is not None:
        keys.append(("given_name", line.existing.pk))
    for name, value in keys:
        if value == "":
            continue
        first = seen.setdefault((name, value), line.number)
        if first != line.number:
            line.errors.append((columns.header(name), _("Row %(number)d is the same person.") % {"number": first}))
            return


def _compare(line: Line, known: _Known) -> None:
    person = line.existing
    for name, value in line.values.items():
        if name == "unit":
            differs = value.pk != person.unit_id
        elif name == "manager":
            unit = line.values.get("unit")
            differs = (person.pk, unit.pk if unit else person.unit_id) not in known.managers
        else:
            differs = value != getattr(person, name)
        if differs:
            line.changed.append(name)

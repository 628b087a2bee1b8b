"""Units from a table: found by code, else by name and place."""

from django.utils.translation import gettext as _

from hms.core.tabular import Table
from hms.organisations.importing.plan import Columns, Line, Plan
from hms.organisations.models import Unit

NAMES = {
    "name": (
        "navn",
        "avdeling",
        "enhet",
        "avdelingsnavn",
        "enhetsnavn",
        "namn",
        "eining",
        "avdelingsnamn",
        "name",
        "unit",
        "unit name",
        "department",
    ),
    "code": (
        "kode",
        "avdelingskode",
        "avdelingsnummer",
        "avdelingsnr",
        "enhetskode",
        "nummer",
        "nr",
        "code",
        "unit code",
        "number",
    ),
    "parent": (
        "overordnet",
        "overordnet enhet",
        "overordnet avdeling",
        "tilhører",
        "under",
        "overordna",
        "høyrer til",
        "parent",
        "parent unit",
        "below",
    ),
}
LONGEST = {"name": 120, "code": 40}


class _Units:
    """Existing units and those of the file, looked up by code or by name. Fold is case-insensitive."""

    def __init__(self, lines: list[Line]) -> None:
        self.existing = list(Unit.objects.select_related("parent"))
        self.by_code: dict[str, object] = {unit.code.casefold(): unit for unit in self.existing if unit.code}
        self.by_name: dict[str, list[object]] = {}
        for unit in self.existing:
            self.by_name.setdefault(unit.name.casefold(), []).append(unit)
        self.top = next((unit for unit in self.existing if unit.parent_id is None), None)
        self.lines = lines

    def add(self, line: Line) -> None:
        """Let later rows find this row's unit."""
        thing = line.existing or line
        code = line.values.get("code", "").casefold()
        if code:
            self.by_code.setdefault(code, thing)
        named = self.by_name.setdefault(line.values["name"].casefold(), [])
        if thing not in named:
            named.append(thing)

    def find(self, words: str) -> list[object]:
        key = words.casefold()
        return [self.by_code[key]] if key in self.by_code else self.by_name.get(key, [])


def plan_units(table: Table) -> Plan:
    """Compare a table of units with the organisation's. Two queries.

    A row updates the unit with its code; without a code, the unit of that name (in that place, when the row says
    where), so moving a unit takes a code. A blank parent leaves a unit where it is, and puts a new one below the
    top unit.
    """
    plan = Plan(notes=list(table.warnings))
    columns = Columns(table, NAMES, plan)
    if not columns.has("name"):
        plan.problems.append(_("There must be a column with the unit's name, called “Avdeling” or “Unit”."))
        return plan
    plan.lines = [_read(columns, number, row) for number, row in zip(table.numbers, table.rows, strict=True)]
    units = _Units(plan.lines)
    for line in plan.lines:
        if not line.errors:
            _match(line, columns, units)
    for line in plan.lines:
        if line.values.get("name"):
            units.add(line)
    for line in plan.lines:
        if not line.errors:
            _find_parent(line, columns, units)
    _find_circles(plan, columns)
    _compare(plan, columns)
    return plan


def _read(columns: Columns, number: int, row: list[str]) -> Line:
    values = {name: columns.cell(row, name) for name in NAMES}
    line = Line(number=number, name=values["name"], values={name: value for name, value in values.items() if value})
    if not values["name"]:
        line.errors.append((columns.header("name"), _("The unit's name is missing.")))
    for name, longest in LONGEST.items():
        if len(values[name]) > longest:
            message = _("Too long: at most %(count)d characters.") % {"count": longest}
            line.errors.append((columns.header(name), message))
    return line


def _match(line: Line, columns: Columns, units: _Units) -> None:
    code = line.values.get("code", "").casefold()
    if code:
        found = units.by_code.get(code)
        line.existing = found if isinstance(found, Unit) else None
        if line.existing is not None:
            return
    same = [unit for unit in units.by_name.get(line.values["name"].casefold(), []) if not (code and unit.code)]
    parent = line.values.get("parent", "").casefold()
    if parent:
        # The name may be used in several places: only the one in this place is the same unit.
        same = [unit for unit in same if isinstance(unit, Unit) and unit.parent and parent in _names(unit.parent)]
    if len(same) > 1:
        message = _("Several units are called “%(name)s”. Add a code or the unit above.") % {
            "name": line.values["name"]
        }
        line.errors.append((columns.header("name"), message))
    elif same:
        line.existing = same[0]


def _names(unit: Unit) -> set[str]:
    return {unit.name.casefold(), unit.code.casefold()}


def _find_parent(line: Line, columns: Columns, units: _Units) -> None:
    words = line.values.pop("parent", "")
    if not words:
        if line.existing is None and units.top is not None:
            line.values["parent"] = units.top
        return
    found = [unit for unit in units.find(words) if unit is not line and unit is not line.existing]
    if len(found) == 1:
        line.values["parent"] = found[0]
        return
    if not found:
        message = _("There is no unit called “%(name)s”, neither here nor in the file.") % {"name": words}
    else:
        message = _("Several units are called “%(name)s”. Write the code instead.") % {"name": words}
    line.errors.append((columns.header("parent"), message))


def _find_circles(plan: Plan, columns: Columns) -> None:
    """A unit may not end up below itself."""
    new_parent = {
        id(line.existing or line): line.values.get("parent") for line in plan.lines if "parent" in line.values
    }
    for line in plan.lines:
        start = line.existing or line
        at, steps = new_parent.get(id(start)), 0
        while at is not None and steps <= len(new_parent):
            if at is start or (isinstance(at, Unit) and isinstance(start, Unit) and at.pk == start.pk):
                line.errors.append((columns.header("parent"), _("This would put the unit below itself.")))
                break
            at, steps = _above(at, new_parent), steps + 1


def _above(thing: object, new_parent: dict[int, object]) -> object:
    if id(thing) in new_parent:
        return new_parent[id(thing)]
    return thing.parent if isinstance(thing, Unit) else None


def _compare(plan: Plan, columns: Columns) -> None:
    seen: dict[object, Line] = {}
    for line in plan.lines:
        if line.errors:
            continue
        unit = line.existing
        key = ("unit", unit.pk) if unit else ("new", line.values["name"].casefold(), id(line.values.get("parent")))
        first = seen.setdefault(key, line)
        if first is not line:
            message = _("Row %(number)d is the same unit.") % {"number": first.number}
            line.errors.append((columns.header("name"), message))
            continue
        if unit is None:
            continue
        for name in ("name", "code"):
            if name in line.values and line.values[name] != getattr(unit, name):
                line.changed.append(name)
        parent = line.values.get("parent")
        if parent is not None and not (isinstance(parent, Unit) and parent.pk == unit.parent_id):
            if unit.parent_id is None:
                line.errors.append((columns.header("parent"), _("The top unit cannot be moved.")))
            else:
                line.changed.append("parent")

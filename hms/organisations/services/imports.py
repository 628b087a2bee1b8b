"""Keeping an uploaded table until somebody says yes, and writing what it says: everything or nothing."""

import datetime
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from hms.audit.enums import Via
from hms.audit.services import record, record_many
from hms.core.tabular import Table
from hms.organisations.enums import ImportKind, Role
from hms.organisations.errors import Refused
from hms.organisations.importing import Plan, plan_people, plan_units
from hms.organisations.importing.plan import Line
from hms.organisations.models import Employee, Membership, Organisation, PeopleImport, RoleHolding, Unit
from hms.organisations.services.units import change_unit, move_unit, new_report_token
from hms.tenancy.scope import current_organisation_id

KEPT_FOR = datetime.timedelta(hours=24)
MAX_ROWS = 20_000
BATCH = 2000
FIELDS = ("given_name", "family_name", "email", "phone", "job_title", "employee_number", "unit", "starts_on")

PLANNERS: dict[str, Callable[[Table], Plan]] = {ImportKind.UNITS: plan_units, ImportKind.PEOPLE: plan_people}


def keep_table(table: Table, *, kind: str, file_name: str, by: Employee) -> PeopleImport:
    """Keep a table for a day, so that it can be looked over. Effects: the row; expired ones are removed.

    Raises:
        Refused: when it has too many rows for one import.
    """
    if len(table.rows) > MAX_ROWS:
        raise Refused(_("Import at most %(rows)d rows at a time.") % {"rows": MAX_ROWS}, field="file")
    now = timezone.now()
    PeopleImport.objects.filter(expires_at__lte=now).delete()
    content = {"headers": table.headers, "rows": table.rows, "numbers": table.numbers, "warnings": table.warnings}
    return PeopleImport.objects.create(
        kind=kind, file_name=file_name[:200], created_by=by, expires_at=now + KEPT_FOR, table=content
    )


def plan_of(waiting: PeopleImport) -> Plan:
    """What the import would do, compared with what is there now. Writes nothing."""
    content = waiting.table
    table = Table(
        headers=content["headers"],
        rows=content["rows"],
        numbers=content["numbers"],
        warnings=content["warnings"],
        encoding="",
        delimiter="",
    )
    return PLANNERS[waiting.kind](table)


def apply_import(waiting: PeopleImport, *, by: Employee | None) -> Plan:
    """Do what the table says and forget the table.

    Raises:
        Refused: when something is wrong now (things may have changed since it was looked over).
    """
    plan = plan_of(waiting)
    apply_plan(plan, kind=waiting.kind, by=by)
    waiting.delete()
    return plan


def drop_import(waiting: PeopleImport) -> None:
    """Forget a table without doing anything."""
    waiting.delete()


def apply_plan(plan: Plan, *, kind: str, by: Employee | None) -> None:
    """Write a plan. Effects: units, or people and manager roles; events; in a number of queries that does not
    grow with the rows (units: with the depth of the tree, and with how many are renamed or moved).

    Raises:
        Refused: when the plan has errors or nothing to do.
    """
    if not plan.can_apply:
        raise Refused(_("Nothing was imported. Look at the rows below."))
    organisation = Organisation.objects.select_for_update().get(pk=current_organisation_id())
    if kind == ImportKind.UNITS:
        _write_units(plan, by)
    else:
        _write_people(plan, by)
    counts = plan.counts
    record(
        f"{kind}.imported",
        organisation,
        by=by,
        via=Via.IMPORT,
        data={"new": counts["new"], "changed": counts["changed"]},
    )


def _write_units(plan: Plan, by: Employee | None) -> None:
    made: dict[int, Unit] = {}
    waiting = plan.of_kind("new")
    created: list[Unit] = []
    while waiting:
        ready = [line for line in waiting if not isinstance(line.values.get("parent"), Line)
                 or id(line.values["parent"]) in made]  # fmt: skip
        units = [_new_unit(line, made) for line in ready]
        # bulk_create gives the keys in the order of the objects.
        Unit.objects.bulk_create(units)
        for line, unit in zip(ready, units, strict=True):
            unit.path = [*(unit.parent.path if unit.parent else []), unit.pk]
            made[id(line)] = unit
        bulk_update_with_history(units, Unit, ["path"])
        created += units
        done = {id(line) for line in ready}
        waiting = [line for line in waiting if id(line) not in done]
    record_many("unit.created", created, by=by, via=Via.IMPORT)
    for line in plan.of_kind("changed"):
        change_unit(line.existing, by=by, **{name: line.values[name] for name in line.changed if name != "parent"})
        if "parent" in line.changed:
            parent = line.values["parent"]
            move_unit(line.existing, parent=made[id(parent)] if isinstance(parent, Line) else parent, by=by)


def _new_unit(line: Line, made: dict[int, Unit]) -> Unit:
    parent = line.values.get("parent")
    return Unit(
        name=line.values["name"],
        code=line.values.get("code", ""),
        parent=made[id(parent)] if isinstance(parent, Line) else parent,
        report_token=new_report_token(),
    )


def _write_people(plan: Plan, by: Employee | None) -> None:
    new, changed = plan.of_kind("new"), plan.of_kind("changed")
    people = [Employee(**{name: line.values[name] for name in FIELDS if name in line.values}) for line in new]
    bulk_create_with_history(people, Employee, batch_size=BATCH)
    record_many("employee.added", people, by=by, via=Via.IMPORT)
    for line in changed:
        for name in FIELDS:
            if name in line.changed:
                setattr(line.existing, name, line.values[name])
    known = [line.existing for line in changed]
    fields = sorted({name for line in changed for name in line.changed} & set(FIELDS))
    if fields:
        bulk_update_with_history(known, Employee, fields, batch_size=BATCH)
    record_many("employee.changed", known, by=by, via=Via.IMPORT)
    _keep_memberships([line.existing for line in changed if "starts_on" in line.changed])
    leaders = [(person, line) for person, line in zip(people, new, strict=True) if line.values.get("manager")]
    leaders += [(line.existing, line) for line in changed if "manager" in line.changed]
    _make_managers([person for person, _line in leaders], by)


def _keep_memberships(people: list[Employee]) -> None:
    starts = {person.user_id: person.starts_on for person in people if person.user_id}
    memberships = list(Membership.objects.filter(user_id__in=starts, organisation_id=current_organisation_id()))
    for membership in memberships:
        membership.starts_on = starts[membership.user_id]
    Membership.objects.bulk_update(memberships, ["starts_on"])


def _make_managers(people: list[Employee], by: Employee | None) -> None:
    today = timezone.localdate()
    holdings = [
        RoleHolding(employee=person, role=Role.MANAGER, unit_id=person.unit_id, starts_on=max(today, person.starts_on))
        for person in people
    ]
    bulk_create_with_history(holdings, RoleHolding, batch_size=BATCH)
    record_many("role.granted", holdings, by=by, via=Via.IMPORT)

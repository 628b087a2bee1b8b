"""Safety areas (verneområder)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from hms.audit.services import record
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, SafetyArea, SafetyAreaUnit, Unit
from hms.organisations.people import current
from hms.organisations.services._writing import save_changes, via


def create_safety_area(*, name: str, units: Iterable[Unit], by: Employee | None) -> SafetyArea:
    """Make a safety area of some units. Effects: the area, its units, an event.

    Raises:
        Refused: when the name is taken or a unit is in another area.
    """
    units = list(units)
    _check(name, units, None)
    area = SafetyArea.objects.create(name=name)
    _set_units(area, units)
    record("safety_area.created", area, by=by, via=via(by))
    return area


def change_safety_area(area: SafetyArea, *, name: str, units: Iterable[Unit], by: Employee | None) -> bool:
    """Change name or units. Effects: the area, its units, an event. Raises Refused as `create_safety_area`."""
    units = list(units)
    _check(name, units, area)
    renamed = save_changes(area, {"name": name}, verb="safety_area.renamed", by=by)
    before = set(SafetyAreaUnit.objects.filter(safety_area=area).values_list("unit_id", flat=True))
    after = {unit.pk for unit in units}
    if before == after:
        return renamed
    SafetyAreaUnit.objects.filter(safety_area=area).exclude(unit_id__in=after).delete()
    _set_units(area, [unit for unit in units if unit.pk not in before])
    record(
        "safety_area.units_changed",
        area,
        by=by,
        via=via(by),
        data={"added": sorted(after - before), "removed": sorted(before - after)},
    )
    return True


def remove_safety_area(area: SafetyArea, *, by: Employee | None) -> None:
    """Remove an area. Effects: the area and its units' links are gone, an event.

    Raises:
        Refused: when somebody represents it now or did: the history of who it was must stay.
    """
    if area.role_holdings.exists():
        now = ", ".join(
            str(holding.employee) for holding in area.role_holdings.filter(current()).select_related("employee")
        )
        if now:
            raise Refused(_("%(names)s represents this area. End the role first.") % {"names": now})
        raise Refused(_("Somebody has represented this area, so it is kept. Change its name or units instead."))
    record("safety_area.removed", area, by=by, via=via(by))
    area.delete()


def _set_units(area: SafetyArea, units: list[Unit]) -> None:
    SafetyAreaUnit.objects.bulk_create(SafetyAreaUnit(safety_area=area, unit=unit) for unit in units)


def _check(name: str, units: list[Unit], area: SafetyArea | None) -> None:
    own = area.pk if area else None
    if SafetyArea.objects.filter(name=name).exclude(pk=own).exists():
        raise Refused(_("There is already a safety area called “%(name)s”.") % {"name": name}, field="name")
    if not units:
        raise Refused(_("Choose at least one unit."), field="units")
    taken = (
        SafetyAreaUnit.objects.filter(unit__in=units).exclude(safety_area_id=own).select_related("unit", "safety_area")
    )
    if taken:
        listed = ", ".join(f"{link.unit} ({link.safety_area})" for link in taken)
        raise Refused(_("These units are in another safety area: %(units)s.") % {"units": listed}, field="units")

"""Absence with a deputy."""

import datetime

from django.utils.translation import gettext as _

from hms.audit.services import record
from hms.organisations.errors import Refused
from hms.organisations.models import Absence, Employee
from hms.organisations.services._writing import save_changes, via


def register_absence(
    employee: Employee,
    *,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: Employee | None,
    deputy: Employee | None = None,
) -> Absence:
    """Say that somebody is away. Why is never asked. Effects: the absence, an event.

    Raises:
        Refused: when the dates are wrong, overlap another absence, or the deputy is the person or has left.
    """
    _check(employee, starts_on, ends_on, deputy)
    absence = Absence.objects.create(employee=employee, deputy=deputy, starts_on=starts_on, ends_on=ends_on)
    record("absence.registered", absence, by=by, via=via(by), root=employee)
    return absence


def change_absence(
    absence: Absence,
    *,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: Employee | None,
    deputy: Employee | None = None,
) -> bool:
    """Change period or deputy. Effects: the absence, an event. Raises Refused as `register_absence`."""
    _check(absence.employee, starts_on, ends_on, deputy, but=absence)
    changes = {"starts_on": starts_on, "ends_on": ends_on, "deputy": deputy}
    return save_changes(absence, changes, verb="absence.changed", by=by, root=absence.employee)


def remove_absence(absence: Absence, *, by: Employee | None) -> None:
    """Remove an absence. Effects: the row is gone, an event."""
    record("absence.removed", absence, by=by, via=via(by), root=absence.employee)
    absence.delete()


def _check(
    employee: Employee,
    starts_on: datetime.date,
    ends_on: datetime.date,
    deputy: Employee | None,
    *,
    but: Absence | None = None,
) -> None:
    if ends_on < starts_on:
        raise Refused(_("The last day must come after the first."), field="ends_on")
    if deputy is not None and deputy.pk == employee.pk:
        raise Refused(_("The deputy must be somebody else."), field="deputy")
    if deputy is not None and not deputy.is_employed(ends_on):
        raise Refused(_("%(name)s does not work here the whole time.") % {"name": deputy.name}, field="deputy")
    other = Absence.objects.filter(employee=employee, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if other.exclude(pk=but.pk if but else None).exists():
        raise Refused(_("There is already an absence in that period. Change that one."), field="starts_on")

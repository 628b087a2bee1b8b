"""Hours worked, which injuries are counted against."""

from django.db.models import Q

from deviations.models import HoursWorked
from hms.audit.services import record
from hms.organisations.models import Employee, Organisation, Unit
from hms.tenancy.scope import current_organisation_id


def enter_hours(*, by: Employee, unit: Unit | None, year: int, month: int | None, hours: int | None) -> None:
    """Keep the hours of a month (or a year, without one) of a unit, or of the whole organisation.

    Effects: the number, in place of an earlier one, or none any more when `hours` is None; an event when it changed.
    """
    known = HoursWorked.objects.filter(
        Q(unit=unit) if unit else Q(unit__isnull=True), Q(month=month) if month else Q(month__isnull=True), year=year
    )
    if known.values_list("hours", flat=True).first() == hours:
        return
    if hours is None:
        known.delete()
    else:
        HoursWorked.objects.bulk_create(
            [HoursWorked(unit=unit, year=year, month=month, hours=hours, entered_by=by)],
            update_conflicts=True,
            unique_fields=["organisation", "unit", "year", "month"],
            update_fields=["hours", "entered_by", "entered_at"],
        )
    organisation = Organisation.objects.get(pk=current_organisation_id())
    data = {"unit": unit.pk if unit else None, "year": year, "month": month}
    record("hours.entered", organisation, by=by, data=data)

"""Reading what was done to many cases at once."""

from django.db.models import QuerySet

from deviations.models import BulkChange
from hms.organisations.access import visibility
from hms.organisations.models import Employee


@visibility(BulkChange)
def visible_changes(employee: Employee) -> QuerySet[BulkChange]:
    """Everybody sees their own."""
    return BulkChange.objects.filter(by=employee)

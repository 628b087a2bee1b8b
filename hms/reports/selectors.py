"""Reading report jobs."""

from django.db.models import QuerySet

from hms.organisations.access import visibility
from hms.organisations.models import Employee
from hms.reports.models import ReportJob


@visibility(ReportJob)
def visible_to(employee: Employee) -> QuerySet[ReportJob]:
    """Only the one who asked may know of a report."""
    return ReportJob.objects.filter(requested_by=employee)

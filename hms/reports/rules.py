"""Who may fetch a report. The content was already made through the asker's own permissions."""

import rules

from hms.organisations.models import Employee
from hms.reports.models import ReportJob


@rules.predicate
def is_asker(employee: Employee, job: ReportJob) -> bool:
    return job.requested_by_id == employee.pk


rules.add_perm("reports.fetch", is_asker)

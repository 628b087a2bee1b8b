"""The tasks that injuries make, for what happens to a case: part of the services, below the others."""

import datetime
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from deviations import routing
from deviations.models import Deviation, NavReport, NoticeList
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.organisations.models import Employee


def sources_of(deviation: Deviation) -> list[Any]:
    """What holds tasks beside the case itself and its plan: the checklist, and reports to NAV."""
    return [
        *NoticeList.objects.filter(deviation=deviation),
        *NavReport.objects.filter(injury__deviation=deviation),
    ]


def tasks_of(deviation: Deviation) -> list[Assignment]:
    """Those tasks, ended or not."""
    lists = NoticeList.objects.filter(deviation=deviation, assignment__isnull=False).values("assignment")
    reports = NavReport.objects.filter(injury__deviation=deviation, assignment__isnull=False).values("assignment")
    found = Assignment.objects.filter(Q(pk__in=lists) | Q(pk__in=reports))
    return list(found.select_related("assignee__unit", "requested_by").order_by("id"))


def give(source: Any, *, deviation: Deviation, by: Employee, due_on: datetime.date, critical: bool) -> Assignment:
    """Put the task of a checklist or a report to NAV on whoever handles the case.

    Its title says what is to be done and the case number, in the organisation's language; of a confidential case the
    number alone. Neither a mail nor a colleague's list says more.
    """
    with translation.override(deviation.organisation.language):
        words = (
            _("Notify the authorities: %(case)s") if isinstance(source, NoticeList) else _("Report to NAV: %(case)s")
        )
        title = words % {"case": deviation.number}
    return assignments.assign(
        kind=Kind.ACTION,
        title=deviation.number if deviation.is_confidential else title,
        to=responsible_for(deviation, by),
        due_on=due_on,
        source=source,
        by=by,
        confidential=deviation.is_confidential,
        critical=critical,
        statutory=True,
    )


def responsible_for(deviation: Deviation, by: Employee) -> Employee:
    """Who must see to it: the handler, else whoever would get the case now, else the one who asks for it."""
    handler = deviation.handling.assignee if deviation.handling else None
    if handler is not None and handler.is_employed():
        return handler
    return routing.choose_handler(deviation) or by


def follow_handler(deviation: Deviation, handler: Employee, *, by: Employee | None) -> None:
    """Give what is not done yet to the case's new handler."""
    for assignment in tasks_of(deviation):
        if assignment.state == AssignmentState.OPEN and assignment.assignee_id != handler.pk:
            assignments.hand_over(assignment, to=handler, by=by)


def make_confidential(deviation: Deviation) -> None:
    """Mask the tasks of a case that became confidential."""
    for assignment in tasks_of(deviation):
        assignments.make_confidential(assignment, title=deviation.number)


def end(assignment: Assignment | None, *, by: Employee, done: bool) -> None:
    """Complete a task, or call it off; one that has ended is left alone."""
    if assignment is None or assignment.state != AssignmentState.OPEN:
        return
    if done:
        assignments.complete(assignment, by=by)
    else:
        assignments.cancel(assignment, by=by)

"""My page: what do I do now, and what came of what I reported?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from deviations import selectors as deviations
from hms.assignments import selectors as assignments
from hms.assignments import sources
from hms.assignments.models import Assignment
from hms.notifications.selectors import dead_address_of
from hms.organisations.models import Employee
from hms.organisations.selectors import safety_reps_of

TASKS_SHOWN = 5
REPORTS_SHOWN = 3


@require_safe
def my_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """Tasks, own reports with how far they have come, and who helps."""
    employee = request.employee
    slug = request.organisation.slug
    reported = deviations.reported_by(employee)
    context = {
        "today": timezone.localdate(),
        "waiting": [_task(slug, assignment) for assignment in assignments.my_open(employee)[:TASKS_SHOWN]],
        "waiting_count": assignments.my_open_count(employee),
        "free": assignments.free_for(employee)[:TASKS_SHOWN],
        "tasks_url": reverse("assignments:list", args=[slug]),
        "reports": [_report(slug, deviation) for deviation in reported[:REPORTS_SHOWN]],
        "reports_count": deviations.bounded_count(reported),
        "reports_url": reverse("deviations:list", args=[slug]) + "?mine=1&status=all",
        "safety_rep": _safety_rep(employee),
        "example": deviations.newest_example(),
        "examples_url": reverse("deviations:examples", args=[slug]),
        "dead": dead_address_of(employee),
    }
    return render(request, "dashboard/my_page.html", context)


def _task(slug: str, assignment: Assignment) -> dict[str, Any]:
    source = sources.get(assignment.source_kind)
    return {
        "url": reverse("assignments:detail", args=[slug, assignment.pk]),
        "title": assignment.title,
        "meta": assignment.get_kind_display(),
        "icon": source.icon,
        "color": "danger" if assignment.is_overdue else "info",
        "due_on": assignment.due_on,
    }


def _report(slug: str, deviation: Any) -> dict[str, Any]:
    return {
        "url": reverse("deviations:detail", args=[slug, deviation.number]),
        "title": deviation.title,
        "number": deviation.number,
        "steps": deviations.steps(deviation),
        "answer": deviation.answer,
    }


def _safety_rep(employee: Employee) -> Employee | None:
    others = [rep for rep in safety_reps_of(employee.unit) if rep.pk != employee.pk]
    return others[0] if others else None

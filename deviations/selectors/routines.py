"""What cases say about routines, for whoever owns them."""

from django.db.models import QuerySet

from deviations.enums import RoutineCover
from deviations.models import Deviation
from deviations.selectors.cases import visible_to
from hms.organisations.models import Employee

# Answers that ask something of the routine's owner.
FINDINGS = (RoutineCover.NOT_FOLLOWED, RoutineCover.UNCLEAR, RoutineCover.MISSING)


def routine_findings(employee: Employee, *, routine: str = "") -> QuerySet[Deviation]:
    """Cases an employee may see where a routine was unclear, missing or not followed, newest first.

    `routine`: only those that name it, in whatever case it was written.
    """
    found = visible_to(employee).filter(routine_cover__in=FINDINGS)
    if routine:
        found = found.filter(routine_name__icontains=routine.strip())
    return found.order_by("-reported_at", "-id")

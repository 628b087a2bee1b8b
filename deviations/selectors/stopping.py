"""Reading stops of dangerous work."""

from django.db.models import QuerySet

from deviations.models import Deviation, WorkStop
from deviations.selectors.cases import openable_by
from hms.organisations.access import visibility
from hms.organisations.models import Employee


@visibility(WorkStop)
def visible_stops(employee: Employee) -> QuerySet[WorkStop]:
    """Those of cases that the employee may open."""
    return WorkStop.objects.filter(deviation__in=openable_by(employee).order_by().values("pk"))


def stops_of(deviation: Deviation) -> QuerySet[WorkStop]:
    """All stops of a case, the newest first."""
    return WorkStop.objects.filter(deviation=deviation).select_related("stopped_by", "lifted_by").order_by("-id")

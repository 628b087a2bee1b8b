"""Somebody leaves: nothing that was theirs to do is left with nobody."""

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from hms.assignments import selectors, services, sources
from hms.assignments.enums import Kind, State
from hms.assignments.models import Assignment
from hms.organisations.errors import Refused
from hms.organisations.models import Employee


def _unfinished(employee: Employee) -> QuerySet[Assignment]:
    return Assignment.objects.filter(assignee=employee, state__in=[State.PLANNED, State.OPEN])


def count_open(employee: Employee) -> list[tuple[str, int]]:
    """What the person has to do, by kind. No titles: an administrator asks, who may not see cases."""
    counted = _unfinished(employee).values_list("kind").annotate(Count("id")).order_by("kind")
    return [(f"× {Kind(kind).label}", number) for kind, number in counted]


def hand_over(employee: Employee, to: Employee, by: Employee) -> None:
    """Give everything to `to`; what is confidential goes where its source says, never to somebody it is about.

    Raises:
        Refused: when nobody may take something confidential.
    """
    for assignment in _unfinished(employee).select_related("assignee", "requested_by", "offer").order_by("id"):
        if assignment.open_offer is not None:
            services.change_accountable(assignment, to=to, by=by)
            continue
        taker = _taker(assignment) if assignment.is_confidential else to
        if taker is None or taker.pk == employee.pk:
            raise Refused(
                _(
                    "%(name)s has a confidential case that nobody else may be given from here. It must be passed on first."
                )
                % {"name": employee.name}
            )
        services.hand_over(assignment, to=taker, by=by)


def _taker(assignment: Assignment) -> Employee | None:
    source = sources.get(assignment.source_kind)
    if source.successor is not None:
        return source.successor(assignment)
    return selectors.decider_of(assignment)

"""Which cases count: a report is counted once, and what was no deviation not at all."""

from django.db.models import Count, Q, QuerySet

from deviations.enums import Ending
from deviations.models import Deviation

# Open, or closed with an answer. Rejected, withdrawn and merged ones are each counted apart.
COUNTED = Q(ending="")
# What nobody waits for an answer to any more.
OF_NO_REPORTER = (Ending.WITHDRAWN, Ending.MERGED)


def counted(cases: QuerySet[Deviation]) -> QuerySet[Deviation]:
    """The cases that are counted as deviations."""
    return cases.filter(COUNTED)


def apart(cases: QuerySet[Deviation]) -> dict[str, int]:
    """How many of these cases ended in each of the ways that are not counted, in the order of `Ending`."""
    numbers = dict(cases.exclude(COUNTED).values_list("ending").annotate(Count("pk")).order_by())
    return {ending.value: numbers[ending.value] for ending in Ending if ending.value in numbers}

"""The list's filters as a condition: what the page, files, saved views and mails have in common."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, QuerySet

from deviations.enums import Ending, State
from deviations.models import Deviation
from deviations.selectors.cases import awaiting_statement, open_ones, overdue, own, search
from deviations.selectors.counting import counted
from deviations.selectors.inside import seen_inside
from deviations.selectors.links import recurrences
from deviations.selectors.trends import narrowed
from hms.organisations.models import Employee


def matching(found: QuerySet[Deviation], wanted: Mapping[str, Any], employee: Employee) -> QuerySet[Deviation]:
    """The cases among `found` that a filter wants.

    Args:
        wanted: cleaned data of the list's filter form; what is missing or empty asks for nothing. Without a
            status, closed cases are left out. Causes and recurrences are found where the asker sees the inside.
        employee: who asks: «reported by me» is about this person.
    """
    found = _with_status(found, wanted.get("status", ""), employee)
    for name in ("severity", "kind", "category", "unit", "routine_cover"):
        if wanted.get(name):
            found = found.filter(**{name: wanted[name]})
    if wanted.get("mine"):
        found = found.filter(own(employee))
    if wanted.get("cause"):
        found = found.filter(seen_inside(employee))
    found = narrowed(found, wanted)
    return search(found, wanted["q"]) if wanted.get("q") else found


def _with_status(found: QuerySet[Deviation], status: str, employee: Employee) -> QuerySet[Deviation]:
    if status in {"", "new", "working"}:
        found = open_ones(found)
    if status in {"new", "working"}:
        return found.filter(state=State.NEW if status == "new" else State.IN_PROGRESS)
    if status == "approval":
        return awaiting_statement(found)
    if status == "overdue":
        return overdue(found)
    if status in Ending.values:
        return found.filter(ending=status)
    if status == "again":
        return counted(found).filter(seen_inside(employee), Exists(recurrences()))
    if status in {"closed", "counted"}:
        found = counted(found)
    return found.filter(state=State.CLOSED) if status == "closed" else found

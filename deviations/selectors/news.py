"""What is new in a view."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from deviations.enums import ReporterKind
from deviations.models import Deviation
from deviations.selectors.cases import visible_to
from deviations.selectors.counting import OF_NO_REPORTER
from deviations.selectors.filters import matching
from hms.organisations.models import Employee


@dataclass(frozen=True)
class Changes:
    """Case numbers between two moments, the newest first."""

    came: list[str]
    closed: list[str]

    @property
    def is_empty(self) -> bool:
        return not self.came and not self.closed


def changes_in(wanted: Mapping[str, Any], employee: Employee, since: datetime.date, until: datetime.date) -> Changes:
    """What came into a filter from the day `since` up to and without `until`, and what of it was closed, as somebody
    may see it now.

    Confidential cases are left out: the numbers go out of the house. So are imported ones, which are not news. A view
    of what is overdue tells what has become so, a view of closed cases what was closed.
    """
    seen = visible_to(employee).filter(is_confidential=False).exclude(reporter_kind=ReporterKind.IMPORTED)
    status = wanted.get("status", "")
    in_view = matching(seen, wanted, employee)
    whatever_state = matching(seen, {**wanted, "status": "all"}, employee)
    closed = _in_days("closed_at", since, until) & ~Q(ending__in=OF_NO_REPORTER)
    if status == "closed":
        return Changes([], _numbers(in_view.filter(closed), "-closed_at"))
    return Changes(
        _numbers(in_view.filter(_came(status, since, until)), "-reported_at"),
        _numbers(whatever_state.filter(closed), "-closed_at"),
    )


def _came(status: str, since: datetime.date, until: datetime.date) -> Q:
    if status == "overdue":
        # What was due on these days is late from the day after; the last of them is late today.
        return Q(handling__due_on__gte=since, handling__due_on__lt=until)
    return _in_days("reported_at", since, until)


def _in_days(field: str, since: datetime.date, until: datetime.date) -> Q:
    first, last = (timezone.make_aware(datetime.datetime.combine(day, datetime.time())) for day in (since, until))
    return Q(**{f"{field}__gte": first, f"{field}__lt": last})


def _numbers(cases: QuerySet[Deviation], order: str) -> list[str]:
    return [case.number for case in cases.only("organisation_id", "year", "sequence").order_by(order, "-id")]

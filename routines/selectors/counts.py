"""What the numbers without people say: whether routines are opened, and whether their control questions are understood."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F, Max, Q, Sum
from django.db.models.functions import Coalesce

from hms.core.months import in_months
from routines.enums import ReceiptVia
from routines.models import Opening, Routine, RoutineClock, Version

# Fewer than these, and a number would point at somebody.
FEWEST_READERS = 5


@dataclass(frozen=True)
class Understood:
    """How a version's control question has been answered, where enough have.

    Attributes:
        readers: how many have answered it right, in the end.
        wrong: how many of them answered it wrong at first.
    """

    readers: int
    wrong: int

    @property
    def is_unclear(self) -> bool:
        """Whether so many were wrong that the text, and not they, may be to blame."""
        return 3 * self.wrong > self.readers


def understood(versions: Collection[int | None]) -> dict[int | None, Understood]:
    """How the control questions of versions were answered: version id → numbers. Those with few readers are left out."""
    rows = (
        Version.objects.filter(pk__in=versions)
        .exclude(control_question="")
        .annotate(
            readers=Count("receipts__employee", filter=Q(receipts__via=ReceiptVia.WEB), distinct=True),
            wrong=Coalesce(F("wrong_answers__count"), 0),
        )
        .filter(readers__gte=FEWEST_READERS)
        .order_by()
    )
    return {pk: Understood(readers, wrong) for pk, readers, wrong in rows.values_list("pk", "readers", "wrong")}


def openings(routine: Routine, today: datetime.date) -> int:
    """How many times a routine was opened in this month and the eleven before."""
    since = in_months(today.replace(day=1), -11)
    total: int | None = Opening.objects.filter(routine=routine, month__gte=since).aggregate(Sum("count"))["count__sum"]
    return total or 0


def last_opened(routines: Collection[int]) -> dict[int, datetime.date]:
    """The first day of the newest month in which each was opened: routine id → day."""
    rows = Opening.objects.filter(routine__in=routines, count__gt=0).values_list("routine").annotate(Max("month"))
    return dict(rows.order_by())


def counting_since() -> datetime.datetime | None:
    """When openings began to be counted in the open organisation."""
    return RoutineClock.objects.values_list("counting_since", flat=True).first()

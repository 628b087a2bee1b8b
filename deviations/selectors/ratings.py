"""What reporters thought of the answers."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from deviations.enums import Helped
from deviations.models import Deviation


@dataclass(frozen=True)
class Helpfulness:
    """How many rated the closing that stands, and how many of those said what."""

    rated: int = 0
    yes: int = 0
    partly: int = 0
    no: int = 0

    @property
    def percent(self) -> int:
        """Of those who answered, how many in a hundred say that it helped."""
        return round(100 * self.yes / self.rated) if self.rated else 0


def helpfulness(cases: QuerySet[Deviation]) -> Helpfulness:
    """What the reporters of these cases said, in one query."""
    return helpfulness_by(cases, "organisation_id").popitem()[1]


def helpfulness_by(cases: QuerySet[Deviation], key: str) -> dict[object, Helpfulness]:
    """As :func:`helpfulness`, for each value of a field; of no ratings at all, nothing under None."""
    rows = (
        cases.filter(rating__closed_at=F("closed_at"))
        .values_list(key)
        .annotate(
            rated=Count("rating"),
            yes=Count("rating", filter=Q(rating__helped=Helped.YES)),
            partly=Count("rating", filter=Q(rating__helped=Helped.PARTLY)),
            no=Count("rating", filter=Q(rating__helped=Helped.NO)),
        )
        .order_by()
    )
    return {value: Helpfulness(*numbers) for value, *numbers in rows} or {None: Helpfulness()}

"""How far somebody can be anonymous where they work."""

from dataclasses import dataclass

from hms.organisations.models import Unit
from hms.organisations.selectors import employed

# Among fewer it may be understood who wrote (domain.md section 3).
FEWEST = 5


@dataclass(frozen=True)
class SmallUnit:
    """A unit with so few people that somebody anonymous may be recognised.

    `above`: the nearest level with enough people, to report for instead; None when even the whole is too small.
    """

    unit: Unit
    above: Unit | None


def small_unit(unit: Unit) -> SmallUnit | None:
    """The unit, when fewer than five people work in it and below it; None when there are enough."""
    if people_in(unit) >= FEWEST:
        return None
    levels = Unit.objects.filter(pk__in=unit.path[:-1], is_active=True).order_by("-path__len")
    return SmallUnit(unit, next((level for level in levels if people_in(level) >= FEWEST), None))


def people_in(unit: Unit) -> int:
    """How many work in a unit and below it, as far as five."""
    return len(employed().filter(unit__path__contains=[unit.pk]).order_by().values_list("pk")[:FEWEST])

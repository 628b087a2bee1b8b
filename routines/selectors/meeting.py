"""What a routine is there for: the rules of the law register that it meets, and the points of § 5 that it covers."""

from dataclasses import dataclass

from django.db.models import CharField, F, Value
from django.db.models.functions import Concat, Trim

from routines.models import PointRoutine, RequirementRoutine, Routine


@dataclass(frozen=True)
class Meets:
    """Rules as (id, law and place), and numbers of points."""

    rules: list[tuple[int, str]]
    points: list[int]

    def __bool__(self) -> bool:
        return bool(self.rules or self.points)


def what_it_meets(routine: Routine) -> Meets:
    """What a routine is said to meet, also while it is out of force. Rules that do not apply are left out. One query."""
    name = Trim(Concat("requirement__law", Value(" "), "requirement__place", output_field=CharField()))
    rules = (
        RequirementRoutine.objects.filter(routine=routine, requirement__set_aside_at__isnull=True)
        .annotate(sort=Value("rule"), number=F("requirement_id"), words=name)
        .values_list("sort", "number", "words")
    )
    points = (
        PointRoutine.objects.filter(routine=routine)
        .annotate(sort=Value("point"), number=F("point__number"), words=Value("", output_field=CharField()))
        .values_list("sort", "number", "words")
    )
    rows = list(rules.union(points, all=True).order_by("words", "number"))
    return Meets(
        [(number, words) for sort, number, words in rows if sort == "rule"],
        [number for sort, number, _words in rows if sort == "point"],
    )

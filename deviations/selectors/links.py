"""Reading what cases have to do with each other. Nobody learns of a case that they may not open."""

import datetime
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from deviations.enums import Ending, LinkKind, State
from deviations.models import CaseLink, Deviation, MissedAction, SplitOff, WorkStop
from deviations.selectors.cases import openable_by, visible_to
from deviations.selectors.inside import seen_inside
from hms.actions.models import Action
from hms.organisations.models import Employee

# How far apart two reports of the same thing are looked for, and how many are suggested.
NEAR = datetime.timedelta(days=90)
MOST_SUGGESTED = 5


@dataclass(frozen=True)
class LinkedCase:
    """The other one of two linked cases.

    Attributes:
        case: the other case.
        kind: what they have to do with each other.
        is_again: this case is the other one happening again.
    """

    case: Deviation
    kind: str
    is_again: bool = False


def linked_to(deviation: Deviation, employee: Employee) -> list[LinkedCase]:
    """The cases that a case is linked to and that a reader may open, the newest first; two queries."""
    links = CaseLink.objects.exclude(kind=LinkKind.DISMISSED)
    rows = {
        row.other_id if row.deviation_id == deviation.pk else row.deviation_id: row
        for row in links.filter(Q(deviation=deviation) | Q(other=deviation))
    }
    if not rows:
        return []
    found = _shown(openable_by(employee).filter(pk__in=rows)).order_by("-reported_at", "-id")
    return [LinkedCase(case, rows[case.pk].kind, is_again=rows[case.pk].deviation_id == deviation.pk) for case in found]


def suggestions_for(deviation: Deviation, employee: Employee) -> list[Deviation]:
    """Cases that may be about the same, best first; one query.

    Two of category, unit and place in common, reported within three months of each other, as far as the reader may
    see them. What is linked, or was looked at and put aside, is not suggested; nor what was withdrawn or merged.
    """
    alike = _alike(deviation)
    if alike is None or deviation.is_whistleblowing:
        return []
    said = CaseLink.objects.filter(
        Q(deviation=deviation, other=OuterRef("pk")) | Q(other=deviation, deviation=OuterRef("pk"))
    )
    found = (
        visible_to(employee)
        .filter(alike, reported_at__range=(deviation.reported_at - NEAR, deviation.reported_at + NEAR))
        .filter(~Exists(said))
        .exclude(pk=deviation.pk)
        .exclude(ending__in=[Ending.WITHDRAWN, Ending.MERGED])
        .annotate(alike=_points(deviation))
    )
    return list(_shown(found).order_by("-alike", "-reported_at", "-id")[:MOST_SUGGESTED])


def _alike(deviation: Deviation) -> Q | None:
    place, category = deviation.place.strip(), deviation.category
    in_unit = Q(unit_id=deviation.unit_id)
    alike = None
    if category:
        alike = in_unit & Q(category=category)
    if place:
        # The index holds the place as it was written; within a unit there is no need of it.
        here = in_unit & Q(place__iexact=place)
        alike = here if alike is None else alike | here
        if category:
            alike |= Q(place=place, category=category)
    return alike


def _points(deviation: Deviation) -> Combinable:
    points: Combinable = Value(0, IntegerField())
    for same in (
        Q(unit_id=deviation.unit_id),
        Q(category=deviation.category) & ~Q(category=""),
        Q(place__iexact=deviation.place.strip()) & ~Q(place=""),
    ):
        points = points + Case(When(same, then=Value(1)), default=Value(0), output_field=IntegerField())
    return points


def _shown(cases: QuerySet[Deviation]) -> QuerySet[Deviation]:
    return cases.select_related("handling", "plan", "unit").defer("search", "imported_values", "description")


def recurrences() -> QuerySet[CaseLink]:
    """Subquery: whether a case is another one happening again."""
    return CaseLink.objects.filter(deviation=OuterRef("pk"), kind=LinkKind.RECURRENCE)


def with_marks(cases: QuerySet[Deviation], employee: Employee) -> QuerySet[Deviation]:
    """Adds `is_recurrence` to rows of the list, where the reader may see the inside (elsewhere it is False), and
    `is_stopped`: whether work is stopped because of it, which is for everybody to know."""
    again = Case(
        When(seen_inside(employee) & Exists(recurrences()), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    stops = WorkStop.objects.filter(deviation=OuterRef("pk"), lifted_at__isnull=True)
    return cases.annotate(is_recurrence=again, is_stopped=Exists(stops))


def family_of(deviation: Deviation) -> list[Deviation]:
    """A case with all that was split off it, the first one first; for whoever reported all of it."""
    part = SplitOff.objects.filter(deviation=deviation).first()
    origin = part.origin_id if part is not None else deviation.pk
    own = Q(pk=origin) | Q(split_off__origin=origin)
    return list(
        Deviation.everything.filter(own)
        .select_related("handling__assignee", "plan", "unit", "organisation", "merged_into__plan")
        .order_by("id")
    )


def merge_targets(deviation: Deviation, employee: Employee) -> list[Deviation]:
    """Suggested cases that this one could be merged into."""
    return [case for case in suggestions_for(deviation, employee) if case.state != State.CLOSED]


def missed_action_of(deviation: Deviation) -> Action | None:
    """The action that was not done in time, when the case is about one."""
    row = MissedAction.objects.filter(deviation=deviation).select_related("action__plan").first()
    return row.action if row is not None else None

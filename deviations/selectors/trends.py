"""What cases have in common over time: counts, and who may see which of them.

Whoever sees the cases themselves sees every number. Everybody else sees the whole organisation's, and none from which
one of fewer than five reports could be guessed (domain.md section 3): not a small number, not one that is the rest
when the others are taken from the total, and not one that is small once the reports they know are taken from it.
Confidential cases are in no breakdown.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Extract, ExtractIsoWeekDay, Lower, Trim, TruncMonth
from django.utils import timezone

from deviations.models import Deviation
from deviations.selectors.answers import Answers, answers, answers_by
from deviations.selectors.cases import visible_to
from deviations.selectors.counting import COUNTED, apart
from deviations.selectors.ratings import Helpfulness, helpfulness, helpfulness_by
from hms.organisations.calendar import open_calendar
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Unit
from hms.organisations.people import reach

# Fewer than this many reports (or ratings) point at somebody.
FEWEST = 5
PLACES = 10
# Three hours each: an hour alone says who was on duty.
HOURS_EACH = 3


@dataclass(frozen=True)
class Months:
    """Whole months, from the first day of one to the day before `end`."""

    begin: datetime.date
    end: datetime.date

    @property
    def last(self) -> datetime.date:
        return self.end - datetime.timedelta(days=1)

    @property
    def moments(self) -> tuple[datetime.datetime, datetime.datetime]:
        zone = timezone.get_current_timezone()
        midnight = datetime.time()
        return (
            datetime.datetime.combine(self.begin, midnight, zone),
            datetime.datetime.combine(self.end, midnight, zone),
        )

    @property
    def firsts(self) -> list[datetime.date]:
        """The first day of every month."""
        days, day = [], self.begin
        while day < self.end:
            days.append(day)
            day = month_after(day)
        return days


def month_after(day: datetime.date, months: int = 1) -> datetime.date:
    """The first day of the month so many months after a day's."""
    number = day.year * 12 + day.month - 1 + months
    return datetime.date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True)
class Scope:
    """What somebody looks at.

    Attributes:
        cases: the ordinary cases reported in the period that are counted (`selectors.counting`).
        known: those of them that the reader sees anyway; None when that is all of them.
        months: the period.
        units: ids of units whose own numbers the reader sees.
        not_counted: those that are not; only for readers who see all of them.
    """

    cases: QuerySet[Deviation]
    known: QuerySet[Deviation] | None
    months: Months
    units: frozenset[int]
    not_counted: QuerySet[Deviation] | None = None

    @property
    def is_exact(self) -> bool:
        return self.known is None


def sees_everything(employee: Employee) -> bool:
    """Whether every ordinary case is theirs to see."""
    return reach(employee).has(Role.HSE_MANAGER, Role.SENIOR_SAFETY_REP, Role.INSPECTOR)


def units_seen(employee: Employee) -> QuerySet[Unit]:
    """The units whose numbers an employee may ask for alone."""
    units = Unit.objects.order_by("name")
    if sees_everything(employee):
        return units
    his = reach(employee)
    return units.filter(pk__in=his.managed_unit_ids | his.safety_unit_ids)


def scope_of(employee: Employee, months: Months, *, unit: Unit | None = None) -> Scope:
    """What an employee sees of a period: of a unit they see with all below it, or of the whole organisation."""
    begin, end = months.moments
    ordinary = Q(is_confidential=False, reported_at__gte=begin, reported_at__lt=end)
    seen = frozenset(units_seen(employee).values_list("pk", flat=True))
    if unit is not None:
        below = Unit.objects.filter(path__contains=[unit.pk]).values("pk")
        cases = visible_to(employee).filter(ordinary, unit_id__in=seen).filter(unit_id__in=below)
        return Scope(cases.filter(COUNTED), None, months, seen, cases.exclude(COUNTED))
    cases = Deviation.objects.filter(ordinary)
    if sees_everything(employee):
        return Scope(cases.filter(COUNTED), None, months, seen, cases.exclude(COUNTED))
    return Scope(cases.filter(COUNTED), visible_to(employee).filter(ordinary, COUNTED), months, seen)


def not_counted_in(scope: Scope) -> dict[str, int]:
    """How many were rejected, withdrawn and merged, for those who see the cases."""
    return apart(scope.not_counted) if scope.not_counted is not None else {}


@dataclass(frozen=True)
class Cell:
    """One number. `number` is None when it is kept back."""

    value: Any
    number: int | None


def tally(scope: Scope, key: Any, *, is_whole: bool = True, keep: Iterable[Any] | None = None) -> list[Cell]:
    """How many cases for each value, in one query.

    Args:
        key: a field's name or an expression.
        is_whole: whether the cells add up to the total, so that the last one could be worked out from the others.
        keep: the values in the order they are shown, also those without cases; those found, when left out.
    """
    known = Count("pk", filter=Q(pk__in=scope.known.values("pk"))) if scope.known is not None else Count("pk")
    expression = F(key) if isinstance(key, str) else key
    rows = scope.cases.annotate(value=expression).values_list("value").annotate(Count("pk"), own=known).order_by()
    counted = {value: (number, number - own) for value, number, own in rows if value not in (None, "")}
    hidden = _kept_back({value: others for value, (_number, others) in counted.items()}, is_whole=is_whole)
    order = list(keep) if keep is not None else sorted(counted, key=lambda value: (-counted[value][0], str(value)))
    return [Cell(value, None if value in hidden else counted.get(value, (0, 0))[0]) for value in order]


def _kept_back(others: dict[Any, int], *, is_whole: bool) -> set[Any]:
    """The values not to show, by how many reports of others they count."""
    hidden = {value for value, number in others.items() if 0 < number < FEWEST}
    if not hidden or not is_whole:
        return hidden
    # What is hidden must not be worked out from the total: never one alone, and together five or more.
    for value in sorted((v for v in others if others[v] >= FEWEST), key=lambda v: (others[v], str(v))):
        if len(hidden) > 1 and sum(others[v] for v in hidden) >= FEWEST:
            break
        hidden.add(value)
    return hidden


def total_of(scope: Scope) -> int | None:
    """How many cases in all; None when they are too few to say."""
    number = scope.cases.count()
    others = number - (scope.known.count() if scope.known is not None else number)
    return None if 0 < others < FEWEST else number


def by_month(scope: Scope) -> list[Cell]:
    months = scope.months.firsts
    found = tally(scope, TruncMonth("reported_at"), is_whole=True)
    numbers = {timezone.localtime(cell.value).date(): cell.number for cell in found}
    return [Cell(month, numbers.get(month, 0)) for month in months]


def by_cause(scope: Scope) -> list[Cell]:
    """A case may have several causes, or none yet."""
    return tally(scope, Func(F("causes"), function="unnest", output_field=CharField()), is_whole=False)


def by_weekday(scope: Scope) -> list[Cell]:
    """When it happened, Monday (1) first."""
    return tally(scope, ExtractIsoWeekDay("occurred_on"), keep=range(1, 8))


def by_hours(scope: Scope) -> list[Cell]:
    """When it happened, three hours together, of those that have a time. Values are the first hour."""
    part = Func(
        Extract("occurred_at_time", "hour"),
        template=f"(floor(%(expressions)s / {HOURS_EACH}) * {HOURS_EACH})::int",
        output_field=IntegerField(),
    )
    timed = Scope(scope.cases.filter(occurred_at_time__isnull=False), scope.known, scope.months, scope.units)
    cells = tally(timed, part)
    numbers = {cell.value: cell.number for cell in cells}
    return [Cell(hour, numbers.get(hour, 0)) for hour in range(0, 24, HOURS_EACH)] if numbers else []


def by_place(scope: Scope) -> list[Cell]:
    """The places with most, whatever their letters' size. One that is kept back is not named either."""
    cells = tally(scope, Lower(Trim("place")), is_whole=False)
    return [cell for cell in cells if cell.number is not None][:PLACES]


@dataclass(frozen=True)
class UnitNumbers:
    """A unit's own numbers; `helped` is None below five ratings."""

    unit: Unit
    number: int
    answers: Answers
    helped: Helpfulness | None


def by_unit(scope: Scope) -> list[UnitNumbers]:
    """The numbers of the units that the reader sees, those with most cases first."""
    seen = scope.cases.filter(unit_id__in=scope.units)
    counts = dict(seen.values_list("unit_id").annotate(Count("pk")).order_by())
    days = answers_by(seen, "unit_id", open_calendar())
    helped = helpfulness_by(seen, "unit_id")
    units = Unit.objects.in_bulk(list(counts))
    return [
        UnitNumbers(units[pk], number, days.get(pk, Answers()), _enough(helped.get(pk, Helpfulness())))
        for pk, number in sorted(counts.items(), key=lambda row: (-row[1], units[row[0]].name))
    ]


def _enough(said: Helpfulness) -> Helpfulness | None:
    return said if said.rated >= FEWEST else None


def answers_in(scope: Scope) -> Answers | None:
    """How soon reporters were answered; None where it would tell of fewer than five."""
    found = answers(scope.cases)
    return found if scope.is_exact or len(found.days) >= FEWEST else None


def helpfulness_in(scope: Scope) -> Helpfulness | None:
    """Whether it helped; None below five ratings, whoever asks: who said no is nobody's to guess."""
    return _enough(helpfulness(scope.cases))


def confidential_in(scope: Scope) -> int:
    """How many confidential cases the whole organisation has in the period; 0 below five."""
    begin, end = scope.months.moments
    hidden = Q(is_confidential=True, reported_at__gte=begin, reported_at__lt=end)
    number = Deviation.objects.filter(COUNTED, hidden).count()
    return number if number >= FEWEST else 0


@dataclass(frozen=True)
class Losses:
    """Estimates added up; None where nobody has made any."""

    amount: int | None
    lost_days: int | None


def losses_in(scope: Scope) -> Losses:
    """What the cases have cost, for those who see the cases."""
    if not scope.is_exact:
        return Losses(None, None)
    return Losses(**scope.cases.aggregate(amount=Sum("cost__amount"), lost_days=Sum("cost__lost_days")))


def hours_text(first: int) -> str:
    """«09–12», of the hours that begin with `first`."""
    return f"{first:02d}–{first + HOURS_EACH:02d}"


def narrowed(cases: QuerySet[Deviation], wanted: Mapping[str, Any]) -> QuerySet[Deviation]:
    """The cases behind one number of the trends.

    Args:
        wanted: `begin` and `end` (dates of reporting, both included), `cause`, `weekday`, `hours` (first hour), `place`
            and `below` (a unit with all below it); what is empty asks for nothing.
    """
    zone = timezone.get_current_timezone()
    if begin := wanted.get("begin"):
        cases = cases.filter(reported_at__gte=datetime.datetime.combine(begin, datetime.time(), zone))
    if end := wanted.get("end"):
        after = datetime.datetime.combine(end + datetime.timedelta(days=1), datetime.time(), zone)
        cases = cases.filter(reported_at__lt=after)
    if cause := wanted.get("cause"):
        cases = cases.filter(causes__contains=[cause])
    if weekday := wanted.get("weekday"):
        cases = cases.filter(occurred_on__iso_week_day=weekday)
    if (hours := wanted.get("hours")) is not None:
        cases = cases.filter(occurred_at_time__hour__gte=hours, occurred_at_time__hour__lt=hours + HOURS_EACH)
    if place := wanted.get("place"):
        cases = cases.annotate(plain_place=Lower(Trim("place"))).filter(plain_place=place.strip().lower())
    if below := wanted.get("below"):
        cases = cases.filter(unit__path__contains=[below])
    return cases

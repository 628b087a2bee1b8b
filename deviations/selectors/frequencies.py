"""H1, H2 and F: injuries and lost days for each million hours worked.

The definitions are those of Norwegian industry (Norsk Industri's personskadestatistikk; EBA), for employees and hired-in
people together, injuries and not illness:

* H1 (LTIF): injuries with absence after the day it happened, deaths among them, × 1 000 000 / hours worked.
* H2 (TRIF): injuries with and without absence × 1 000 000 / hours worked; first aid alone is not counted.
* F: days away because of them × 1 000 000 / hours worked. Calendar days, in the period of the injury, so that the number
  grows while somebody is still away.

Nothing is divided by hours that nobody has entered: they are missing, and not zero.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from deviations.injury_enums import COUNTED, Absence, InjuryOutcome
from deviations.injury_rules import ALL_ENTRIES
from deviations.models import HoursWorked, Injury
from deviations.models.injuries import days_away
from deviations.selectors.injuries import of_cases_about
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Unit
from hms.organisations.people import reach

MILLION = 1_000_000
# With fewer hours one injury moves H1 by five or more: about 110 full-time years.
FEW_HOURS = 200_000


def sees_whole(employee: Employee) -> bool:
    """Whether the whole organisation's numbers are theirs to see."""
    return reach(employee).has(*ALL_ENTRIES, Role.TOP_LEADER)


def units_counted(employee: Employee) -> list[Unit]:
    """The units whose numbers an employee may ask for alone."""
    units = Unit.objects.order_by("name")
    if not sees_whole(employee):
        his = reach(employee)
        units = units.filter(pk__in=his.managed_unit_ids | his.safety_unit_ids)
    return list(units)


@dataclass
class Tally:
    """What happened in a period, and the hours worked in it.

    Attributes:
        begin, end: the first day, and the day after the last.
        hours: None when they are missing.
        missing_months: how many months of it nobody has entered.
        recorded: every injury of those who are counted, first aid too.
        lost_time: those with absence, and deaths.
        treated: those with absence or medical treatment.
        lost_days: days away, so far.
    """

    begin: datetime.date
    end: datetime.date
    hours: int | None = None
    missing_months: int = 0
    recorded: int = 0
    lost_time: int = 0
    treated: int = 0
    lost_days: int = 0

    @property
    def h1(self) -> Decimal | None:
        return self._frequency(self.lost_time)

    @property
    def h2(self) -> Decimal | None:
        return self._frequency(self.treated)

    @property
    def f(self) -> Decimal | None:
        return self._frequency(self.lost_days)

    @property
    def is_shaky(self) -> bool:
        """Whether so few hours were worked that one injury more or less decides."""
        return self.hours is not None and self.hours < FEW_HOURS

    @property
    def of_one(self) -> Decimal | None:
        """By how much one injury moves H1 and H2."""
        return self._frequency(1)

    @property
    def last(self) -> datetime.date:
        return self.end - datetime.timedelta(days=1)

    def _frequency(self, number: int) -> Decimal | None:
        return round(Decimal(number) * MILLION / self.hours, 1) if self.hours else None


@dataclass
class _Hours:
    years: dict[int, int] = field(default_factory=dict)
    months: dict[tuple[int, int], int] = field(default_factory=dict)


def _hours(unit: Unit | None, years: Iterable[int]) -> _Hours:
    found = _Hours()
    rows = HoursWorked.objects.filter(Q(unit=unit) if unit else Q(unit__isnull=True), year__in=list(years))
    for year, month, hours in rows.values_list("year", "month", "hours"):
        if month is None:
            found.years[year] = hours
        else:
            found.months[year, month] = hours
    return found


def yearly(
    unit: Unit | None, years: Iterable[int], *, reader: Employee, today: datetime.date | None = None
) -> list[Tally]:
    """The frequencies of whole years, the newest first; of the running one, its months from January with hours.

    A year has the hours entered for it, else those of all its months, else none. `reader`: injuries of cases about
    them are not counted for them; one more than the register shows would tell of it.
    """
    today, years = today or timezone.localdate(), sorted(years, reverse=True)
    hours = _hours(unit, years)
    tallies = []
    for year in years:
        if year == today.year:
            tallies.append(_running(year, hours, today))
            continue
        tally = Tally(datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1), hours.years.get(year))
        if tally.hours is None:
            months = [hours.months.get((year, month)) for month in range(1, 13)]
            tally.missing_months = months.count(None)
            tally.hours = sum(filter(None, months)) if not tally.missing_months else None
        tallies.append(tally)
    _count(tallies, unit, today, reader)
    return tallies


def _running(year: int, hours: _Hours, today: datetime.date) -> Tally:
    """The year so far: January until the last month with hours; with a gap there are none."""
    entered = [month for month in range(1, today.month + 1) if (year, month) in hours.months]
    if not entered:
        return Tally(datetime.date(year, 1, 1), today + datetime.timedelta(days=1), None, today.month)
    last = entered[-1]
    end = datetime.date(year + last // 12, last % 12 + 1, 1)
    missing = last - len(entered)
    number = None if missing else sum(hours.months[year, month] for month in entered)
    return Tally(datetime.date(year, 1, 1), end, number, missing)


def monthly(unit: Unit | None, year: int, *, reader: Employee, today: datetime.date | None = None) -> list[Tally]:
    """The frequencies of a year's months that have begun, in order; `reader` as for :func:`yearly`."""
    today = today or timezone.localdate()
    hours = _hours(unit, [year])
    tallies = [
        Tally(
            datetime.date(year, month, 1),
            datetime.date(year + month // 12, month % 12 + 1, 1),
            hours.months.get((year, month)),
            0 if (year, month) in hours.months else 1,
        )
        for month in range(1, 13)
        if datetime.date(year, month, 1) <= today
    ]
    _count(tallies, unit, today, reader)
    return tallies


def _count(tallies: list[Tally], unit: Unit | None, today: datetime.date, reader: Employee) -> None:
    """Count the injuries of each period, in one query."""
    if not tallies:
        return
    injuries = Injury.objects.filter(
        deviation__is_whistleblowing=False,
        is_illness=False,
        person_kind__in=COUNTED,
        occurred_on__gte=min(tally.begin for tally in tallies),
        occurred_on__lt=max(tally.end for tally in tallies),
    ).exclude(of_cases_about(reader))
    if unit is not None:
        injuries = injuries.filter(deviation__unit__path__contains=[unit.pk])
    rows = injuries.values_list("occurred_on", "outcome", "absence", "absent_from", "absent_until", "absent_days")
    for day, outcome, absence, absent_from, absent_until, absent_days in rows:
        tally = next((tally for tally in tallies if tally.begin <= day < tally.end), None)
        if tally is None:
            continue
        lost = absence in {Absence.DATES, Absence.DAYS} or outcome == InjuryOutcome.FATAL
        tally.recorded += 1
        tally.lost_time += lost
        tally.treated += lost or outcome != InjuryOutcome.FIRST_AID
        tally.lost_days += days_away(absence, absent_from, absent_until, absent_days, today)


def entered(unit: Unit | None, year: int) -> dict[int | None, int]:
    """What is entered for a year: hours by month, and by None for the whole of it."""
    hours = _hours(unit, [year])
    months: dict[int | None, int] = {month: number for (_year, month), number in hours.months.items()}
    return months | ({None: hours.years[year]} if year in hours.years else {})

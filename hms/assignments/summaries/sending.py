"""One organisation's summaries: when the next one comes, whom it is told, each once."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from hms.assignments.enums import SummaryKind
from hms.assignments.models import SummaryRefusal, SummarySchedule
from hms.assignments.summaries import registry
from hms.assignments.summaries.own_part import overdue_by_unit
from hms.assignments.summaries.periods import Period, Week, current
from hms.assignments.summaries.reading import ROLE_OF
from hms.audit.services import record
from hms.notifications.enums import RoutineMail
from hms.notifications.selectors import routine_mail_of
from hms.notifications.services import Told, notify_many
from hms.organisations.calendar import WorkCalendar, open_calendar
from hms.organisations.models import Absence, Employee, Organisation, RoleHolding, Unit
from hms.organisations.people import current as in_force

TYPE_OF = {SummaryKind.WEEKLY: "summaries.week", SummaryKind.MONTHLY: "summaries.month"}


def next_moment(kind: str, last_period: str, calendar: WorkCalendar, now: datetime.datetime) -> datetime.datetime:
    """The working morning on which the next summary is due, after `last_period` was told (or needs no telling).

    In the past when this period's morning was missed: then it is due now.
    """
    period = current(kind, calendar.local_date(now))
    if period.name == last_period:
        period = period.next
    return calendar.morning(calendar.on_or_after(period.sent_from))


def summarise(now: datetime.datetime) -> int:
    """Tell the open organisation's leaders, when the morning for it has come.

    A morning that was missed is made up for as soon as it is day on a working day, with the summary of the period
    that it is then. A kind that the organisation has no schedule for yet begins with the next period.

    Effects: messages, one to a person and period; the schedule.

    Returns:
        How many were told.
    """
    calendar = open_calendar()
    with timezone.override(calendar.zone):
        _make_schedules(calendar, now)
        due = SummarySchedule.objects.filter(next_at__lte=now).select_for_update(skip_locked=True).order_by("kind")
        return sum(_take(schedule, calendar, now) for schedule in due)


def _make_schedules(calendar: WorkCalendar, now: datetime.datetime) -> None:
    known = set(SummarySchedule.objects.values_list("kind", flat=True))
    SummarySchedule.objects.bulk_create(
        [_new(kind, calendar, now) for kind in SummaryKind.values if kind not in known], ignore_conflicts=True
    )


def _new(kind: str, calendar: WorkCalendar, now: datetime.datetime) -> SummarySchedule:
    period = current(kind, calendar.local_date(now)).name
    return SummarySchedule(kind=kind, last_period=period, next_at=next_moment(kind, period, calendar, now))


def _take(schedule: SummarySchedule, calendar: WorkCalendar, now: datetime.datetime) -> int:
    told = 0
    if calendar.is_open(now):
        period = current(schedule.kind, calendar.local_date(now))
        told = notify_many(TYPE_OF[SummaryKind(schedule.kind)], addressed(period))
        schedule.last_period = period.name
        schedule.next_at = next_moment(schedule.kind, period.name, calendar, now)
    else:
        schedule.next_at = calendar.next_morning(now)
    schedule.save(update_fields=["last_period", "next_at"])
    return told


# --- whom ---


@dataclass(frozen=True)
class _Addressee:
    reader: Employee
    leader: Employee
    overdue: int = 0


def addressed(period: Period) -> list[Told]:
    """Everybody to tell about a period: leaders with something to be told, and deputies of those who are away.

    Eight queries or so, however many leaders, units and tasks there are.
    """
    leaders = _managers(period) if isinstance(period, Week) else _top_leaders()
    refused = set(SummaryRefusal.objects.filter(kind=period.kind).values_list("employee_id", flat=True))
    wanting = [one for one in leaders if one.leader.pk not in refused]
    readers = [one for one in [*wanting, *_deputies(wanting)] if one.reader.pk not in refused]
    wishes = routine_mail_of({one.reader.pk for one in readers})
    return [
        Told(
            one.reader, one.leader, _occurrence(period, one), _parameters(period, one),
            email=wishes.get(one.reader.pk) != RoutineMail.INBOX,
        )
        for one in readers
    ]  # fmt: skip


def _occurrence(period: Period, one: _Addressee) -> str:
    own = f"summary:{period.name}"
    return own if one.reader.pk == one.leader.pk else f"{own}:{one.leader.pk}"


def _parameters(period: Period, one: _Addressee) -> dict[str, Any]:
    parameters: dict[str, Any] = {"period": period.name, "overdue": one.overdue}
    if one.reader.pk != one.leader.pk:
        parameters["leader"] = one.leader.pk
    return parameters


def _holdings(role: str) -> Iterable[RoleHolding]:
    return (
        RoleHolding.objects.filter(in_force(), in_force(prefix="employee__"), role=role)
        .select_related("employee__user")
        .order_by("employee_id", "id")
    )


def _managers(week: Week) -> list[_Addressee]:
    """Whoever leads a unit in which, or below which, there is something to tell."""
    paths = dict(Unit.objects.values_list("pk", "path"))
    something = _upward((part.weekly_units(week) for part in registry.every()), paths)
    overdue = _upward([overdue_by_unit()], paths)
    led: dict[Employee, set[int]] = {}
    for holding in _holdings(ROLE_OF[SummaryKind.WEEKLY]):
        led.setdefault(holding.employee, set()).add(holding.unit_id)
    return [
        # A unit that lies below another one of the same leader is in that one's number.
        _Addressee(person, person, sum(overdue.get(unit, 0) for unit in units if not units & set(paths[unit][:-1])))
        for person, units in led.items()
        if any(something.get(unit) for unit in units)
    ]


def _upward(counted: Iterable[registry.Counts], paths: dict[int, list[int]]) -> registry.Counts:
    """Counts added up, for every unit with all that is below it."""
    total: registry.Counts = {}
    for counts in counted:
        for unit, number in counts.items():
            for above in paths[unit]:
                total[above] = total.get(above, 0) + number
    return total


def _top_leaders() -> list[_Addressee]:
    people = dict.fromkeys(holding.employee for holding in _holdings(ROLE_OF[SummaryKind.MONTHLY]))
    return [_Addressee(person, person) for person in people]


def _deputies(leaders: list[_Addressee]) -> list[_Addressee]:
    """The deputies of those who are away today, each with whom they stand in for."""
    today = timezone.localdate()
    of = {one.leader.pk: one for one in leaders}
    away = Absence.objects.filter(
        employee__in=of, deputy__isnull=False, starts_on__lte=today, ends_on__gte=today
    ).select_related("deputy__user")
    found = {
        (row.deputy_id, row.employee_id): _Addressee(
            row.deputy, of[row.employee_id].leader, of[row.employee_id].overdue
        )
        for row in away.order_by("id")
        if row.deputy.is_employed(today)
    }
    return list(found.values())


# --- choices ---


def choose_sent(organisation: Organisation, kinds: Iterable[str], *, by: Employee) -> bool:
    """Say which summaries the open organisation sends; one that is switched on begins with the next period.

    Effects: the schedules, an event. Returns whether anything was changed.
    """
    wanted, now, calendar = set(kinds), timezone.now(), open_calendar()
    _make_schedules(calendar, now)
    changed = []
    for schedule in SummarySchedule.objects.select_for_update().order_by("kind"):
        if (schedule.next_at is not None) == (schedule.kind in wanted):
            continue
        fresh = _new(schedule.kind, calendar, now)
        schedule.last_period = fresh.last_period
        schedule.next_at = fresh.next_at if schedule.kind in wanted else None
        schedule.save(update_fields=["last_period", "next_at"])
        changed.append(schedule.kind)
    if changed:
        record("summaries.changed", organisation, by=by, data={"sent": sorted(wanted)})
    return bool(changed)


def choose_summary(employee: Employee, kind: str, wanted: bool) -> None:
    """Keep whether somebody wants a kind of summary. Effects: their refusal."""
    if wanted:
        SummaryRefusal.objects.filter(employee=employee, kind=kind).delete()
    else:
        SummaryRefusal.objects.get_or_create(employee=employee, kind=kind)


def move_schedules(now: datetime.datetime) -> None:
    """Working days are others now: so are the mornings. Effects: `next_at` of what is sent."""
    calendar = open_calendar()
    for schedule in SummarySchedule.objects.filter(next_at__isnull=False).select_for_update().order_by("kind"):
        schedule.next_at = next_moment(schedule.kind, schedule.last_period, calendar, now)
        schedule.save(update_fields=["next_at"])

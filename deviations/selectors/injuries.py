"""Reading injuries: the register, field by field as far as the reader may see, and the checklist of a case."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from deviations.enums import ReporterKind
from deviations.injury_enums import Absence, NoticeKind
from deviations.injury_fields import HANDLER, Field, may_appear, shows
from deviations.injury_rules import ALL_ENTRIES
from deviations.models import (
    Deviation,
    HiddenReporter,
    IdentityGrant,
    Injury,
    Notice,
    NoticeList,
    WhistleblowingSubject,
)
from deviations.rules import is_handler, sees_internal_comments
from deviations.selectors.cases import visible_to
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Unit
from hms.organisations.people import reach

SHOWN_WITH_IT = ("deviation__unit", "deviation__handling", "deviation__reporter", "employee", "nav")


def register_for(employee: Employee) -> QuerySet[Injury]:
    """The entries that an employee's roles open to them: all, or those of the units they lead or represent.

    Confidential cases' entries are among them, because the register must be whole; whistleblowing is in no register.
    Nobody reads entries of a case about themself.
    """
    entries = Injury.objects.filter(deviation__is_whistleblowing=False).exclude(of_cases_about(employee))
    his = reach(employee)
    if his.has(*ALL_ENTRIES):
        return entries
    return entries.filter(deviation__unit_id__in=his.managed_unit_ids | his.safety_unit_ids)


def of_cases_about(employee: Employee) -> Q:
    """Filter for injuries of cases that somebody is not to know of, because they are about them."""
    subjects = WhistleblowingSubject.objects.filter(employee=employee)
    # Both compared as «known and this one», so that a case about nobody is not lost in the negation.
    about = Q(deviation__concerns__isnull=False, deviation__concerns=employee)
    return about | Q(deviation__in=subjects.values("deviation"))


def units_in_register(employee: Employee) -> QuerySet[Unit]:
    """The units whose entries an employee may ask for alone."""
    his = reach(employee)
    units = Unit.objects.order_by("name")
    return units if his.has(*ALL_ENTRIES) else units.filter(pk__in=his.managed_unit_ids | his.safety_unit_ids)


def narrowed_register(
    entries: QuerySet[Injury], *, year: int | None = None, unit: Unit | None = None, is_illness: bool | None = None
) -> QuerySet[Injury]:
    """The entries of a year, of a unit with all below it, of one sort."""
    if year:
        entries = entries.filter(
            occurred_on__gte=datetime.date(year, 1, 1), occurred_on__lt=datetime.date(year + 1, 1, 1)
        )
    if unit is not None:
        entries = entries.filter(deviation__unit__path__contains=[unit.pk])
    if is_illness is not None:
        entries = entries.filter(is_illness=is_illness)
    return entries


def columns_for(employee: Employee) -> list[Field]:
    """The columns of somebody's register."""
    return may_appear(frozenset(holding.role for holding in reach(employee).holdings))


@dataclass(frozen=True)
class Entry:
    """One entry as a reader may see it.

    Attributes:
        injury: the row, for its key; what may be shown of it is in `values`.
        values: words by field; a field that is not there is kept from the reader.
        may_open: whether the case can be opened.
        knows_who: whether the reader may know who it was.
    """

    injury: Injury
    values: dict[str, Any]
    may_open: bool
    knows_who: bool

    def words(self, field: str) -> str:
        """A field in words; empty when it is kept back or nobody has filled it in."""
        return str(self.values.get(field, "") or "")


def entries_for(employee: Employee, injuries: Iterable[Injury]) -> list[Entry]:
    """Injuries as an employee may see them; as many queries however many they are. Wants SHOWN_WITH_IT loaded."""
    injuries = list(injuries)
    cases = {injury.deviation_id: injury.deviation for injury in injuries}
    opens = set(visible_to(employee).filter(pk__in=cases).values_list("pk", flat=True)) if cases else set()
    return _entries(employee, injuries, opens, {})


def entries_of_case(employee: Employee, deviation: Deviation) -> list[Entry]:
    """The injuries of a case that an employee has opened, as they may see them."""
    injuries = list(
        Injury.objects.filter(deviation=deviation)
        .select_related(*SHOWN_WITH_IT, "nav__assignment__assignee")
        .order_by("id")
    )
    for injury in injuries:
        injury.deviation = deviation
    handles = {deviation.pk: is_handler(employee, deviation)}
    return _entries(employee, injuries, {deviation.pk}, handles)


def _entries(employee: Employee, injuries: Sequence[Injury], opens: set[int], handles: dict[int, bool]) -> list[Entry]:
    hidden = {
        injury.deviation_id for injury in injuries if injury.deviation.reporter_kind == ReporterKind.HIDDEN
    }  # fmt: skip
    known = _known_reporters(employee, hidden)
    shown = []
    for injury in injuries:
        case = injury.deviation
        may_open = case.pk in opens
        roles = roles_for(employee, case, handles=handles.get(case.pk))
        knows = (may_open or not case.is_confidential) and _knows_who(employee, injury, known)
        values = {
            field.value: _value(field, injury, employee, known)
            for field in Field
            if shows(field, roles, knows_who=knows, may_open=may_open)
        }
        shown.append(Entry(injury, values, may_open, knows))
    return shown


def _known_reporters(employee: Employee, hidden: set[int]) -> dict[int, Employee]:
    """Hidden reporters by case, of the cases where they have let the employee know (or are the employee)."""
    if not hidden:
        return {}
    told = IdentityGrant.objects.filter(employee=employee, deviation__in=hidden).values("deviation")
    rows = HiddenReporter.objects.filter(Q(deviation__in=told) | Q(employee=employee), deviation__in=hidden)
    return {row.deviation_id: row.employee for row in rows.select_related("employee")}


def roles_for(employee: Employee, case: Deviation, *, handles: bool | None = None) -> frozenset[Any]:
    """In which roles an employee meets an entry of a case.

    `handles`: whether they handle it, where that is known; else whether it is given to them.
    """
    his = reach(employee)
    found: set[Any] = {role for role in ALL_ENTRIES if his.has(role)}
    if case.unit_id in his.managed_unit_ids:
        found.add(Role.MANAGER)
    if his.has(Role.SAFETY_REP) and case.unit_id in his.safety_unit_ids:
        found.add(Role.SAFETY_REP)
    if handles is None:
        handles = case.handling is not None and case.handling.assignee_id == employee.pk
    if handles:
        found.add(HANDLER)
    return frozenset(found)


def _knows_who(employee: Employee, injury: Injury, known: dict[int, Employee]) -> bool:
    """Whether somebody may know who the injured was, of a case they may open.

    In a case whose reporter is hidden every name is kept from those who have not been told who that is, but from the
    handler and whoever wrote it down: one name kept back among others would be the reporter's.
    """
    case = injury.deviation
    is_theirs = injury.recorded_by_id == employee.pk or (
        case.handling is not None and case.handling.assignee_id == employee.pk
    )
    if case.reporter_kind == ReporterKind.HIDDEN:
        return case.pk in known or (is_theirs and not injury.is_reporter)
    if case.reporter_kind == ReporterKind.ANONYMOUS and injury.is_reporter:
        return is_theirs
    return True


def _value(field: Field, injury: Injury, employee: Employee, known: dict[int, Employee]) -> Any:
    case = injury.deviation
    simple = {
        Field.WHEN: lambda: injury.occurred_on,
        Field.SORT: lambda: _("Illness") if injury.is_illness else _("Injury"),
        Field.UNIT: lambda: case.unit.name,
        Field.CASE: lambda: case.number,
        Field.PERSON: lambda: _name(injury, employee, known),
        Field.PERSON_KIND: injury.get_person_kind_display,
        Field.OCCUPATION: lambda: injury.occupation,
        Field.WORK: lambda: injury.work,
        Field.COURSE: lambda: injury.course,
        Field.CAUSES: lambda: injury.causes,
        Field.HARM: injury.get_harm_display,
        Field.OUTCOME: injury.get_outcome_display,
        Field.ABSENCE: lambda: absence_words(injury),
        Field.DAYS: lambda: injury.lost_days() or "",
        Field.NAV: lambda: nav_words(injury),
    }
    return simple[field]()


def _name(injury: Injury, employee: Employee, known: dict[int, Employee]) -> str:
    if injury.employee is not None:
        return injury.employee.name
    if not injury.is_reporter:
        return injury.name
    case = injury.deviation
    if case.reporter_kind == ReporterKind.HIDDEN:
        return known[case.pk].name if case.pk in known else ""
    # A name typed without sign-in is for those who see the inside of the case.
    return case.reporter_name if sees_internal_comments(employee, case) else ""


def absence_words(injury: Injury) -> str:
    """Whether it kept somebody from work, without for how long."""
    if injury.is_ongoing:
        return _("Yes, still away")
    if injury.absence in {Absence.DATES, Absence.DAYS}:
        return _("Yes")
    return _("No") if injury.absence == Absence.NONE else _("Not known yet")


def nav_words(injury: Injury) -> str:
    """What became of the report to NAV."""
    report = getattr(injury, "nav", None)
    if report is None:
        return ""
    if report.sent_on is not None:
        return formats.date_format(report.sent_on, "SHORT_DATE_FORMAT")
    return _("Not needed") if report.is_settled else _("Not sent yet")


# --- the checklist ---


@dataclass(frozen=True)
class Checklist:
    """What authorities are to be told of a case."""

    notices: NoticeList
    items: list[Notice]

    @property
    def left(self) -> int:
        return sum(1 for item in self.items if not item.is_settled)


def checklist_of(deviation: Deviation) -> Checklist | None:
    """The checklist of a case, in the order things are done; None when authorities need not be told."""
    notices = NoticeList.objects.filter(deviation=deviation).select_related("declared_by").first()
    if notices is None:
        return None
    order = {kind: place for place, kind in enumerate(NoticeKind.values)}
    items = Notice.objects.filter(deviation=deviation).select_related("done_by", "settled_by")
    return Checklist(notices, sorted(items, key=lambda item: order[item.kind]))

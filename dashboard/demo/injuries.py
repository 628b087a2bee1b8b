"""Who was injured in the year behind them: entries of the register, reports to NAV, authorities told, hours worked.

Written on top of the cases that were told, by their titles and not by chance, so that no tale changes because of it.
"""

import datetime
from dataclasses import dataclass

from dashboard.demo.book import Book
from dashboard.demo.house import House
from deviations.enums import ReporterKind, Severity, State
from deviations.injury_enums import OF_ELECTRICITY, OF_SERIOUS, Absence, Harm, InjuredKind, InjuryOutcome, NoticeKind
from deviations.models import Deviation, HoursWorked, Injury, NavReport, Notice, NoticeList
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.organisations.enums import Role
from hms.organisations.models import Employee, RoleHolding

MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)
# Hours of one employee in a month, holidays taken off; fewer in July.
HOURS, HOURS_IN_JULY = 138, 62


@dataclass(frozen=True)
class _Harm:
    work: str
    course: str
    causes: str
    harm: str
    outcome: str = InjuryOutcome.FIRST_AID
    days: int = 0
    is_electric: bool = False
    is_fall: bool = False


_MEDICAL = InjuryOutcome.MEDICAL
_HARMS = {
    "Stakk meg på brukt insulinpenn": _Harm(
        "Ryddet trillebordet etter medisinrunden", "Stakk seg i fingeren på en penn uten hette",
        "Pennen lå løst, og boksen sto et annet sted", Harm.NEEDLE, _MEDICAL,
    ),
    "Skled i såpevann på mørk gang": _Harm(
        "Vasket gang etter skoletid", "Skled på vått gulv da lyset gikk ut", "Tidsstyrt lys og vått gulv", Harm.BRUISE,
    ),
    "Kutt i hånda på sirkelsag": _Harm(
        "Kappet lekter på sirkelsag", "Emnet vred seg, og tommelen kom borti bladet", "Emnet var ikke sikret",
        Harm.WOUND, _MEDICAL, 6,
    ),
    "Spiker i foten": _Harm(
        "Bar materialer over plan 1", "Tråkket på spiker i en planke", "Spikeren var ikke trukket etter riving",
        Harm.WOUND, _MEDICAL, 2,
    ),
    "Slag fra vinkelsliper": _Harm(
        "Kappet armering med vinkelsliper", "Skiva satte seg fast, og maskinen slo mot låret",
        "Feil skive til materialet", Harm.BRUISE,
    ),
    "Glatt parkeringsplass": _Harm(
        "På vei fra bilen til jobb", "Skled på is", "Ikke strødd før de første kom", Harm.BRUISE, is_fall=True,
    ),
    "Falt på isete gårdsplass": _Harm(
        "Hjemmebesøk", "Falt på is mellom bilen og døra", "Ingen avtale om strøing, og slitte brodder", Harm.BRUISE,
        _MEDICAL, 9, is_fall=True,
    ),
    "Skled i isete trapp hos bruker": _Harm(
        "Hjemmebesøk", "Skled i en trapp som ikke var strødd", "Ingen avtale om strøing", Harm.SPRAIN, is_fall=True,
    ),
    "Hundebitt hos bruker": _Harm(
        "Hjemmebesøk", "Bitt i leggen av en hund som var løs", "Bruker visste ikke når vi kom", Harm.WOUND, _MEDICAL, 1,
    ),
    "Stakk meg på brukt sprøyte i sofaen": _Harm(
        "Ryddet hos bruker", "Stakk seg på en sprøyte mellom putene", "Bruker hadde ikke boks hjemme", Harm.NEEDLE,
        _MEDICAL,
    ),
    "Snublet i trilla foran døra": _Harm(
        "Bar ut et barn", "Snublet i en trille som sto i veien", "Ingen fast plass til trillene", Harm.SPRAIN,
        is_fall=True,
    ),
    "Snublet i kabel under møtebordet": _Harm(
        "Gikk til en plass ved møtebordet", "Snublet i en kabel over gulvet", "Ingen gulvkontakt", Harm.BRUISE,
    ),
    "Skled på nyvasket gulv før skoledagen": _Harm(
        "Bar bøker til klasserommet", "Falt på vått gulv", "Gulvet ble vasket rett før skolestart", Harm.BRUISE,
        is_fall=True,
    ),
    "Falt i trappa med esker": _Harm(
        "Bar esker mellom etasjene", "Tråkket over i trappa", "Eskene var for store til å se trinnene", Harm.SPRAIN,
        _MEDICAL, 4, is_fall=True,
    ),
    "Strømstøt fra kontakt": _Harm(
        "Koblet til prosjektor", "Fikk støt fra stikkontakten", "Skadet kontakt", Harm.ELECTRIC, _MEDICAL,
        is_electric=True,
    ),
    "Maskinen gir støt i håndtaket": _Harm(
        "Vasket gulv med gulvmaskin", "Fikk støt i håndtaket", "Slitt ledning", Harm.ELECTRIC, is_electric=True,
    ),
    "Kuttet i hånda under vedlikehold": _Harm(
        "Vedlikehold av klipper", "Bladet gikk gjennom hansken", "Maskinen var ikke låst", Harm.WOUND, _MEDICAL, 5,
    ),
    "Fall fra stige ved skiltmontering": _Harm(
        "Satte opp skilt", "Stigen gled på våt asfalt, fall på halvannen meter", "Stigen var ikke sikret", Harm.BRUISE,
        _MEDICAL, 12, is_fall=True,
    ),
    "Bitt av hund på befaring": _Harm(
        "Befaring i en hage", "Bitt i leggen av en hund uten bånd", "Ingen avtale med eier", Harm.WOUND, _MEDICAL,
    ),
}  # fmt: skip


def injure(book: Book, house: House) -> None:
    """Add to the cases in the book who was injured in them; the newest fall that is being handled was serious."""
    cases = [
        case
        for case in book.rows[Deviation]
        if case.title in _HARMS and case.received_at is not None and not case.is_confidential
    ]
    falls = [case for case in cases if _HARMS[case.title].is_fall and case.state == State.IN_PROGRESS]
    worst = max(falls, key=lambda case: (case.reported_at, case.pk), default=None)
    for case in cases:
        _record(book, house, case, is_worst=case is worst)
    _hours(book, house)


def _record(book: Book, house: House, case: Deviation, *, is_worst: bool) -> None:
    known, by = _HARMS[case.title], case.handling.assignee
    at = min(case.received_at + 9 * MINUTE, book.now)
    away = known.days if known.days else None
    injury = book.add(
        Injury(
            deviation=case,
            person_kind=InjuredKind.EMPLOYEE,
            employee=case.reporter if case.reporter_kind == ReporterKind.EMPLOYEE else None,
            is_reporter=case.reporter_kind in {ReporterKind.ANONYMOUS, ReporterKind.NAMED},
            occupation=case.reporter.job_title if case.reporter else "",
            occurred_on=case.occurred_on,
            work=known.work,
            course=known.course,
            causes=known.causes,
            harm=known.harm,
            outcome=InjuryOutcome.SERIOUS if is_worst else known.outcome,
            is_electric=known.is_electric,
            absence=Absence.DATES if is_worst else Absence.DAYS if away else Absence.NONE,
            absent_from=case.occurred_on + DAY if is_worst else None,
            absent_days=None if is_worst else away,
            recorded_by=by,
            recorded_at=at,
        )
    )
    book.event("deviation.injury_recorded", injury, at=at, by=by, root=case)
    if is_worst or known.is_electric:
        _tell_authorities(book, house, case, at, is_serious=is_worst)
    if injury.belongs_to_nav:
        _report_to_nav(book, case, injury, at)


def _task(book: Book, source: NavReport | NoticeList, case: Deviation, at: datetime.datetime, days: int) -> Assignment:
    """As `injury_work.give`, to the handler who asks for it: nobody is told."""
    title = f"{'Varsle myndighetene' if isinstance(source, NoticeList) else 'Meld til NAV'}: {case.number}"
    assignment = book.add(
        Assignment(
            kind=Kind.ACTION, title=title, assignee=case.handling.assignee, due_on=at.date() + days * DAY,
            source_kind=source._meta.label_lower, source_id=source.pk, is_statutory=True, created_at=at,
            is_critical=isinstance(source, NoticeList) and source.is_serious,
        )
    )  # fmt: skip
    data = {"title": title, "to": assignment.assignee_id}
    book.event("assignment.assigned", assignment, at=at, by=case.handling.assignee, root=case, data=data)
    return assignment


def _end(book: Book, assignment: Assignment, case: Deviation, at: datetime.datetime) -> None:
    by = case.handling.assignee
    data = {"from": assignment.state, "to": AssignmentState.DONE, "title": assignment.title}
    assignment.state, assignment.ended_at, assignment.ended_by = AssignmentState.DONE, at, by
    book.event("assignment.completed", assignment, at=at, by=by, root=case, data=data)


def _report_to_nav(book: Book, case: Deviation, injury: Injury, at: datetime.datetime) -> None:
    """Sent within two days, but that the newest ones still wait."""
    report = book.add(NavReport(injury=injury))
    report.assignment = _task(book, report, case, at, 7)
    book.event("deviation.nav_began", report, at=at, by=case.handling.assignee, root=case)
    sent_at = at + DAY
    if sent_at + DAY > book.now:
        return
    report.sent_on, report.reference = sent_at.date(), f"AR{600_000_000 + case.pk % 90_000_000}"
    report.settled_by, report.settled_at = case.handling.assignee, sent_at
    book.event("deviation.nav_sent", report, at=sent_at, by=case.handling.assignee, root=case)
    _end(book, report.assignment, case, sent_at)


def _tell_authorities(book: Book, house: House, case: Deviation, at: datetime.datetime, *, is_serious: bool) -> None:
    """What is serious became so today, and two calls are made; electrical accidents are long reported."""
    by = case.handling.assignee
    if is_serious:
        at = max(at, book.now - datetime.timedelta(hours=2))
        case.severity, case.version = Severity.VERY_SERIOUS, case.version + 1
    checklist = book.add(
        NoticeList(deviation=case, is_serious=is_serious, is_electric=not is_serious, declared_by=by, declared_at=at)
    )
    data = {"serious": is_serious, "electric": not is_serious}
    book.event("deviation.notices_began", checklist, at=at, by=by, root=case, data=data)
    checklist.assignment = _task(book, checklist, case, at, 0)
    done_at = min(at + 20 * MINUTE, book.now)
    said = {
        NoticeKind.LABOUR_CALL: "Snakket med vakta i regionen",
        NoticeKind.POLICE_CALL: "02800, fikk loggnummer",
        NoticeKind.ELECTRICAL: "AR-kvittering fra Altinn",
    }
    left = 0
    for kind in OF_SERIOUS if is_serious else OF_ELECTRICITY:
        notice = book.add(Notice(deviation=case, kind=kind))
        if kind not in said:
            left += 1
            continue
        notice.done_at, notice.done_by, notice.reference = done_at, by, said[kind]
        notice.settled_by, notice.settled_at = by, done_at
        book.event("deviation.notice_done", notice, at=done_at, by=by, root=case, data={"kind": kind})
    case.open_notices = left
    if not left:
        _end(book, checklist.assignment, case, done_at)
    if is_serious:
        for person in _told(book, house, case):
            book.notify(
                "deviations.serious", to=person, about=case, at=at, dedupe=f"serious:{case.pk}",
                parameters={"case": case.number},
            )  # fmt: skip


def _told(book: Book, house: House, case: Deviation) -> list[Employee]:
    held = [
        holding.employee
        for holding in book.rows[RoleHolding]
        if holding.role in {Role.HSE_MANAGER, Role.TOP_LEADER}
    ]  # fmt: skip
    people = dict.fromkeys([*house.safety_reps_of(case.unit), *held])
    return [person for person in people if person != case.handling.assignee]


def _hours(book: Book, house: House) -> None:
    """Every month that has ended, last year's and this year's; of the whole, and of the unit that is shown most."""
    by = next(holding.employee for holding in book.rows[RoleHolding] if holding.role == Role.HSE_MANAGER)
    employees = book.rows[Employee]
    this, last = book.now.year, book.now.month
    units = [None, *(unit for key, unit in house.units.items() if key in {"solbakken", "skolegata"})]
    for unit in units:
        people = sum(1 for person in employees if unit is None or person.unit == unit)
        for year, month in [
            *((this - 1, month) for month in range(1, 13)),
            *((this, month) for month in range(1, last)),
        ]:
            hours = people * (HOURS_IN_JULY if month == 7 else HOURS)
            book.add(HoursWorked(unit=unit, year=year, month=month, hours=hours, entered_by=by, entered_at=book.now))

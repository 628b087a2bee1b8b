"""How far the readers of a routine have come."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Max, QuerySet
from django.utils import timezone

from hms.core.months import in_months
from hms.organisations.models import Employee, Unit
from hms.organisations.selectors import in_tree_order
from routines.models import Audience, Question, ReadingRequest, Receipt, Routine, Version
from routines.selectors.routines import audience_of, readers_of


def needed_version(routine: Routine) -> Version | None:
    """The last version that matters: whoever has confirmed it, or a later one, has read what there is to read."""
    versions = Version.objects.filter(routine=routine, language=routine.language, is_material=True)
    return versions.defer("text").order_by("-number").first()


def confirmed_by(routine: Routine, needed: Version, today: datetime.date) -> QuerySet[Receipt]:
    """Receipts of the needed version or a later one that still hold."""
    receipts = Receipt.objects.filter(
        routine=routine, version__number__gte=needed.number, version__language=needed.language
    )
    if routine.validity_months:
        receipts = receipts.filter(at__date__gt=in_months(today, -routine.validity_months))
    return receipts


def asked_of(shown: Version, current: Version) -> Version:
    """The version whose control question whoever reads `shown` answers: in the language they read where it asks one.

    What the version in force does not ask, nobody is asked.
    """
    return shown if current.control and shown.control else current


def waiting_for(routine: Routine, employee: Employee) -> ReadingRequest | None:
    """What somebody is asked to read of a routine."""
    rows = ReadingRequest.objects.filter(routine=routine, employee=employee, ended_at__isnull=True)
    return rows.select_related("assignment").first()


def last_receipt(routine: Routine, employee: Employee) -> Receipt | None:
    """What somebody confirmed last of a routine."""
    rows = Receipt.objects.filter(routine=routine, employee=employee).select_related("version", "read_in")
    return rows.order_by("-version__number", "-at").first()


def receipts_by_version(routine: Routine, employee: Employee) -> dict[int, datetime.datetime]:
    """When somebody confirmed each version, and each translation that they read it in: version id → time."""
    rows = Receipt.objects.filter(routine=routine, employee=employee).values_list("version", "read_in")
    last: dict[int, datetime.datetime] = {}
    for version, read_in, at in rows.annotate(last=Max("at")).order_by("last"):
        last[version] = at
        if read_in is not None:
            last[read_in] = at
    return last


@dataclass
class UnitProgress:
    """How far the readers in one unit have come."""

    unit: Unit
    total: int = 0
    confirmed: int = 0
    overdue: int = 0
    waiting: list["Waiting"] = field(default_factory=list)

    @property
    def percent(self) -> int:
        return 100 * self.confirmed // self.total if self.total else 100


@dataclass(frozen=True)
class Waiting:
    """Somebody who has not confirmed."""

    employee: Employee
    due_on: datetime.date | None

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()


def progress(routine: Routine) -> list[UnitProgress]:
    """How far the readers have come, unit by unit in the order of the tree. The same queries however many there are."""
    needed = needed_version(routine)
    if needed is None:
        return []
    today = timezone.localdate()
    people = list(readers_of(audience_of(routine), today).order_by("given_name", "family_name", "id"))
    done = set(confirmed_by(routine, needed, today).values_list("employee_id", flat=True))
    requests = ReadingRequest.objects.filter(routine=routine, ended_at__isnull=True)
    due = dict(requests.values_list("employee_id", "assignment__due_on"))
    units = {unit.pk: UnitProgress(unit) for unit in Unit.objects.filter(pk__in={person.unit_id for person in people})}
    for person in people:
        here = units[person.unit_id]
        here.total += 1
        if person.pk in done:
            here.confirmed += 1
            continue
        waiting = Waiting(person, due.get(person.pk))
        here.waiting.append(waiting)
        here.overdue += waiting.is_overdue
    return [units[unit.pk] for unit in in_tree_order(one.unit for one in units.values())]


def progress_in(routine: Routine, unit: Unit, audience: list[Audience]) -> tuple[int, int]:
    """How many of those it is for in a unit have confirmed, and how many there are."""
    needed = needed_version(routine)
    if needed is None:
        return 0, 0
    today = timezone.localdate()
    people = readers_of(audience, today).filter(unit=unit)
    confirmed = confirmed_by(routine, needed, today).filter(employee__in=people.values("pk"))
    return confirmed.values("employee").distinct().count(), people.count()


def questions_about(routine: Routine) -> QuerySet[Question]:
    """What readers have wondered about, those without an answer first."""
    rows = Question.objects.filter(routine=routine).select_related("asked_by", "answered_by")
    return rows.order_by("-answered_at", "-id")


def due_of(employee: Employee, routines: list[int]) -> dict[int, datetime.date]:
    """Which of some routines somebody is asked to read, and until when."""
    rows = ReadingRequest.objects.filter(employee=employee, routine__in=routines, ended_at__isnull=True)
    return dict(rows.values_list("routine_id", "assignment__due_on"))

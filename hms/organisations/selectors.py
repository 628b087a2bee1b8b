"""Reading the organisation: who leads, who represents, who is employed."""

import datetime
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from hms.accounts.models import User
from hms.organisations.access import visibility
from hms.organisations.enums import ELECTED_ROLES, EXPIRING_ROLES, Role
from hms.organisations.models import (
    Absence,
    Employee,
    Group,
    GroupMember,
    Invitation,
    Membership,
    PeopleImport,
    QuietPeriod,
    RoleHolding,
    SafetyArea,
    SafetyAreaUnit,
    Unit,
)
from hms.organisations.people import current, reach


def memberships_of(user: User) -> QuerySet[Membership]:
    """The organisations a user may open today, by name."""
    today = timezone.localdate()
    return (
        Membership.objects.filter(user=user, organisation__is_active=True)
        .filter(Q(starts_on__isnull=True) | Q(starts_on__lte=today), Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .select_related("organisation")
        .order_by("organisation__name")
    )


def employed(on: datetime.date | None = None) -> QuerySet[Employee]:
    """Everybody who works in the organisation on a date (today when left out)."""
    return Employee.objects.filter(current(on))


def holders(*roles: str, on: datetime.date | None = None) -> QuerySet[Employee]:
    """Employed people who hold any of these roles now."""
    return employed(on).filter(current(on, "role_holdings__"), role_holdings__role__in=roles).distinct()


def is_away(employee: Employee, on: datetime.date | None = None) -> bool:
    """Whether an absence is registered for the day."""
    day = on or timezone.localdate()
    return Absence.objects.filter(employee=employee, starts_on__lte=day, ends_on__gte=day).exists()


def deputy_of(employee: Employee, on: datetime.date | None = None) -> Employee | None:
    """Who stands in for somebody who is away: the deputy, or the deputy's deputy when that one is away too.

    None when nobody is named, or whoever is has left or is away: then it is for the manager above.
    """
    day = on or timezone.localdate()
    person = employee
    for _hop in range(2):
        absence = Absence.objects.filter(employee=person, starts_on__lte=day, ends_on__gte=day)
        named = absence.exclude(deputy=employee).select_related("deputy").order_by("-id").first()
        if named is None or named.deputy is None:
            return None
        person = named.deputy
        if not is_away(person, day):
            return person if person.is_employed(day) else None
    return None


def deputising(employee: Employee, *, ends_from: datetime.date) -> QuerySet[Absence]:
    """Absences that end on a day or later, in which somebody is named to stand in."""
    return Absence.objects.filter(deputy=employee, ends_on__gte=ends_from)


def roles_to_hand_over(employee: Employee) -> QuerySet[RoleHolding]:
    """Current roles that can be given to somebody else: not those that people are elected to, nor guests'.

    Representatives are elected by the staff (aml. § 6-1), so nobody hands that over.
    """
    return _current_roles(employee).exclude(role__in=ELECTED_ROLES | EXPIRING_ROLES)


def elected_roles(employee: Employee) -> QuerySet[RoleHolding]:
    """Current roles that the staff must elect somebody else to."""
    return _current_roles(employee).filter(role__in=ELECTED_ROLES)


def _current_roles(employee: Employee) -> QuerySet[RoleHolding]:
    holdings = RoleHolding.objects.filter(current(), employee=employee)
    return holdings.select_related("unit", "safety_area").order_by("id")


def leaders_of(unit: Unit, on: datetime.date | None = None) -> list[RoleHolding]:
    """Who holds the role of manager from the unit upward, the nearest first.

    Each has `is_away` and the id of a `deputy`, as of the day.
    """
    day = on or timezone.localdate()
    absences = Absence.objects.filter(employee=OuterRef("employee"), starts_on__lte=day, ends_on__gte=day)
    holdings = (
        RoleHolding.objects.filter(current(day), current(day, "employee__"), role=Role.MANAGER, unit_id__in=unit.path)
        .annotate(is_away=Exists(absences), deputy=Subquery(absences.order_by("-id").values("deputy")[:1]))
        .select_related("employee")
        .order_by("starts_on", "id")
    )
    return sorted(holdings, key=lambda holding: -unit.path.index(holding.unit_id))


def managers_of(unit: Unit, on: datetime.date | None = None, *, passing: Collection[int] = ()) -> list[Employee]:
    """Leaders from the unit upward, the nearest first; absent ones are replaced by their deputies.

    Past the employees with the ids `passing` the line goes past whoever stands in for them too.
    """
    day = on or timezone.localdate()
    nearest_first = [holding for holding in leaders_of(unit, day) if holding.employee_id not in passing]
    deputies = Employee.objects.in_bulk({holding.deputy for holding in nearest_first if holding.deputy})
    line: list[Employee] = []
    for holding in nearest_first:
        person = deputies.get(holding.deputy) if holding.is_away else holding.employee
        if person is not None and person.is_employed(day) and person.pk not in passing and person not in line:
            line.append(person)
    return line


def responsible_manager(
    unit: Unit, *, passing: Iterable[Employee | None] = (), on: datetime.date | None = None
) -> Employee | None:
    """The nearest leader upward who is there and is not among `passing`, nor stands in for one of them.

    When the line is empty the HSE manager, then the top leader answers: nothing is left with nobody.
    """
    skipped = {person.pk for person in passing if person is not None}
    line = managers_of(unit, on, passing=skipped)
    if line:
        return line[0]
    for role in (Role.HSE_MANAGER, Role.TOP_LEADER):
        person = holders(role, on=on).exclude(pk__in=skipped).order_by("id").first()
        if person is not None:
            return person
    return None


def line_manager_of(employee: Employee, on: datetime.date | None = None) -> Employee | None:
    """The leader above an employee: never the person themself."""
    return responsible_manager(employee.unit, passing=[employee], on=on)


def safety_reps_of(unit: Unit, on: datetime.date | None = None) -> list[Employee]:
    """Safety representatives of the nearest safety area upward; the senior one when it has none."""
    areas = SafetyAreaUnit.objects.filter(unit_id__in=unit.path).order_by("-unit__path__len")
    reps = employed(on).filter(
        current(on, "role_holdings__"),
        role_holdings__role=Role.SAFETY_REP,
        role_holdings__safety_area=Subquery(areas.values("safety_area")[:1]),
    )
    return list(reps.distinct().order_by("id")) or list(holders(Role.SENIOR_SAFETY_REP, on=on).order_by("id"))


def groups_in_use() -> QuerySet[Group]:
    """Groups that can be given work, by name."""
    return Group.objects.filter(is_active=True).select_related("unit").order_by("name")


def members_of(group: Group, on: datetime.date | None = None) -> QuerySet[GroupMember]:
    """Who is in a group on a date (today when left out) and still works here, by name."""
    return (
        GroupMember.objects.filter(current(on), current(on, "employee__"), group=group)
        .select_related("employee__unit")
        .order_by("employee__given_name", "employee__family_name", "id")
    )


def groups_of(employee: Employee, on: datetime.date | None = None) -> QuerySet[Group]:
    """The groups in use that an employee is in, by name."""
    mine = GroupMember.objects.filter(current(on), employee=employee)
    return groups_in_use().filter(pk__in=mine.values("group"))


@visibility(Group)
def visible_groups(employee: Employee) -> QuerySet[Group]:
    """Who the fire wardens are is for everybody to know."""
    return Group.objects.select_related("unit")


@visibility(GroupMember)
def visible_group_members(employee: Employee) -> QuerySet[GroupMember]:
    return GroupMember.objects.select_related("group", "employee__unit")


@visibility(Unit)
def visible_units(employee: Employee) -> QuerySet[Unit]:
    """Everybody may know how the organisation is divided."""
    return Unit.objects.all()


@visibility(Employee)
def visible_people(employee: Employee) -> QuerySet[Employee]:
    """Colleagues know each other's names; what more is shown is the page's matter."""
    return Employee.objects.select_related("unit")


@visibility(RoleHolding)
def visible_roles(employee: Employee) -> QuerySet[RoleHolding]:
    """Who represents and leads is for everybody to know (aml. § 6-1 fifth paragraph)."""
    return RoleHolding.objects.select_related("employee", "unit", "safety_area")


@visibility(SafetyArea)
def visible_safety_areas(employee: Employee) -> QuerySet[SafetyArea]:
    return SafetyArea.objects.all()


@visibility(QuietPeriod)
def visible_quiet_periods(employee: Employee) -> QuerySet[QuietPeriod]:
    return QuietPeriod.objects.all()


@visibility(Absence)
def visible_absences(employee: Employee) -> QuerySet[Absence]:
    """One's own, those one stands in for, those of the people one leads; all for an administrator."""
    absences = Absence.objects.select_related("employee", "deputy")
    his = reach(employee)
    if his.has(Role.ADMINISTRATOR):
        return absences
    return absences.filter(Q(employee=employee) | Q(deputy=employee) | Q(employee__unit_id__in=his.managed_unit_ids))


@visibility(Invitation)
def visible_invitations(employee: Employee) -> QuerySet[Invitation]:
    return _for_administrators(employee, Invitation.objects.select_related("employee"))


@visibility(PeopleImport)
def visible_imports(employee: Employee) -> QuerySet[PeopleImport]:
    """A waiting import is its maker's own: it holds whatever was in the file."""
    return _for_administrators(
        employee, PeopleImport.objects.filter(created_by=employee, expires_at__gt=timezone.now())
    )


def _for_administrators(employee: Employee, rows: QuerySet) -> QuerySet:
    return rows if reach(employee).has(Role.ADMINISTRATOR) else rows.none()


@dataclass
class Branch:
    """A unit in the tree, ready to show: depth below the top, who leads it, how many work in it."""

    unit: Unit
    depth: int
    managers: list[Employee]
    people: int


def unit_tree(*, with_retired: bool = False) -> list[Branch]:
    """All units, parents before their children, siblings by name. Three queries whatever the size."""
    units = list(Unit.objects.all() if with_retired else Unit.objects.filter(is_active=True))
    people = dict(employed().values_list("unit_id").annotate(Count("id")).order_by())
    managers: dict[int, list[Employee]] = {}
    for holding in RoleHolding.objects.filter(
        current(), current(prefix="employee__"), role=Role.MANAGER
    ).select_related("employee"):
        managers.setdefault(holding.unit_id, []).append(holding.employee)
    return [
        Branch(unit, len(unit.path) - 1, managers.get(unit.pk, []), people.get(unit.pk, 0))
        for unit in in_tree_order(units)
    ]


def in_tree_order(units: Iterable[Unit]) -> list[Unit]:
    """Parents before children, siblings by name; a unit whose parent is not among them counts as a top."""
    units = list(units)
    known = {unit.pk for unit in units}
    children: dict[int | None, list[Unit]] = {}
    for unit in sorted(units, key=lambda unit: unit.name.casefold()):
        children.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    ordered: list[Unit] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        unit = waiting.pop()
        ordered.append(unit)
        waiting.extend(reversed(children.get(unit.pk, [])))
    return ordered


def people(query: str = "", *, unit: Unit | None = None, left: bool = False) -> QuerySet[Employee]:
    """People by words of the name, e-mail address, employee number or title; in a unit and everything below it.

    `left`: those who have left instead of those who work here or begin later.
    """
    today = timezone.localdate()
    rows = Employee.objects.select_related("unit", "user")
    rows = rows.filter(ends_on__lt=today) if left else rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    if unit is not None:
        rows = rows.filter(unit__path__contains=[unit.pk])
    for word in query.split()[:5]:
        rows = rows.filter(
            Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(email__icontains=word)
            | Q(employee_number__iexact=word)
            | Q(job_title__icontains=word)
        )
    return rows


def described(employee: Employee) -> str:
    """Name and unit, which together say who it is."""
    return f"{employee.name}, {employee.unit}"


def people_called(people: QuerySet[Employee], name: str, unit: str = "") -> QuerySet[Employee]:
    """People with exactly this full name, and of this unit when one is given."""
    full_name = Concat("given_name", Value(" "), "family_name")
    found = people.alias(full_name=full_name).filter(full_name__iexact=" ".join(name.split()))
    return found.filter(unit__name__iexact=unit) if unit else found


def invitation_of(token: str) -> Invitation | None:
    """The invitation of a link, whatever its state."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return Invitation.objects.filter(token_hash=digest).select_related("employee").first()


def uninvited() -> QuerySet[Employee]:
    """People who work here, have an e-mail address, and neither a sign-in nor an invitation that still works."""
    waiting = Invitation.objects.filter(
        employee=OuterRef("pk"), accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now()
    )
    return employed().filter(~Q(email=""), ~Exists(waiting), user__isnull=True)

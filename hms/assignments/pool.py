"""Who may take work that is offered to many: worked out when asked, so that joiners get it and leavers do not."""

import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from hms.assignments.enums import State
from hms.assignments.models import Assignment, Offer
from hms.assignments.target import Target
from hms.organisations.models import Absence, Employee, GroupMember, RoleHolding, SafetyAreaUnit, Unit
from hms.organisations.people import current, reach
from hms.organisations.selectors import employed


def people_of(target: Target, on: datetime.date | None = None) -> QuerySet[Employee]:
    """Everybody whom work is offered to on a date (today when left out), away or not."""
    people = employed(on)
    if target.group is not None:
        members = GroupMember.objects.filter(current(on), group=target.group)
        return people.filter(pk__in=members.values("employee"))
    if not target.role:
        assert target.unit is not None  # noqa: S101  a target is one of the three
        return people.filter(unit__path__contains=[target.unit.pk])
    holdings = RoleHolding.objects.filter(current(on), role=target.role)
    if target.unit is not None:
        holdings = holdings.filter(_held_in(target.unit))
    return people.filter(pk__in=holdings.values("employee"))


def _held_in(unit: Unit) -> Q:
    """Roles for the unit or something below it; without a place of their own, of those who work there."""
    areas = SafetyAreaUnit.objects.filter(Q(unit__path__contains=[unit.pk]) | Q(unit__in=unit.path))
    return (
        Q(unit__path__contains=[unit.pk])
        | Q(safety_area__in=areas.values("safety_area"))
        | Q(unit__isnull=True, safety_area__isnull=True, employee__unit__path__contains=[unit.pk])
    )


def present(target: Target, on: datetime.date | None = None) -> QuerySet[Employee]:
    """Those of them who are not away."""
    day = on or timezone.localdate()
    away = Absence.objects.filter(starts_on__lte=day, ends_on__gte=day)
    return people_of(target, on).exclude(pk__in=away.values("employee"))


def offers_to(employee: Employee) -> QuerySet[Offer]:
    """Everything that is or was offered to somebody as one of many, except what is kept from them.

    The other side of :func:`people_of`: the two agree.
    """
    groups = GroupMember.objects.filter(current(), employee=employee)
    mine = Q(group__in=groups.values("group")) | Q(role="", unit__in=employee.unit.path) | _by_role(employee)
    return Offer.objects.filter(mine).exclude(kept_from__contains=[employee.pk])


def _by_role(employee: Employee) -> Q:
    holdings = reach(employee).holdings
    offered = Q(pk__in=[])
    if not holdings:
        return offered
    unit_ids = {holding.unit_id for holding in holdings if holding.unit_id}
    paths = dict(Unit.objects.filter(pk__in=unit_ids).values_list("pk", "path")) if unit_ids else {}
    for holding in holdings:
        offered |= Q(role=holding.role, unit__isnull=True)
        if holding.safety_area_id:
            area = dict(
                SafetyAreaUnit.objects.filter(safety_area=holding.safety_area_id).values_list("unit", "unit__path")
            )
            above = {node for path in area.values() for node in path}
            offered |= Q(role=holding.role) & (Q(unit__in=above) | Q(unit__path__overlap=list(area)))
        else:
            offered |= Q(role=holding.role, unit__in=paths.get(holding.unit_id, employee.unit.path))
    return offered


def free_for(employee: Employee) -> QuerySet[Offer]:
    """The offers that an employee may take now."""
    open_now = offers_to(employee).filter(taken_at__isnull=True, assignment__state=State.OPEN)
    return open_now.filter(assignment__is_confidential=False)


def may_take(employee: Employee, assignment: Assignment) -> bool:
    """Whether somebody may take it: one of those it is offered to, or the one who answers for it until then."""
    if assignment.state != State.OPEN or assignment.is_confidential or assignment.open_offer is None:
        return False
    return assignment.assignee_id == employee.pk or free_for(employee).filter(assignment=assignment).exists()

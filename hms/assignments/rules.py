"""What holds for assignments: who may do what, and how far a due date may be moved."""

import datetime
from dataclasses import dataclass

import rules
from django.db.models import Q, QuerySet
from django.utils import timezone

from hms.assignments import pool, sources
from hms.assignments.enums import ExtensionState, State
from hms.assignments.models import Assignment, ExtensionRequest, Helper
from hms.organisations.enums import Role
from hms.organisations.models import Absence, Employee
from hms.organisations.people import reach
from hms.organisations.selectors import deputy_of, is_away, line_manager_of, responsible_manager

LINK_DAYS = 14
EXTENSION_DAYS = 60


@dataclass(frozen=True)
class Limits:
    """The first and the last date that may be asked for."""

    earliest: datetime.date
    latest: datetime.date

    def allow(self, day: datetime.date) -> bool:
        return self.earliest <= day <= self.latest


def extension_limits(due_on: datetime.date, today: datetime.date) -> Limits:
    """A new date lies after today and after the old date, and not more than sixty days after the later of them."""
    later = max(due_on, today)
    return Limits(later + datetime.timedelta(days=1), later + datetime.timedelta(days=EXTENSION_DAYS))


def times_extended(assignment: Assignment) -> int:
    """How often more time was given, whoever had the work then. What was declined or withdrawn does not count."""
    return ExtensionRequest.objects.filter(assignment=assignment, state=ExtensionState.GRANTED).count()


def needs_manager(assignment: Assignment) -> bool:
    """Whether more time is now for the assignee's manager to give: it was given before.

    Never for what is confidential: nobody but the one who asked for it may know of it.
    """
    return not assignment.is_confidential and times_extended(assignment) > 0


def manager_besides(assignment: Assignment, *, asking: Employee | None) -> Employee | None:
    """The leader above the assignee who answers a wish for more time; not the deputy who asks for it."""
    return responsible_manager(assignment.assignee.unit, passing=[assignment.assignee, asking])


def _asking(assignment: Assignment) -> Employee | None:
    waiting = ExtensionRequest.objects.filter(assignment=assignment, state=ExtensionState.REQUESTED)
    wish = waiting.select_related("requested_by").first()
    return wish.requested_by if wish is not None else None


def offers(assignment: Assignment, verb: str) -> bool:
    """Whether the assignment can be answered this way outside its source's own page."""
    return verb in sources.get(assignment.source_kind).link_verbs


@rules.predicate
def is_assignee(employee: Employee, assignment: Assignment) -> bool:
    return assignment.assignee_id == employee.pk


@rules.predicate
def stands_in(employee: Employee, assignment: Assignment) -> bool:
    """The deputy of an assignee who is away today; never for what is confidential.

    Without anybody who is there, or when the assignee has left, the manager above.
    """
    if assignment.is_confidential:
        return False
    assignee = assignment.assignee
    if not assignee.has_left():
        if covered_by(employee).filter(employee=assignee).exists():
            return True
        if not is_away(assignee) or deputy_of(assignee) is not None:
            return False
    return line_manager_of(assignee) == employee


def covered_by(employee: Employee) -> QuerySet[Absence]:
    """Today's absences with the employee as deputy, or as the deputy of a deputy who is away too."""
    today = timezone.localdate()
    away = Absence.objects.filter(starts_on__lte=today, ends_on__gte=today)
    return away.filter(Q(deputy=employee) | Q(deputy__in=away.filter(deputy=employee).values("employee")))


@rules.predicate
def is_requester(employee: Employee, assignment: Assignment) -> bool:
    return assignment.requested_by_id == employee.pk


@rules.predicate
def is_superior(employee: Employee, assignment: Assignment) -> bool:
    """Somebody above the assignee, or the HSE manager; nobody when it is confidential."""
    if assignment.is_confidential:
        return False
    person = reach(employee)
    return person.has(Role.HSE_MANAGER) or assignment.assignee.unit_id in person.managed_unit_ids


@rules.predicate
def decides_extension(employee: Employee, assignment: Assignment) -> bool:
    """Whoever answers a wish for more time (`selectors.extension_decider_of`), or somebody above the assignee."""
    if not needs_manager(assignment):
        return is_requester(employee, assignment) or is_superior(employee, assignment)
    if assignment.assignee.unit_id in reach(employee).managed_unit_ids:
        return True
    return manager_besides(assignment, asking=_asking(assignment)) == employee


@rules.predicate
def has_asked(employee: Employee, assignment: Assignment) -> bool:
    """Whether the wish that waits is their own: a deputy may ask, and then does not answer."""
    return _asking(assignment) == employee


@rules.predicate
def is_open(employee: Employee, assignment: Assignment) -> bool:
    return assignment.state == State.OPEN


@rules.predicate
def may_be_passed_on(employee: Employee, assignment: Assignment) -> bool:
    """A confidential assignment is passed on in the case itself, where the access list is."""
    return not assignment.is_confidential and offers(assignment, "not_mine")


@rules.predicate
def may_take(employee: Employee, assignment: Assignment) -> bool:
    """One of those it is offered to, or the one who answers for it until somebody takes it."""
    return pool.may_take(employee, assignment)


@rules.predicate
def is_helper(employee: Employee, assignment: Assignment) -> bool:
    return Helper.objects.filter(assignment=assignment, employee=employee).exists()


@rules.predicate
def can_be_helped(employee: Employee, assignment: Assignment) -> bool:
    """Work that has a page of its own is helped with there."""
    return offers(assignment, "comment")


rules.add_perm("assignments.view", rules.always_true)
rules.add_perm("assignments.answer", is_assignee | stands_in)
rules.add_perm("assignments.hand_over", (is_assignee | stands_in | is_requester | is_superior) & may_be_passed_on)
# The one who asked for the work decides the first time, then the manager; nobody grants themself more time.
rules.add_perm("assignments.decide_extension", decides_extension & ~is_assignee & ~has_asked)
rules.add_perm("assignments.take", may_take)
# A helper neither answers for the work nor is told of it again: only says something about it.
rules.add_perm("assignments.comment", is_helper & is_open)
rules.add_perm(
    "assignments.change_helpers", (is_assignee | stands_in | is_requester | is_superior) & is_open & can_be_helped
)

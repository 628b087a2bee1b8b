"""Reading assignments, and the links to them."""

import datetime
import hashlib
from collections.abc import Collection

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from hms.assignments.enums import ExtensionState, State
from hms.assignments.models import ActionLink, Assignment, ExtensionRequest, Note
from hms.organisations.access import visibility
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.people import reach
from hms.organisations.selectors import line_manager_of


@visibility(Assignment)
def visible_to(employee: Employee) -> QuerySet[Assignment]:
    """Own assignments and those one asked for; those of people below, and all for the HSE manager.

    A confidential one is visible only to the two it is between. A planned one is not yet anybody's.
    """
    mine = Q(assignee=employee) | Q(requested_by=employee)
    person = reach(employee)
    if person.has(Role.HSE_MANAGER):
        mine |= Q(is_confidential=False)
    elif person.managed_unit_ids:
        mine |= Q(is_confidential=False, assignee__unit_id__in=person.managed_unit_ids)
    return Assignment.objects.filter(mine).exclude(state=State.PLANNED)


def my_open(employee: Employee) -> QuerySet[Assignment]:
    """What waits for an employee, the most overdue first."""
    return Assignment.objects.filter(assignee=employee, state=State.OPEN).order_by("due_on", "id")


def my_open_count(employee: Employee) -> int:
    return my_open(employee).count()


def my_done(employee: Employee) -> QuerySet[Assignment]:
    """What an employee has done, the newest first."""
    return Assignment.objects.filter(assignee=employee, state=State.DONE).order_by("-ended_at", "-id")


def assignments_of(source: models.Model) -> QuerySet[Assignment]:
    """Every assignment of one source, the oldest first."""
    return (
        Assignment.objects.filter(source_kind=source._meta.label_lower, source_id=source.pk)
        .select_related("assignee", "requested_by", "ended_by")
        .order_by("id")
    )


def notes_of(assignments: Collection[Assignment]) -> QuerySet[Note]:
    """What was written along the way, the oldest first."""
    return Note.objects.filter(assignment__in=assignments).select_related("author").order_by("id")


def open_extension(assignment: Assignment) -> ExtensionRequest | None:
    """The wish for more time that waits for an answer."""
    return (
        ExtensionRequest.objects.filter(assignment=assignment, state=ExtensionState.REQUESTED)
        .select_related("requested_by")
        .first()
    )


def decider_of(assignment: Assignment) -> Employee | None:
    """Who answers a wish for more time: the one who asked for the work, else the assignee's manager.

    None for a confidential assignment that nobody asked for: nobody else may know of it.
    """
    asked = assignment.requested_by
    if asked is not None and asked.pk != assignment.assignee_id and asked.is_employed():
        return asked
    return None if assignment.is_confidential else line_manager_of(assignment.assignee)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def resolve_link(token: str) -> ActionLink | None:
    """The link of a token, in the open organisation; its `status` says whether it still works.

    Returns:
        The link with `status` one of ok, used, revoked, expired; None for a token nobody was given here.
    """
    link = (
        ActionLink.objects.select_related("assignment__assignee__unit", "assignment__requested_by", "employee__user")
        .filter(token_hash=hash_token(token))
        .first()
    )
    if link is not None:
        link.status = _status(link, timezone.now())
    return link


def _status(link: ActionLink, now: datetime.datetime) -> str:
    if link.used_at is not None:
        return "used"
    assignment = link.assignment
    if (
        link.revoked_at is not None
        or assignment.state != State.OPEN
        or assignment.assignee_id != link.employee_id
        or not link.employee.is_employed()
    ):
        return "revoked"
    return "expired" if link.expires_at <= now else "ok"

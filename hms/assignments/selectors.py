"""Reading assignments, and the links to them."""

import datetime
import hashlib
from collections.abc import Collection

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.utils import timezone

from hms.assignments import pool, sources
from hms.assignments.enums import ExtensionState, State
from hms.assignments.ladder import Ladder, Step
from hms.assignments.library import UNTAKEN, UNTAKEN_CRITICAL, default_steps
from hms.assignments.models import (
    ActionLink,
    Assignment,
    CalendarFeed,
    ExtensionRequest,
    Helper,
    LadderStep,
    Note,
    Reminder,
)
from hms.assignments.rules import covered_by, manager_besides, needs_manager
from hms.organisations.access import visibility, visible, visible_models
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.people import current, reach
from hms.organisations.selectors import line_manager_of

# Given to one person, or taken by one of many.
_IS_SOMEBODYS = Q(offer__isnull=True) | Q(offer__taken_at__isnull=False)


@visibility(Assignment)
def visible_to(employee: Employee) -> QuerySet[Assignment]:
    """Own assignments and those one asked for; those of people below, and of people one stands in for today.

    Whoever the ladder tells can look: the HSE manager and the top leader at all, a safety representative at
    those of the area. So can those it is offered to, until somebody takes it, and those who help. A confidential
    one is visible only to the two it is between, and to helpers who knew of it. A planned one is not yet anybody's.
    """
    mine = Q(assignee=employee) | Q(requested_by=employee)
    person = reach(employee)
    if person.has(Role.HSE_MANAGER, Role.TOP_LEADER):
        mine |= Q(is_confidential=False)
    elif units := person.managed_unit_ids | person.safety_unit_ids:
        mine |= Q(is_confidential=False, assignee__unit_id__in=units)
    mine |= Q(is_confidential=False, assignee__in=stands_in_for(employee))
    mine |= Q(pk__in=pool.free_for(employee).values("assignment")) | Q(pk__in=_helped_by(employee))
    return Assignment.objects.filter(mine).exclude(state=State.PLANNED)


def stands_in_for(employee: Employee) -> QuerySet:
    """Ids of the people who are away today and have the employee as their deputy."""
    return covered_by(employee).values("employee_id")


def may_know(employee: Employee, assignment: Assignment) -> bool:
    """Whether somebody may know of an assignment: itself, or the case that it belongs to."""
    return visible_to(employee).filter(pk=assignment.pk).exists() or may_open_case(employee, assignment)


def may_open_case(employee: Employee, assignment: Assignment) -> bool:
    """Whether somebody may know of the case that an assignment belongs to."""
    root = sources.root_of(assignment)
    return type(root) in visible_models() and visible(type(root), employee).filter(pk=root.pk).exists()


def may_open_page(employee: Employee, assignment: Assignment) -> bool:
    """Whether somebody may open the page where the work is seen in its context."""
    may_open = sources.get(assignment.source_kind).may_open
    return (may_open is not None and may_open(assignment, employee)) or may_open_case(employee, assignment)


def ladders() -> dict[tuple[str, bool], Ladder]:
    """The open organisation's own ladders, by kind and whether it is critical."""
    own: dict[tuple[str, bool], Ladder] = {}
    for row in LadderStep.objects.all():
        step = Step(row.anchor, row.offset_days, row.recipient)
        own.setdefault((row.kind, row.is_critical), {})[step] = row.active_from
    return own


def ladder_of(kind: str, *, critical: bool, own: dict[tuple[str, bool], Ladder] | None = None) -> Ladder:
    """The steps of a kind: the organisation's own (read here unless given), else the default ones."""
    known = ladders() if own is None else own
    return known.get((kind, critical)) or dict.fromkeys(default_steps(kind, critical=critical))


def ladder_for(assignment: Assignment, *, own: dict[tuple[str, bool], Ladder] | None = None) -> Ladder:
    """The steps of one assignment: those of its kind, and while nobody has taken it, that this is told."""
    ladder = ladder_of(assignment.kind, critical=assignment.is_critical, own=own)
    if assignment.open_offer is None:
        return ladder
    return {**ladder, UNTAKEN_CRITICAL if assignment.is_critical else UNTAKEN: None}


def steps_taken(assignments: Collection[Assignment]) -> dict[int, set[Step]]:
    """The steps that were taken for each assignment's present due date."""
    taken: dict[int, set[Step]] = {}
    due = {assignment.pk: assignment.due_on for assignment in assignments}
    for row in Reminder.objects.filter(assignment__in=due):
        if row.due_on == due[row.assignment_id]:
            taken.setdefault(row.assignment_id, set()).add(Step(row.anchor, row.offset_days, row.recipient))
    return taken


def organisations_with_due_steps(now: datetime.datetime) -> list[int]:
    """Ids of the organisations with a step to take. Needs no open organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_with_due_steps(%s)", [now])
        return [row[0] for row in cursor.fetchall()]


def organisations_with_due_summaries(now: datetime.datetime) -> list[int]:
    """Ids of the organisations whose morning has come, or who have no schedule yet. Needs no open organisation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_with_due_summaries(%s)", [now])
        return [row[0] for row in cursor.fetchall()]


def my_open(employee: Employee) -> QuerySet[Assignment]:
    """What waits for an employee, the most overdue first; not what others can still take."""
    return Assignment.objects.filter(_IS_SOMEBODYS, assignee=employee, state=State.OPEN).order_by("due_on", "id")


def my_open_count(employee: Employee) -> int:
    return my_open(employee).count()


def free_for(employee: Employee) -> QuerySet[Assignment]:
    """What an employee may take: offered to them among others, or theirs to answer for until somebody takes it."""
    free = Q(pk__in=pool.free_for(employee).values("assignment")) | (~_IS_SOMEBODYS & Q(assignee=employee))
    return (
        Assignment.objects.filter(free, state=State.OPEN, is_confidential=False)
        .select_related("offer__group", "offer__unit", "assignee")
        .order_by("due_on", "id")
    )


def taken_by_another(employee: Employee, pk: int) -> Assignment | None:
    """What was offered to an employee among others until somebody took it (or it ended)."""
    return (
        Assignment.objects.filter(pk=pk, is_confidential=False, pk__in=pool.offers_to(employee).values("assignment"))
        .exclude(state=State.PLANNED)
        .select_related("offer__taken_by", "assignee")
        .first()
    )


def helped_by(employee: Employee) -> QuerySet[Assignment]:
    """What an employee helps others with, the most overdue first."""
    return (
        Assignment.objects.filter(pk__in=_helped_by(employee), state=State.OPEN)
        .select_related("assignee")
        .order_by("due_on", "id")
    )


def _helped_by(employee: Employee) -> QuerySet:
    return Helper.objects.filter(employee=employee).values("assignment")


def helpers_of(assignment: Assignment) -> QuerySet[Helper]:
    """Who helps, the first added first. Those who have left help with nothing that is still to be done."""
    helpers = Helper.objects.filter(assignment=assignment).select_related("employee__unit").order_by("id")
    return helpers.filter(current(prefix="employee__")) if assignment.state == State.OPEN else helpers


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
    """Who answers for the work towards its assignee: the one who asked for it, else the assignee's manager.

    None for a confidential assignment that nobody asked for: nobody else may know of it.
    """
    asked = assignment.requested_by
    if asked is not None and asked.pk != assignment.assignee_id and asked.is_employed():
        return asked
    return None if assignment.is_confidential else line_manager_of(assignment.assignee)


def extension_decider_of(assignment: Assignment, *, asking: Employee | None = None) -> Employee | None:
    """Who answers a wish for more time.

    The one who asked for the work (`decider_of`), until `rules.needs_manager` says that it is the assignee's manager;
    never `asking`, the deputy who may have sent it.
    """
    decider = None if needs_manager(assignment) else decider_of(assignment)
    if decider is not None and decider != asking:
        return decider
    return None if assignment.is_confidential else manager_besides(assignment, asking=asking)


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
        or not link.employee.is_employed()
        or not (assignment.assignee_id == link.employee_id or pool.may_take(link.employee, assignment))
    ):
        return "revoked"
    return "expired" if link.expires_at <= now else "ok"


def feed_of(employee: Employee) -> CalendarFeed | None:
    """The calendar address that an employee has now."""
    return CalendarFeed.objects.filter(employee=employee, revoked_at=None).first()


def resolve_feed(token: str) -> CalendarFeed | None:
    """The calendar of a token, revoked or not; None for a token nobody was given here."""
    return CalendarFeed.objects.select_related("employee__user").filter(token_hash=hash_token(token)).first()


def in_calendar(employee: Employee) -> QuerySet[Assignment]:
    """Own open work, and that of the people one stands in for today unless it is confidential; soonest first."""
    mine = Q(assignee=employee) | Q(is_confidential=False, assignee__in=stands_in_for(employee))
    rows = Assignment.objects.filter(mine, state=State.OPEN)
    return rows.select_related("assignee", "organisation").order_by("due_on", "id")

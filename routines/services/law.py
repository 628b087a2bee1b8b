"""The law register, the eight points, and the handbook's own texts."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.core.months import in_months
from hms.organisations.models import Employee, Organisation
from hms.tenancy.scope import current_organisation_id
from routines.models import Handbook, Point, PointRoutine, Requirement, RequirementRoutine, Routine
from routines.services.publishing import look_through_soon
from routines.starter_laws import BY_CODE

# So long before the day whoever answers for a rule is asked to check it.
CHECK_AHEAD = datetime.timedelta(days=28)
_WAITING = {AssignmentState.OPEN, AssignmentState.PLANNED}


@transaction.atomic
def adopt_laws(codes: Iterable[str], *, by: Employee, owner: Employee) -> list[Requirement]:
    """Take rules of the starter list into the register, in the organisation's language; those that are there are left.

    Effects: rows, events, planned checks.
    """
    language = Organisation.objects.values_list("language", flat=True).get(pk=current_organisation_id())
    known = set(Requirement.objects.exclude(code="").values_list("code", flat=True))
    taken = []
    for code in dict.fromkeys(codes):
        if code in known:
            continue
        starter = BY_CODE[code]
        with translation.override(language):
            words = {"law": str(starter.law), "place": str(starter.place), "summary": str(starter.summary)}
        taken.append(add_requirement(by=by, owner=owner, code=code, address=starter.address, **words))
    return taken


@transaction.atomic
def add_requirement(
    *,
    by: Employee,
    owner: Employee,
    routines: Iterable[Routine] = (),
    at: datetime.datetime | None = None,
    **fields: Any,
) -> Requirement:
    """Put a rule into the register. Effects: the row with its routines, an event, a planned check by its owner."""
    now = at or timezone.now()
    requirement = Requirement.objects.create(owner=owner, created_by=by, created_at=now, **fields)
    _set_routines(requirement, routines)
    record("requirement.added", requirement, by=by, at=now)
    plan_check(requirement, by=by, at=now)
    look_through_soon()
    return requirement


@transaction.atomic
def change_requirement(
    requirement: Requirement, *, by: Employee, routines: Iterable[Routine], **fields: Any
) -> None:  # fmt: skip
    """Change what the register says. Effects: the fields and the routines; an event; a new owner gets the check too."""
    lock(requirement)
    changed = [name for name, value in fields.items() if getattr(requirement, name) != value]
    for name in changed:
        setattr(requirement, name, fields[name])
    if changed:
        requirement.save(update_fields=changed)
    if _set_routines(requirement, routines):
        changed.append("routines")
    if not changed:
        return
    record("requirement.changed", requirement, by=by, data={"fields": sorted(changed)})
    task = requirement.task
    if task is not None and task.state in _WAITING and task.assignee_id != requirement.owner_id:
        assignments.hand_over(task, to=requirement.owner, by=by)
    elif "check_months" in changed and task is not None and task.state == AssignmentState.PLANNED:
        plan_check(requirement, by=by)


def _set_routines(requirement: Requirement, routines: Iterable[Routine]) -> bool:
    wanted = {routine.pk for routine in routines}
    known = set(RequirementRoutine.objects.filter(requirement=requirement).values_list("routine_id", flat=True))
    RequirementRoutine.objects.filter(requirement=requirement, routine_id__in=known - wanted).delete()
    RequirementRoutine.objects.bulk_create(
        RequirementRoutine(requirement=requirement, routine_id=pk) for pk in sorted(wanted - known)
    )
    return wanted != known


@transaction.atomic
def check(requirement: Requirement, *, by: Employee, comment: str = "", at: datetime.datetime | None = None) -> None:
    """Somebody has read the rule again and seen that we meet it.

    Effects: the day and who; the task is done and the next one planned; an event.

    Raises:
        InvalidTransition: when the rule does not apply to us.
    """
    lock(requirement)
    if requirement.set_aside_at is not None:
        raise InvalidTransition(requirement, "set aside", "check")
    now = at or timezone.now()
    requirement.checked_on, requirement.checked_by = timezone.localdate(now), by
    requirement.save(update_fields=["checked_on", "checked_by"])
    record("requirement.checked", requirement, by=by, at=now)
    if requirement.task is not None and requirement.task.state == AssignmentState.OPEN:
        assignments.complete(requirement.task, by=by, comment=comment)
    plan_check(requirement, by=by, at=now)


@transaction.atomic
def set_aside(requirement: Requirement, *, by: Employee, reason: str) -> None:
    """Say that a rule does not apply to us. Effects: when and why; nobody is asked to check it; an event.

    Raises:
        InvalidTransition: when it is said already.
    """
    lock(requirement)
    if requirement.set_aside_at is not None:
        raise InvalidTransition(requirement, "set aside", "set aside")
    requirement.set_aside_at, requirement.set_aside_reason = timezone.now(), reason.strip()
    requirement.save(update_fields=["set_aside_at", "set_aside_reason"])
    if requirement.task is not None and requirement.task.state in _WAITING:
        assignments.cancel(requirement.task, by=by)
    record("requirement.set_aside", requirement, by=by)


@transaction.atomic
def take_up(requirement: Requirement, *, by: Employee) -> None:
    """It applies to us after all. Effects: it is in the register; the next check; an event.

    Raises:
        InvalidTransition: when it was in the register all the time.
    """
    lock(requirement)
    if requirement.set_aside_at is None:
        raise InvalidTransition(requirement, "in use", "in use")
    requirement.set_aside_at, requirement.set_aside_reason = None, ""
    requirement.save(update_fields=["set_aside_at", "set_aside_reason"])
    record("requirement.taken_up", requirement, by=by)
    plan_check(requirement, by=by)


def plan_check(requirement: Requirement, *, by: Employee | None, at: datetime.datetime | None = None) -> None:
    """Put the next check on whoever answers for the rule, for later. What was planned before is called off."""
    now = at or timezone.now()
    if requirement.task is not None and requirement.task.state in _WAITING:
        assignments.cancel(requirement.task, by=by)
    language = Organisation.objects.values_list("language", flat=True).get(pk=current_organisation_id())
    with translation.override(language):
        title = (_("Check that we follow: %(rule)s") % {"rule": requirement.name})[:160]
    requirement.task = assignments.assign(
        kind=Kind.REVISE, title=title, due_on=in_months(timezone.localdate(now), requirement.check_months),
        source=requirement, by=by, to=requirement.owner, planned=True, at=now, is_root=True,
    )  # fmt: skip
    requirement.save(update_fields=["task"])


def start_checks(today: datetime.date) -> int:
    """Ask those whose check draws near. Returns how many."""
    near = Requirement.objects.filter(
        set_aside_at__isnull=True, task__state=AssignmentState.PLANNED, task__due_on__lte=today + CHECK_AHEAD
    ).select_related("task__assignee")
    rows = list(near)
    for requirement in rows:
        assignments.start(requirement.task, by=None)  # type: ignore[arg-type]
    return len(rows)


# --- the eight points, and the goals ---


@transaction.atomic
def cover_point(number: int, *, by: Employee, text: str, routines: Iterable[Routine]) -> None:
    """Say what covers a point of internkontrollforskriften § 5. Effects: the row and its routines; an event."""
    point, _new = Point.objects.get_or_create(number=number)
    lock(point)
    wanted = {routine.pk for routine in routines}
    known = set(PointRoutine.objects.filter(point=point).values_list("routine_id", flat=True))
    if point.text == text and wanted == known:
        return
    point.text = text
    point.save(update_fields=["text"])
    PointRoutine.objects.filter(point=point, routine_id__in=known - wanted).delete()
    PointRoutine.objects.bulk_create(PointRoutine(point=point, routine_id=pk) for pk in sorted(wanted - known))
    record("point.covered", point, by=by, data={"number": number})


@transaction.atomic
def write_goals(text: str, *, by: Employee, at: datetime.datetime | None = None) -> None:
    """Write the organisation's goals (§ 5 no. 4). Effects: the text; an event."""
    handbook, _new = Handbook.objects.get_or_create()
    lock(handbook)
    if handbook.goals == text:
        return
    handbook.goals, handbook.changed_at, handbook.changed_by = text, at or timezone.now(), by
    handbook.save(update_fields=["goals", "changed_at", "changed_by"])
    record("handbook.goals_written", handbook, by=by)

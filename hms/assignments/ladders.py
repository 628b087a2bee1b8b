"""An organisation's own ladders: changed by its administrators, shown with what they lead to."""

import datetime
from collections.abc import Collection

from django.utils import timezone

from hms.assignments import selectors
from hms.assignments.arming import rearm
from hms.assignments.enums import Anchor, Recipient
from hms.assignments.ladder import Clock, Step, timetable
from hms.assignments.library import default_steps
from hms.assignments.models import Assignment, LadderStep
from hms.audit.services import record
from hms.organisations.calendar import WorkCalendar
from hms.organisations.models import Employee, Organisation


def change_ladder(
    organisation: Organisation, *, kind: str, critical: bool, steps: Collection[Step], by: Employee
) -> bool:
    """Give a kind another ladder.

    Steps that stay go on as before; a new one says nothing about mornings that are past. Nothing is stored
    when it is the default one and always was, so that it follows the product.

    Effects: the steps; the next step of every open assignment of the kind; an event.

    Returns:
        Whether anything was changed.

    Raises:
        ValueError: when there are no steps; work that nobody is ever reminded of is not what this is for.
    """
    if not steps:
        raise ValueError("a ladder has at least one step")
    before = selectors.ladder_of(kind, critical=critical)
    if set(steps) == set(before):
        return False
    now = timezone.now()
    after = {step: before.get(step, None if step in before else now) for step in steps}
    LadderStep.objects.filter(kind=kind, is_critical=critical).delete()
    if set(after) != set(default_steps(kind, critical=critical)) or any(after.values()):
        LadderStep.objects.bulk_create(
            LadderStep(
                kind=kind, is_critical=critical, anchor=step.anchor, offset_days=step.offset_days,
                recipient=step.recipient, active_from=since,
            )
            for step, since in after.items()
        )  # fmt: skip
    rearm(Assignment.objects.filter(kind=kind, is_critical=critical))
    record("ladder.changed", organisation, by=by, data={"kind": kind, "critical": critical})
    return True


def example_due_on(today: datetime.date) -> datetime.date:
    """The due date that settings show a ladder for: a Friday, at least a week away."""
    day = today + datetime.timedelta(days=7)
    return day + datetime.timedelta(days=(4 - day.weekday()) % 7)


def preview(
    steps: Collection[Step], *, critical: bool, due_on: datetime.date, calendar: WorkCalendar, now: datetime.datetime
) -> list[tuple[datetime.date, str, list[str]]]:
    """Day for day, from what is counted (an anchor) and whom it tells, for something given now."""
    clock = Clock(due_on=due_on, began_on=calendar.local_date(now), armed_at=now, is_critical=critical)
    days: dict[tuple[datetime.date, str], list[str]] = {}
    for at, step in timetable(steps, clock, calendar):
        days.setdefault((calendar.local_date(at), step.anchor), []).append(str(Recipient(step.recipient).label))
    return [(day, Anchor(anchor).value, told) for (day, anchor), told in days.items()]

"""One organisation's due steps: taken, written down and told, in one transaction per batch of people."""

import datetime
import logging
from dataclasses import dataclass, field

from django.db import connection

from hms.assignments import selectors, sources
from hms.assignments.arming import clock_of
from hms.assignments.enums import Anchor, Recipient, State
from hms.assignments.escalation import Line
from hms.assignments.ladder import Step, remaining
from hms.assignments.models import Assignment, Reminder
from hms.assignments.notifications import parameters
from hms.assignments.offer_notifications import untaken_of
from hms.audit.enums import Via
from hms.audit.services import record
from hms.notifications.enums import RoutineMail
from hms.notifications.selectors import routine_mail_of, told_already
from hms.notifications.services import Told, notify_many
from hms.organisations.calendar import WorkCalendar, open_calendar
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id

logger = logging.getLogger(__name__)

PEOPLE = 200


@dataclass
class _Post:
    """What a batch has to say, by kind of message."""

    digests: dict[Employee, list[Assignment]] = field(default_factory=dict)
    reminders: list[Told] = field(default_factory=list)
    escalated: list[Told] = field(default_factory=list)
    escalated_about: list[Told] = field(default_factory=list)
    untaken: list[Told] = field(default_factory=list)


def sweep(now: datetime.datetime, *, people: int = PEOPLE) -> int:
    """Take the due steps of some people's assignments in the open organisation.

    Routine steps wait for the day, and one person's for the day of their next routine mail; critical ones do
    not. Only one sweep works in an organisation at a time, and a row that somebody holds is left for the next.

    Effects: reminders, messages, events of escalations, `next_step_at`.

    Returns:
        How many assignments were looked at; 0 when nothing is left to do now.
    """
    if not _only_one():
        return 0
    waiting = Assignment.objects.filter(state=State.OPEN, next_step_at__lte=now)
    assignees = list(waiting.values_list("assignee_id", flat=True).distinct().order_by("assignee_id")[:people])
    due = list(
        waiting.filter(assignee__in=assignees)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("assignee__user", "assignee__unit", "requested_by__user", "offer__group", "offer__unit")
        .order_by("id")
    )
    if due:
        _Batch(due, now).work()
    return len(due)


def _only_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('assignments.sweep', %s))", [current_organisation_id()]
        )
        return bool(cursor.fetchone()[0])


class _Batch:
    def __init__(self, due: list[Assignment], now: datetime.datetime) -> None:
        self.due, self.now = due, now
        self.calendar: WorkCalendar = open_calendar()
        self.today = self.calendar.local_date(now)
        self.line = Line(self.today)
        self.taken = selectors.steps_taken(due)
        self.own = selectors.ladders()
        readers = {reader.pk for assignment in due for reader in self.line.readers(assignment)}
        self.wishes = routine_mail_of(readers)
        self.had_mail = told_already("assignments.digest", readers, self.occasion)
        self.reminders: list[Reminder] = []
        self.post = _Post()

    @property
    def occasion(self) -> str:
        """What makes two routine mails the same: the day."""
        return f"digest:{self.today.isoformat()}"

    def work(self) -> None:
        for assignment in self.due:
            try:
                self.take(assignment)
            except Exception as error:  # noqa: BLE001  one broken source must not keep everybody else waiting
                logger.warning("Assignment %s: %s; the sweep tries again.", assignment.pk, type(error).__name__)
                assignment.next_step_at = self.calendar.next_morning(self.now)
        Reminder.objects.bulk_create(self.reminders, ignore_conflicts=True)
        Assignment.objects.bulk_update(self.due, ["next_step_at"])
        self.tell()

    def take(self, assignment: Assignment) -> None:
        """Take an assignment's due steps, or put them off; find the next moment."""
        ladder = selectors.ladder_for(assignment, own=self.own)
        left = remaining(
            ladder, clock_of(assignment, self.calendar), self.calendar, taken=self.taken.get(assignment.pk, ())
        )
        moments, steps = [], []
        for at, step in left:
            until = at if at > self.now else self.wait(assignment, step)
            if until is None:
                steps.append(step)
            else:
                moments.append(until)
        if any(step.anchor == Anchor.START for step in steps) and _is_begun(assignment):
            steps = [step for step in steps if step.anchor != Anchor.START]
        # First what can go wrong, then what is kept: an assignment is taken whole or not at all.
        self.address(assignment, steps)
        self.reminders += [
            Reminder(
                assignment=assignment, anchor=step.anchor, offset_days=step.offset_days, recipient=step.recipient,
                due_on=assignment.due_on, created_at=self.now,
            )
            for step in steps
        ]  # fmt: skip
        assignment.next_step_at = min(moments, default=None)

    def wait(self, assignment: Assignment, step: Step) -> datetime.datetime | None:
        """Until when a due step must wait; None when it need not."""
        if assignment.is_critical:
            return None
        if not self.calendar.is_open(self.now):
            return self.calendar.next_morning(self.now)
        if not step.is_routine:
            return None
        # Among many it is enough that one of them can be told today: the others see it on their page.
        waits = [self.reader_waits(reader.pk) for reader in self.line.readers(assignment)]
        return None if None in waits else min(until for until in waits if until is not None)

    def reader_waits(self, reader: int) -> datetime.datetime | None:
        """Until when one person's next routine mail must wait; None when it need not."""
        if self.wishes.get(reader) == RoutineMail.WEEKLY and not self.calendar.is_first_of_week(self.today):
            return self.calendar.next_first_of_week(self.now)
        return self.calendar.next_morning(self.now) if reader in self.had_mail else None

    def address(self, assignment: Assignment, steps: list[Step]) -> None:
        """Put what the steps say among what the batch sends."""
        mine = [step for step in steps if step.is_routine]
        untaken = [step for step in steps if step.recipient == Recipient.ACCOUNTABLE]
        others = [step for step in steps if not step.is_routine and step not in untaken]
        self.post.untaken += [untaken_of(assignment, self.line.owner(assignment)) for _step in untaken]
        if others:
            self.escalate(assignment, others)
        if mine and not assignment.is_critical:
            for reader in self.line.readers(assignment):
                if self.reader_waits(reader.pk) is None:
                    self.post.digests.setdefault(reader, []).append(assignment)
        elif mine:
            facts = parameters(assignment, by=None)
            self.post.reminders += [
                Told(reader, assignment, _occurrence(assignment, mine[-1]), facts)
                for reader in self.line.readers(assignment)
            ]

    def escalate(self, assignment: Assignment, steps: list[Step]) -> None:
        """Tell everybody the steps name, once each, and the one it is about."""
        people = dict.fromkeys(person for step in steps for person in self.line.told(assignment, step.recipient))
        if not people:
            return
        last = steps[-1]
        since = assignment.due_on if last.anchor == Anchor.DUE else self.calendar.local_date(assignment.created_at)
        facts = parameters(
            assignment,
            by=assignment.assignee,
            since=since.isoformat(),
            unanswered=last.anchor == Anchor.START,
            to=", ".join(person.given_name for person in people),
        )
        occurrence = _occurrence(assignment, last)
        source = sources.get(assignment.source_kind)
        record(
            "assignment.escalated", assignment, by=None, via=Via.SYSTEM, root=source.root(assignment),
            data={"title": "…" if assignment.is_confidential else assignment.title, "to": [p.pk for p in people]},
        )  # fmt: skip
        self.post.escalated += [Told(person, assignment, occurrence, facts) for person in people]
        self.post.escalated_about.append(Told(assignment.assignee, assignment, occurrence, facts))

    def tell(self) -> None:
        digests = [
            Told(
                reader,
                reader,
                self.occasion,
                {
                    "tasks": [assignment.pk for assignment in assignments],
                    "overdue": sum(assignment.due_on < self.today for assignment in assignments),
                },
                email=self.wishes.get(reader.pk) != RoutineMail.INBOX,
            )
            for reader, assignments in self.post.digests.items()
        ]
        notify_many("assignments.digest", digests)
        notify_many("assignments.untaken", self.post.untaken)
        notify_many("assignments.reminder", self.post.reminders)
        notify_many("assignments.escalated", self.post.escalated)
        notify_many("assignments.escalated_about", self.post.escalated_about)


def _is_begun(assignment: Assignment) -> bool:
    begun = sources.get(assignment.source_kind).is_begun
    return begun is not None and begun(assignment)


def _occurrence(assignment: Assignment, step: Step) -> str:
    return f"{assignment.pk}:{assignment.due_on.isoformat()}:{step.anchor}{step.offset_days:+d}:{step.recipient}"

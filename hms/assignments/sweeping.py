"""Due steps: taken, written down and told, of one organisation or of many together."""

import datetime
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from hms.assignments import selectors, sources
from hms.assignments.arming import clock_of
from hms.assignments.due import DIGEST, Due, digest_occasion, lock, read, what_is_due
from hms.assignments.enums import Anchor, Recipient
from hms.assignments.escalation import Line
from hms.assignments.ladder import Step, Timed, remaining
from hms.assignments.messages import parameters
from hms.assignments.models import Assignment
from hms.assignments.offer_notifications import untaken_of
from hms.audit.services import happening, record_along
from hms.core.memory import collected_afterwards
from hms.core.rows import Statement, as_json, run
from hms.notifications.channels import write_rows
from hms.notifications.enums import RoutineMail
from hms.notifications.selectors import routine_mail_of, told_already
from hms.notifications.services import Told, rows_of
from hms.organisations.models import Employee
from hms.organisations.roster import rosters
from hms.tenancy.scope import current_organisation_id, in_turn

UNTAKEN = "assignments.untaken"
logger = logging.getLogger(__name__)

# Assignments of an organisation in one transaction.
MOST = 1000
_KEEP = Statement(
    """
WITH moved AS (
    UPDATE assignments_assignment a SET next_step_at = row.next_step_at
    FROM jsonb_to_recordset(%(moved)s::jsonb) AS row (organisation_id bigint, id bigint, next_step_at timestamptz)
    WHERE a.organisation_id = row.organisation_id AND a.id = row.id
)
INSERT INTO assignments_reminder (organisation_id, created_at, assignment_id, due_on, anchor, offset_days, recipient)
SELECT row.organisation_id, %(now)s::timestamptz, assignment_id, due_on, anchor, offset_days, recipient
FROM jsonb_to_recordset(%(taken)s::jsonb) AS row (
    organisation_id bigint, assignment_id bigint, due_on date, anchor text, offset_days smallint, recipient text
)
ON CONFLICT DO NOTHING
"""
)


@dataclass
class _Post:
    """What an organisation has to say, by kind of message."""

    # By the reader's id.
    digests: dict[int, tuple[Employee, list[Assignment]]] = field(default_factory=dict)
    told: list[tuple[str, Told]] = field(default_factory=list)
    # What the log says of each.
    escalations: list[tuple[Assignment, dict[str, Any]]] = field(default_factory=list)


@dataclass
class _Written:
    """What is to be written, each row with its organisation."""

    moved: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    escalations: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def write(self, now: datetime.datetime) -> None:
        """Write it, in the open organisation or in those that are open together."""
        if self.moved:
            run(_KEEP, {"moved": as_json(self.moved), "now": now, "taken": as_json(self.taken)})
        record_along("assignment.escalated", self.escalations)
        if self.messages:
            write_rows(self.messages)


def sweep(now: datetime.datetime, *, most: int = MOST) -> bool:
    """Take the due steps in the open organisation, `most` assignments at a time.

    Routine steps wait for the day, and one person's for the day of their next routine mail; critical ones do
    not. Only one sweep works in an organisation at a time, and a row that somebody holds is left for the next.

    Effects: reminders, messages, events of escalations, `next_step_at`. No worker is nudged: the caller does that
    once, for all organisations.

    Returns:
        Whether more may be due.
    """
    here = lock([current_organisation_id()])
    rows = what_is_due(here, now, most=most)
    if not rows:
        return False
    due, written = read(rows[current_organisation_id()], most=most), _Written()
    _Sweep(due, now).work(written)
    written.write(now)
    return not due.is_all


@collected_afterwards()
def sweep_together(organisation_ids: Collection[int], now: datetime.datetime, *, most: int = MOST) -> list[int]:
    """As :func:`sweep`, for many organisations in one transaction.

    All are asked at once and written to at once, by the role that may do only that (`Turn.together`); what is decided
    between is decided in each organisation by itself, as always.

    Returns:
        The organisations in which more may be due.
    """
    written, sweeps = _Written(), {}
    with in_turn() as turn:
        with turn.together(organisation_ids):
            found = what_is_due(lock(organisation_ids), now, most=most)
        for organisation_id, rows in found.items():
            turn.enter(organisation_id)
            sweeps[organisation_id] = _Sweep(read(rows, most=most), now)
        waiting = {organisation_id: each.today for organisation_id, each in sweeps.items() if each.needs_leaders}
        if waiting:
            with turn.together(waiting):
                held = rosters(waiting)
            for organisation_id, roster in held.items():
                sweeps[organisation_id].line.know(roster)
        for organisation_id, each in sweeps.items():
            turn.enter(organisation_id)
            each.work(written)
        if sweeps:
            with turn.together(sweeps):
                written.write(now)
    return [organisation_id for organisation_id, each in sweeps.items() if not each.due.is_all]


class _Sweep:
    """What is due in one organisation, taken."""

    def __init__(self, due: Due, now: datetime.datetime) -> None:
        self.due, self.now = due, now
        self.calendar = due.calendar
        self.today = self.calendar.local_date(now)
        self.line = Line(self.today, self.away())
        self.wishes, self.had_mail = due.wishes, due.had_mail
        self.steps = {assignment.pk: self.steps_of(assignment) for assignment in due.assignments}
        self.reminders: list[tuple[Assignment, Step]] = []
        self.post = _Post()

    @property
    def needs_leaders(self) -> bool:
        """Whether somebody is away, or others than the assignees are to be told: known before anybody is asked for."""
        return bool(self.due.away) or any(
            timed.at <= self.now and not timed.step.is_routine for left in self.steps.values() for timed in left
        )

    def steps_of(self, assignment: Assignment) -> list[Timed]:
        """What is left of an assignment's ladder."""
        ladder = selectors.ladder_for(assignment, own=self.due.ladders)
        clock = clock_of(assignment, self.calendar)
        return remaining(ladder, clock, self.calendar, taken=self.due.taken[assignment.pk])

    def away(self) -> dict[int, Employee | None]:
        """Everybody who is away, with their deputies."""
        known = self.due.away
        deputies = Employee.objects.select_related("user").in_bulk({pk for pk in known.values() if pk})
        return {pk: deputies.get(deputy) for pk, deputy in known.items()}

    def learn_of_others(self) -> None:
        """What is known of the assignees must be known of whoever reads in their place, or may take the work."""
        assignments = self.due.assignments
        self.readers = {assignment.pk: self.line.readers(assignment) for assignment in assignments}
        others = {reader.pk for readers in self.readers.values() for reader in readers}
        others -= {assignment.assignee_id for assignment in assignments}
        if others:
            self.wishes |= routine_mail_of(others)
            self.had_mail |= told_already(DIGEST, others, digest_occasion(self.today))

    def work(self, written: _Written) -> None:
        """Decide, and add what is to be written; in the open organisation."""
        self.learn_of_others()
        for assignment in self.due.assignments:
            try:
                self.take(assignment)
            except Exception as error:  # noqa: BLE001  one broken source must not keep everybody else waiting
                logger.warning("Assignment %s: %s; the sweep tries again.", assignment.pk, type(error).__name__)
                assignment.next_step_at = self.calendar.next_morning(self.now)
        self.keep(written)
        self.tell(written)

    def keep(self, written: _Written) -> None:
        """Write down which steps were taken, and when the next ones are due."""
        here = current_organisation_id()
        written.moved += [
            {"organisation_id": here, "id": one.pk, "next_step_at": one.next_step_at} for one in self.due.assignments
        ]
        written.taken += [
            {"organisation_id": here, "assignment_id": one.pk, "due_on": one.due_on, **step._asdict()}
            for one, step in self.reminders
        ]

    def take(self, assignment: Assignment) -> None:
        """Take an assignment's due steps, or put them off; find the next moment."""
        moments, steps = [], []
        for at, step in self.steps[assignment.pk]:
            until = at if at > self.now else self.wait(assignment, step)
            if until is None:
                steps.append(step)
            else:
                moments.append(until)
        if any(step.anchor == Anchor.START for step in steps) and _is_begun(assignment):
            steps = [step for step in steps if step.anchor != Anchor.START]
        # First what can go wrong, then what is kept: an assignment is taken whole or not at all.
        self.address(assignment, steps)
        self.reminders += [(assignment, step) for step in steps]
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
        waits = [self.reader_waits(reader.pk) for reader in self.readers[assignment.pk]]
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
        self.post.told += [(UNTAKEN, untaken_of(assignment, self.line.owner(assignment))) for _step in untaken]
        if mine and not assignment.is_critical:
            for reader in self.readers[assignment.pk]:
                if self.reader_waits(reader.pk) is None:
                    self.post.digests.setdefault(reader.pk, (reader, []))[1].append(assignment)
        elif mine:
            facts = parameters(assignment, by=None)
            self.post.told += [
                ("assignments.reminder", Told(reader, assignment, _occurrence(assignment, mine[-1]), facts))
                for reader in self.readers[assignment.pk]
            ]
        if others:
            self.escalate(assignment, others)

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
        title = "…" if assignment.is_confidential else assignment.title
        self.post.escalations.append((assignment, {"title": title, "to": [person.pk for person in people]}))
        self.post.told += [("assignments.escalated", Told(person, assignment, occurrence, facts)) for person in people]
        about = Told(assignment.assignee, assignment, occurrence, facts)
        self.post.told.append(("assignments.escalated_about", about))

    def tell(self, written: _Written) -> None:
        """What there is to say, by mail and in the log."""
        occasion = digest_occasion(self.today)
        digests = [
            Told(
                reader,
                reader,
                occasion,
                {
                    "tasks": [assignment.pk for assignment in assignments],
                    "overdue": sum(assignment.due_on < self.today for assignment in assignments),
                },
                email=self.wishes.get(reader.pk) != RoutineMail.INBOX,
            )
            for reader, assignments in self.post.digests.values()
        ]
        written.escalations += [happening(assignment, data) for assignment, data in self.post.escalations]
        written.messages += rows_of([*((DIGEST, digest) for digest in digests), *self.post.told])


def _is_begun(assignment: Assignment) -> bool:
    begun = sources.get(assignment.source_kind).is_begun
    return begun is not None and begun(assignment)


def _occurrence(assignment: Assignment, step: Step) -> str:
    return f"{assignment.pk}:{assignment.due_on.isoformat()}:{step.anchor}{step.offset_days:+d}:{step.recipient}"

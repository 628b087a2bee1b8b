"""What is due in the open organisation, with everything a sweep must know of it, in one statement.

Ten thousand organisations have something due on a morning, each a handful. What a sweep costs is then what asking
costs, so it asks once: for the rows, with each row for its assignee, the steps taken and what the assignee has chosen
and been told, and for the organisation's days, ladders and absences.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass

from hms.accounts.models import User
from hms.assignments.ladder import Ladder, Step
from hms.assignments.models import Assignment, LadderStep, Offer, Reminder
from hms.core.rows import Batch, Rows, Statement, build, columns, fields_of, join
from hms.notifications.models import Notification, Preference
from hms.notifications.rules import dedupe_key
from hms.organisations.calendar import Days, WorkCalendar, calendar_of
from hms.organisations.models import Absence, Employee, Organisation, QuietPeriod, Unit
from hms.organisations.roster import person

DIGEST = "assignments.digest"


def digest_occasion(day: datetime.date | str) -> str:
    """What makes two routine mails the same: the day."""
    return f"digest:{day}"


@dataclass
class Due:
    """What is due, and what its sweep must know.

    Attributes:
        assignments: with `assignee`, its `user` and its `unit` loaded; locked.
        taken: the steps that were taken for each one's due date.
        ladders: the organisation's own, by kind and whether it is critical.
        calendar: the organisation's days.
        away: the deputies (or None) of everybody who is away today, by employee; ids.
        wishes: how often assignees want routine mail, where they may choose and have chosen.
        had_mail: the assignees who have had today's routine mail.
        may_choose: whether people choose how often they are reminded.
        is_all: whether there is no more. Otherwise the last assignee is left out: one person's mail is written once,
            of all that is due.
    """

    assignments: list[Assignment]
    taken: dict[int, set[Step]]
    ladders: dict[tuple[str, bool], Ladder]
    calendar: WorkCalendar
    away: dict[int, int | None]
    wishes: dict[int, str]
    had_mail: set[int]
    may_choose: bool
    is_all: bool


_DUE = Statement(
    f"""
WITH here AS MATERIALIZED (
    SELECT o.time_zone, o.people_choose_reminders, (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date AS today,
        format(%(key)s::text, '%%s', (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date) AS key,
        ARRAY(SELECT q.starts_on || '/' || q.ends_on FROM {QuietPeriod._meta.db_table} q ORDER BY 1) AS quiet,
        (SELECT jsonb_agg(jsonb_build_array(s.kind, s.is_critical, s.anchor, s.offset_days, s.recipient, s.active_from))
            FROM {LadderStep._meta.db_table} s) AS steps,
        (SELECT jsonb_agg(jsonb_build_array(b.employee_id, b.deputy_id) ORDER BY b.id)
            FROM {Absence._meta.db_table} b
            WHERE b.starts_on <= (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date
              AND b.ends_on >= (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date) AS away
    FROM {Organisation._meta.db_table} o WHERE o.id = hms_organisation()
)
SELECT here.time_zone, here.quiet, here.steps, here.away, here.people_choose_reminders,
    ARRAY(SELECT r.anchor || ' ' || r.offset_days || ' ' || r.recipient FROM {Reminder._meta.db_table} r
        WHERE r.assignment_id = a.id AND r.due_on = a.due_on),
    (SELECT p.routine_mail FROM {Preference._meta.db_table} p WHERE p.employee_id = a.assignee_id),
    EXISTS(SELECT FROM {Notification._meta.db_table} n WHERE n.dedupe_key = format(here.key, a.assignee_id)),
    EXISTS(SELECT FROM {Offer._meta.db_table} o WHERE o.assignment_id = a.id AND o.taken_at IS NULL),
    unit.path, u.email, {columns(Employee, "e")}, {columns(Assignment, "a")}
FROM here
JOIN {Assignment._meta.db_table} a ON a.state = 'open' AND a.next_step_at <= %(now)s::timestamptz
JOIN {Employee._meta.db_table} e ON e.id = a.assignee_id
JOIN {Unit._meta.db_table} unit ON unit.id = e.unit_id
LEFT JOIN {User._meta.db_table} u ON u.id = e.user_id
ORDER BY a.assignee_id, a.id LIMIT %(most)s::bigint FOR UPDATE OF a SKIP LOCKED
"""  # noqa: S608  names from the models
)
_ALONE = Statement("SELECT pg_try_advisory_xact_lock(hashtextextended('assignments.sweep', %(organisation)s::bigint))")
_KEY = dedupe_key(DIGEST, "%s", digest_occasion("%s"))
_EMPLOYEE = len(fields_of(Employee))


def ask_what_is_due(batch: Batch, organisation_id: int, now: datetime.datetime, *, most: int) -> None:
    """Lock and ask for what is due, `most` assignments at the most, with two statements of a batch (see :func:`read`).

    Rows that a person is busy with are left out.
    """
    batch.add(_ALONE, {"organisation": organisation_id})
    batch.add(_DUE, {"now": now, "most": most, "key": _KEY})


def read(answers: Sequence[Rows], *, most: int) -> Due | None:
    """What the two statements answered; in the open organisation.

    None when nothing is due, or when somebody else sweeps here: a sweep must know what the others of the same
    organisation have told.
    """
    alone, rows = answers
    return _due(rows, most) if alone == [(True,)] else None


def _due(rows: Rows, most: int) -> Due | None:
    if not rows:
        return None
    time_zone, quiet, steps, away, may_choose, *_rest = rows[0]
    due = Due(
        assignments=[],
        taken={},
        ladders=_ladders(json.loads(steps or "[]")),
        calendar=_calendar(time_zone, quiet),
        away=dict(json.loads(away or "[]")),
        wishes={},
        had_mail=set(),
        may_choose=may_choose,
        is_all=len(rows) < most,
    )
    offered: dict[int, Assignment] = {}
    for row in rows:
        taken, wish, had_mail, is_offered, path, email, *values = row[5:]
        assignee = person(values[:_EMPLOYEE], email)
        assignment = build(Assignment, values[_EMPLOYEE:])
        join(assignee, "unit", Unit(id=assignee.unit_id, path=path))
        join(assignment, "assignee", assignee)
        join(assignment, "offer", None)
        if is_offered:
            offered[assignment.pk] = assignment
        due.assignments.append(assignment)
        due.taken[assignment.pk] = {_step(*words.split()) for words in taken}
        if wish and may_choose:
            due.wishes[assignee.pk] = wish
        if had_mail:
            due.had_mail.add(assignee.pk)
    if offered:
        for offer in Offer.objects.filter(assignment__in=offered).select_related("group", "unit"):
            join(offered[offer.assignment_id], "offer", offer)
    if not due.is_all:
        last = due.assignments[-1].assignee_id
        others = [assignment for assignment in due.assignments if assignment.assignee_id != last]
        # Of somebody with more than that, what is left waits for tomorrow's mail.
        due.assignments = others or due.assignments
    return due


def _step(anchor: str, offset_days: str, recipient: str) -> Step:
    return Step(anchor, int(offset_days), recipient)


def _calendar(time_zone: str, quiet: list[str]) -> WorkCalendar:
    periods = (period.split("/") for period in quiet)
    return calendar_of(time_zone, tuple(Days(*map(datetime.date.fromisoformat, period)) for period in periods))


def _ladders(steps: list[list]) -> dict[tuple[str, bool], Ladder]:
    own: dict[tuple[str, bool], Ladder] = {}
    for kind, is_critical, anchor, offset_days, recipient, active_from in steps:
        since = datetime.datetime.fromisoformat(active_from) if active_from else None
        own.setdefault((kind, is_critical), {})[Step(anchor, offset_days, recipient)] = since
    return own

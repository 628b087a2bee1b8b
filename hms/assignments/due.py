"""What is due in some organisations, with everything a sweep must know of it, in one statement.

Ten thousand organisations have something due on a morning, each a handful. What a sweep costs is then what asking
costs, so it asks once for many organisations: for the rows, with each row for its assignee, the steps taken and what the
assignee has chosen and been told, and for the organisation's days, ladders and absences.
"""

import datetime
import json
from collections.abc import Collection
from dataclasses import dataclass

from hms.accounts.models import User
from hms.assignments.ladder import Ladder, Step
from hms.assignments.models import Assignment, LadderStep, Offer, Reminder
from hms.core.rows import Rows, Statement, build, columns, fields_of, join, run
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


# Locks first, in a statement of its own: what is read afterwards is what earlier sweeps have left.
_ALONE = Statement(
    "SELECT id FROM unnest(%(organisations)s::bigint[]) AS id "
    "WHERE pg_try_advisory_xact_lock(hashtextextended('assignments.sweep', id))"
)
_KEY = dedupe_key(DIGEST, "%s", digest_occasion("%s"))
# Every table is asked by its organisation first: several may be open.
_DUE = Statement(
    f"""
WITH here AS MATERIALIZED (
    SELECT o.id, o.time_zone, o.people_choose_reminders, today,
        format(%(key)s::text, '%%s', today) AS key,
        ARRAY(SELECT q.starts_on || '/' || q.ends_on FROM {QuietPeriod._meta.db_table} q
            WHERE q.organisation_id = o.id ORDER BY 1) AS quiet,
        (SELECT jsonb_agg(jsonb_build_array(s.kind, s.is_critical, s.anchor, s.offset_days, s.recipient, s.active_from))
            FROM {LadderStep._meta.db_table} s WHERE s.organisation_id = o.id) AS steps,
        (SELECT jsonb_agg(jsonb_build_array(b.employee_id, b.deputy_id) ORDER BY b.id)
            FROM {Absence._meta.db_table} b
            WHERE b.organisation_id = o.id AND b.starts_on <= today AND b.ends_on >= today) AS away
    FROM {Organisation._meta.db_table} o
    CROSS JOIN LATERAL (SELECT (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date) AS local (today)
    WHERE o.id = ANY(%(organisations)s::bigint[])
), a AS MATERIALIZED (
    SELECT due.* FROM here CROSS JOIN LATERAL (
        SELECT * FROM {Assignment._meta.db_table} due
        WHERE due.organisation_id = here.id AND due.state = 'open' AND due.next_step_at <= %(now)s::timestamptz
        ORDER BY due.assignee_id, due.id LIMIT %(most)s::bigint FOR UPDATE SKIP LOCKED
    ) due
)
SELECT here.id, here.time_zone, here.quiet, here.steps, here.away, here.people_choose_reminders,
    ARRAY(SELECT r.anchor || ' ' || r.offset_days || ' ' || r.recipient FROM {Reminder._meta.db_table} r
        WHERE r.organisation_id = here.id AND r.assignment_id = a.id AND r.due_on = a.due_on),
    (SELECT p.routine_mail FROM {Preference._meta.db_table} p
        WHERE p.organisation_id = here.id AND p.employee_id = a.assignee_id),
    EXISTS(SELECT FROM {Notification._meta.db_table} n
        WHERE n.organisation_id = here.id AND n.dedupe_key = format(here.key, a.assignee_id)),
    EXISTS(SELECT FROM {Offer._meta.db_table} f
        WHERE f.organisation_id = here.id AND f.assignment_id = a.id AND f.taken_at IS NULL),
    (SELECT unit.path FROM {Unit._meta.db_table} unit WHERE unit.organisation_id = here.id AND unit.id = e.unit_id),
    (SELECT u.email FROM {User._meta.db_table} u WHERE u.id = e.user_id),
    {columns(Employee, "e")}, {columns(Assignment, "a")}
FROM a JOIN here ON here.id = a.organisation_id
JOIN {Employee._meta.db_table} e ON e.organisation_id = a.organisation_id AND e.id = a.assignee_id
ORDER BY here.id, a.assignee_id, a.id
""",  # noqa: S608  names from the models
    plan_each=True,
)
_EMPLOYEE = len(fields_of(Employee))


def lock(organisation_ids: Collection[int]) -> list[int]:
    """Make sure that nobody else sweeps there: a sweep must know what others of the same organisation have told.

    Returns:
        Ids of those in which nobody does. They are locked until the transaction ends.
    """
    return [organisation_id for (organisation_id,) in run(_ALONE, {"organisations": list(organisation_ids)})]


def what_is_due(organisation_ids: Collection[int], now: datetime.datetime, *, most: int) -> dict[int, Rows]:
    """Lock and give the rows that are due, by organisation; `most` of each at the most. For :func:`read`.

    Rows that a person is busy with are left out. The organisations are open, one or together.
    """
    rows: dict[int, Rows] = {}
    for row in run(_DUE, {"organisations": list(organisation_ids), "now": now, "most": most, "key": _KEY}):
        rows.setdefault(row[0], []).append(row)
    return rows


def read(rows: Rows, *, most: int) -> Due:
    """What the rows of one organisation say, one row at least; in the open organisation."""
    _id, time_zone, quiet, steps, away, may_choose, *_rest = rows[0]
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
        taken, wish, had_mail, is_offered, path, email, *values = row[6:]
        assignee = person(values[:_EMPLOYEE], email)
        assignment = build(Assignment, values[_EMPLOYEE:])
        join(assignee, "unit", build(Unit, (assignee.unit_id, path), ("id", "path")))
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

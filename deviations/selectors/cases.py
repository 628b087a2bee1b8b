"""Reading cases."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from deviations.enums import CommentVisibility, Ending, State
from deviations.models import (
    AccessGrant,
    Comment,
    Deviation,
    HiddenReporter,
    ImportBatch,
    WhistleblowingSubject,
)
from deviations.rules import is_current_receiver
from hms.actions.enums import PlanState
from hms.actions.models import Action
from hms.assignments.enums import State as AssignmentState
from hms.audit import verbs
from hms.audit.models import Event
from hms.audit.selectors import timeline
from hms.organisations.access import may, visibility
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.people import reach

# Beyond this the list says «more than», so that counting stays cheap however many cases there are.
COUNT_LIMIT = 1000


def visible_to(employee: Employee) -> QuerySet[Deviation]:
    """Deviations an employee may know of: for every list, count, search and export.

    Their own reports and what they handle; ordinary cases of units they lead or represent (all for the HSE
    manager and guests with an all-organisation role) and where they own an action; confidential cases only
    by the access list. Never a case about themself, and never whistleblowing: see `openable_by`.
    """
    return Deviation.objects.filter(_known_to(employee)).exclude(_about(employee))


@visibility(Deviation)
def openable_by(employee: Employee) -> QuerySet[Deviation]:
    """Cases whose own address an employee may open: those of `visible_to`, and the whistleblowing they receive,
    were given access to, or reported."""
    whistle = Q(is_whistleblowing=True) & _whistle_known_to(employee)
    ordinary = Q(is_whistleblowing=False) & _known_to(employee)
    return Deviation.everything.filter(ordinary | whistle).exclude(_about(employee))


def _known_to(employee: Employee) -> Q:
    his = reach(employee)
    ordinary = Q(pk__in=[])
    if his.has(Role.HSE_MANAGER, Role.SENIOR_SAFETY_REP, Role.INSPECTOR):
        ordinary = Q(is_confidential=False)
    else:
        units = his.managed_unit_ids | his.safety_unit_ids
        if units:
            ordinary = Q(is_confidential=False, unit_id__in=units)
        # Once an action is taken out of the plan, its owner has no part in the case any more.
        part = Action.objects.exclude(assignment__state=AssignmentState.CANCELLED)
        ordinary |= Q(
            Exists(part.filter(plan_id=OuterRef("plan_id"), assignment__assignee=employee)),
            is_confidential=False,
        )
    named = Exists(AccessGrant.objects.filter(deviation_id=OuterRef("pk"), employee=employee))
    return own(employee) | Q(handling__assignee=employee) | ordinary | (Q(is_confidential=True) & named)


def _whistle_known_to(employee: Employee) -> Q:
    grants = AccessGrant.objects.filter(employee=employee)
    if not is_current_receiver(employee):
        grants = grants.filter(as_receiver=False)
    return own(employee) | Q(pk__in=grants.values("deviation"))


def own(employee: Employee) -> Q:
    """Filter for what somebody reported, hidden or not."""
    return Q(reporter=employee) | Q(pk__in=HiddenReporter.objects.filter(employee=employee).values("deviation"))


def _about(employee: Employee) -> Q:
    # Both compared as «known and this one», so that a case about nobody is not lost in the negation.
    about = WhistleblowingSubject.objects.filter(employee=employee)
    return Q(concerns__isnull=False, concerns=employee) | Q(pk__in=about.values("deviation"))


@visibility(ImportBatch)
def visible_imports(employee: Employee) -> QuerySet[ImportBatch]:
    """Imports are seen by those who may import."""
    return ImportBatch.objects.all() if may(employee, "deviations.import") else ImportBatch.objects.none()


def with_list_columns(deviations: QuerySet[Deviation]) -> QuerySet[Deviation]:
    """Everything a row of the list shows, in one query."""
    return deviations.select_related("handling__assignee", "plan", "unit").only(
        "organisation_id", "year", "sequence", "title", "state", "ending", "severity", "kind", "reported_at", "is_confidential",
        "handling__state", "handling__due_on", "handling__assignee__given_name", "handling__assignee__family_name",
        "plan__state", "unit__name",
    )  # fmt: skip


# After every real date: cases without a due date come last.
NO_DUE_DATE = datetime.date(9999, 12, 31)


def with_due(deviations: QuerySet[Deviation]) -> QuerySet[Deviation]:
    """Adds `due`, the handling's due date while it is open, never null: something to sort by."""
    due = Case(When(handling__state=AssignmentState.OPEN, then="handling__due_on"), default=Value(NO_DUE_DATE))
    return deviations.annotate(due=due)


def open_ones(deviations: QuerySet[Deviation]) -> QuerySet[Deviation]:
    return deviations.exclude(state=State.CLOSED)


def overdue(deviations: QuerySet[Deviation]) -> QuerySet[Deviation]:
    """Open cases whose handling is past its due date."""
    return open_ones(deviations).filter(handling__state=AssignmentState.OPEN, handling__due_on__lt=timezone.localdate())


def awaiting_statement(deviations: QuerySet[Deviation]) -> QuerySet[Deviation]:
    return open_ones(deviations).filter(plan__state=PlanState.SENT)


def search(deviations: QuerySet[Deviation], text: str) -> QuerySet[Deviation]:
    """Cases that match a free text, by Norwegian stems, or a case number.

    The ids come from the database's search function, which can use its index under row-level security.
    """
    number = text.strip()
    year, dash, sequence = number.partition("-")
    if dash and year.isdecimal() and sequence.isdecimal() and len(number) < 12:
        return deviations.filter(year=int(year), sequence=int(sequence))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT deviations_matching(websearch_to_tsquery('norwegian', %s) || to_tsquery('norwegian', %s))",
            [text, prefix_query(text)],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return deviations.filter(pk__in=ids)


def prefix_query(text: str) -> str:
    """`stillas` finds `stillaset` too, which the stemmer alone misses: all words as prefixes."""
    words = ["".join(filter(str.isalnum, word)) for word in text.split()]
    return " & ".join(f"{word}:*" for word in words if len(word) > 2)


def bounded_count(deviations: QuerySet[Deviation]) -> int:
    """How many, at most COUNT_LIMIT + 1."""
    return len(deviations.order_by().values_list("pk")[: COUNT_LIMIT + 1])


@dataclass(frozen=True)
class OpenCounts:
    """How many open cases somebody may see: in all, overdue, and waiting for a statement."""

    open: int
    overdue: int
    awaiting_statement: int


def open_counts(employee: Employee) -> OpenCounts:
    """The counts of the menu and the views, in one query, kept on the object for one request."""
    known = getattr(employee, "_open_counts", None)
    if known is None:
        is_late = Q(handling__state=AssignmentState.OPEN, handling__due_on__lt=timezone.localdate())
        counted = open_ones(visible_to(employee)).aggregate(
            open=Count("pk"),
            overdue=Count("pk", filter=is_late),
            awaiting_statement=Count("pk", filter=Q(plan__state=PlanState.SENT)),
        )
        known = employee._open_counts = OpenCounts(**counted)
    return known


def reported_by(employee: Employee) -> QuerySet[Deviation]:
    """The employee's own reports, newest first."""
    return (
        Deviation.objects.filter(own(employee))
        .select_related("handling__assignee", "plan", "unit", "merged_into__handling__assignee", "merged_into__plan")
        .defer("search", "imported_values", "merged_into__search", "merged_into__imported_values")
        .order_by("-reported_at", "-id")
    )


@dataclass(frozen=True)
class Status:
    """How a case's state is shown: kind of tag and words."""

    kind: str
    label: str


def status(deviation: Deviation, today: datetime.date | None = None) -> Status:
    """The one status shown for a case; overdue and waiting for a statement come before the bare state."""
    if deviation.ending:
        return Status("locked" if deviation.ending == Ending.MERGED else "cancelled", deviation.get_ending_display())
    if deviation.state == State.CLOSED:
        return Status("done", _("Closed"))
    handling = deviation.handling
    is_due = handling is not None and handling.state == AssignmentState.OPEN
    if is_due and handling.due_on < (today or timezone.localdate()):
        return Status("overdue", _("Overdue"))
    if deviation.plan is not None and deviation.plan.state == PlanState.SENT:
        return Status("approval", _("For approval"))
    if deviation.state == State.NEW:
        return Status("new", _("New"))
    return Status("working", _("In progress"))


def comments_for(deviation: Deviation, employee: Employee | None) -> QuerySet[Comment]:
    """The comments somebody may read: all, or only those the reporter may see."""
    comments = Comment.objects.filter(deviation=deviation).select_related("author").order_by("id")
    if employee is None or not may(employee, "deviations.view_internal", deviation):
        comments = comments.filter(visibility=CommentVisibility.REPORTER)
    return comments


# What the reporter sees of the log; the rest is how the work is organised.
REPORTER_VERBS = {
    "deviation.reported", "deviation.received", "deviation.answered", "deviation.closed", "deviation.reopened",
    "plan.sent", "plan.stated", "plan.decided", "plan.done", "deviation.details_added", "deviation.rejected",
    "deviation.withdrawn", "deviation.merged", "deviation.taken_out", "deviation.moved", "deviation.split",
    "deviation.split_off", "deviation.reopened_by_another",
}  # fmt: skip


def timeline_of(deviation: Deviation, employee: Employee | None) -> list[verbs.Line]:
    """The case's story, newest first, as much of it as the reader may see."""
    roots = [deviation] if deviation.plan is None else [deviation, deviation.plan]
    events: Iterable[Event] = timeline(*roots)
    if employee is None or not may(employee, "deviations.view_internal", deviation):
        events = (event for event in events if event.verb in REPORTER_VERBS)
    nobody = _("The reporter")
    return verbs.lines(events, nobody=nobody)


def steps(deviation: Deviation) -> list[dict[str, str]]:
    """The reporter's four steps: received, assessed, actions, closed; of a merged case those of the one that goes on."""
    if deviation.merged_into is not None:
        deviation = deviation.merged_into
    handler = deviation.handling.assignee.given_name if deviation.handling else ""
    if deviation.ending:
        # It ended before anything was assessed or done.
        return [
            {"label": label, "note": "", "state": "done"} for label in (_("Received"), deviation.get_ending_display())
        ]
    closed = deviation.state == State.CLOSED
    decided = deviation.plan is not None and deviation.plan.decided_at is not None
    reached = 4 if closed else 2 if decided else 1
    labels = [
        (_("Received"), ""),
        (
            _("Being assessed") if reached == 1 else _("Assessed"),
            _("by %(name)s") % {"name": handler} if handler and reached == 1 else "",
        ),
        (_("Actions"), ""),
        (_("Closed"), ""),
    ]
    return [
        {
            "label": label,
            "note": note,
            "state": "done" if index < reached else "now" if index == reached else "",
        }
        for index, (label, note) in enumerate(labels)
    ]

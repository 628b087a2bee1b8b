"""The list as a table for spreadsheets, made by a worker."""

import datetime
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deviations import filters, rules, selectors
from deviations.enums import Cause
from deviations.models import Deviation
from hms.actions.models import Action
from hms.assignments.enums import State as AssignmentState
from hms.audit.enums import Via
from hms.audit.services import record, record_many
from hms.core.spreadsheets import WRITERS, Value, file_name
from hms.organisations.access import may
from hms.organisations.models import Employee, Organisation
from hms.reports import kinds, progress
from hms.tenancy.scope import current_organisation_id

TABLE = "deviations.table"
CHUNK = 500
# A small file stays in memory.
IN_MEMORY = 2 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """A case with what its asker may know of it."""

    case: Deviation
    sees_internal: bool
    handles: bool
    category: str
    reporter: str


@dataclass(frozen=True)
class Column:
    """A column; an internal one exists for those who see the inside of some case, and is empty where they do not."""

    header: Any
    value: Callable[[Row], Value]
    is_internal: bool = False


def _closing_days(row: Row) -> int | None:
    case = row.case
    return (case.closed_at - case.reported_at).days if case.closed_at else None


def _due(row: Row) -> datetime.date | None:
    return row.case.handling.due_on if row.case.handling else None


def _contributed(row: Row) -> str:
    """The bones of the fishbone, in its order."""
    return "; ".join(bone.text for bone in row.case.bones.all())


def _cost(row: Row, name: str) -> int | None:
    cost = getattr(row.case, "cost", None)
    return getattr(cost, name) if cost else None


def _helped(row: Row) -> str:
    """What the reporter said of the closing that stands: for whoever handles the case, as on its page."""
    rating = rules.current_rating(row.case) if row.handles else None
    return rating.get_helped_display() if rating else ""


COLUMNS = [
    Column(gettext_lazy("Case number"), lambda row: row.case.number),
    Column(gettext_lazy("Title"), lambda row: row.case.title),
    Column(gettext_lazy("What happened?"), lambda row: row.case.description),
    Column(gettext_lazy("Unit"), lambda row: row.case.unit.name),
    Column(gettext_lazy("Place"), lambda row: row.case.place),
    Column(gettext_lazy("Date"), lambda row: row.case.occurred_on),
    Column(gettext_lazy("Time"), lambda row: row.case.occurred_at_time),
    Column(gettext_lazy("Reported"), lambda row: row.case.reported_at),
    Column(gettext_lazy("Severity"), lambda row: row.case.get_severity_display()),
    Column(gettext_lazy("Severity, number"), lambda row: row.case.severity),
    Column(gettext_lazy("What sort?"), lambda row: row.case.get_kind_display()),
    Column(gettext_lazy("Category"), lambda row: row.category),
    Column(gettext_lazy("Status"), lambda row: selectors.status(row.case).label),
    Column(gettext_lazy("Confidential"), lambda row: _("Yes") if row.case.is_confidential else _("No")),
    Column(gettext_lazy("Reporter"), lambda row: row.reporter),
    Column(gettext_lazy("Responsible"), lambda row: row.case.handling.assignee.name if row.case.handling else ""),
    Column(gettext_lazy("Due date"), _due),
    Column(gettext_lazy("Immediate measure"), lambda row: row.case.immediate_measure),
    Column(
        gettext_lazy("Causes"), lambda row: ", ".join(str(Cause(cause).label) for cause in row.case.causes),
        is_internal=True,
    ),
    Column(gettext_lazy("What contributed"), _contributed, is_internal=True),
    Column(gettext_lazy("Cost in kroner, estimated"), lambda row: _cost(row, "amount"), is_internal=True),
    Column(gettext_lazy("Lost working days, estimated"), lambda row: _cost(row, "lost_days"), is_internal=True),
    Column(
        gettext_lazy("The actions together, in kroner"),
        lambda row: row.case.action_cost,  # type: ignore[attr-defined]
        is_internal=True,
    ),
    Column(gettext_lazy("Actions"), lambda row: row.case.action_count),  # type: ignore[attr-defined]
    Column(gettext_lazy("Actions done"), lambda row: row.case.done_count),  # type: ignore[attr-defined]
    Column(gettext_lazy("First answer due"), lambda row: row.case.first_answer_due_on),
    Column(gettext_lazy("First answer"), lambda row: row.case.first_answered_at),
    Column(gettext_lazy("Answer to the reporter"), lambda row: row.case.answer),
    Column(gettext_lazy("Closed"), lambda row: row.case.closed_at),
    Column(gettext_lazy("Days until closed"), _closing_days),
    Column(gettext_lazy("Did it help the reporter?"), _helped, is_internal=True),
    Column(gettext_lazy("Number in the old system"), lambda row: row.case.external_id),
]  # fmt: skip


def columns_for(employee: Employee) -> list[Column]:
    """The columns that somebody's role gives."""
    sees_inside = rules.works_with_cases(employee)
    return [column for column in COLUMNS if sees_inside or not column.is_internal]


def selection(parameters: dict[str, Any], employee: Employee) -> QuerySet[Deviation]:
    """The cases of a request, as far as its asker may see them now: those that were ticked, else the whole filter."""
    wanted = filters.read(parameters["query"])
    if parameters.get("cases") is not None:
        found = selectors.visible_to(employee).filter(pk__in=parameters["cases"])
    else:
        found = wanted.cases(employee)
    if wanted.is_by_due:
        return selectors.with_due(found).order_by("due", "id")
    return found.order_by("-reported_at", "-id")


def make_table(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The table as a file.

    Effects: an event that says who took out how many, and one for each confidential case among them.

    Raises:
        ReportGone: when the asker may not take out cases any more.
        progress.Cancelled: when the asker wants it no longer.
    """
    if not may(employee, "deviations.export"):
        raise kinds.ReportGone
    found = selection(parameters, employee)
    total = found.count()
    columns, names = columns_for(employee), selectors.category_names()
    writer_class = WRITERS[parameters["format"]]
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed when it has been stored
    try:
        writer = writer_class(file, [str(column.header) for column in columns])
        count = 0
        for case in _one_by_one(found, employee):
            if count % CHUNK == 0:
                progress.tell(count, total)
            inside = may(employee, "deviations.view_internal", case)
            row = Row(
                case,
                inside,
                may(employee, "deviations.handle", case),
                names.get(case.category, ""),
                selectors.reporter_shown_to(employee, case, in_table=True, sees_internal=inside).label,
            )
            writer.row(
                [None if column.is_internal and not row.sees_internal else column.value(row) for column in columns]
            )
            count += 1
        writer.close()
        progress.tell(count, max(count, total))
        _tell_the_log(employee, count, parameters["format"])
    except BaseException:
        file.close()
        raise
    return kinds.Made(file_name(_("deviations"), writer_class.ending), file, writer_class.content_type)


def _one_by_one(found: QuerySet[Deviation], employee: Employee) -> Iterator[Deviation]:
    """The cases from a cursor in the database, a few hundred at a time; the opening of confidential ones is logged."""
    rows = (
        found.select_related("unit", "reporter", "handling__assignee", "plan", "cost", "rating")
        .prefetch_related("bones")
        .defer("search", "imported_values")
        .annotate(
            action_count=Coalesce(_actions(Count("pk")), 0),
            done_count=Coalesce(_actions(Count("pk"), assignment__state=AssignmentState.DONE), 0),
            action_cost=_actions(Sum("cost")),
        )
    )
    opened: list[Deviation] = []
    for case in rows.iterator(chunk_size=CHUNK):
        if case.is_confidential:
            opened.append(case)
        yield case
    if opened:
        # Every reading of a confidential case is an event, in a table too (domain.md section 3).
        record_many("deviation.opened", opened, by=employee, via=Via.WEB)


def _actions(what: Aggregate, **wanted: Any) -> Subquery:
    """A number of the actions in the case's plan; what was taken out of it is not counted."""
    counted = (
        Action.objects.filter(plan_id=OuterRef("plan_id"), **wanted)
        .exclude(assignment__state=AssignmentState.CANCELLED)
        .order_by()
        .values("plan_id")
        .annotate(number=what)
    )
    return Subquery(counted.values("number"))


def _tell_the_log(employee: Employee, count: int, form: str) -> None:
    organisation = Organisation.objects.get(pk=current_organisation_id())
    record("deviations.exported", organisation, by=employee, data={"cases": count, "format": form})


def list_url(parameters: dict[str, Any], slug: str) -> str:
    """Where the asker came from: the list with the same filter."""
    return reverse("deviations:list", args=[slug]) + filters.address_of(parameters["query"])


kinds.register(kinds.Kind(key=TABLE, make=make_table, back_url=list_url))

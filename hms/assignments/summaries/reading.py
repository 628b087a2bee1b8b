"""Putting a summary together for whoever may read it."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from hms.assignments.enums import SummaryKind
from hms.assignments.models import SummaryRefusal, SummarySchedule
from hms.assignments.selectors import stands_in_for
from hms.assignments.summaries import registry
from hms.assignments.summaries.content import Question, Summary, UnitTable
from hms.assignments.summaries.periods import Month, Period, Week, current
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Unit
from hms.organisations.people import reach
from hms.organisations.selectors import in_tree_order

ROLE_OF = {SummaryKind.WEEKLY: Role.MANAGER, SummaryKind.MONTHLY: Role.TOP_LEADER}


def kinds_of(employee: Employee) -> list[str]:
    """The summaries that somebody's own roles give, the weekly one first."""
    return [kind for kind, role in ROLE_OF.items() if reach(employee).has(role)]


def leader_for(reader: Employee, kind: str, leader_id: int | None = None) -> Employee | None:
    """Whose summary somebody may read: their own, or (by id) that of a leader who is away and whose deputy they are.

    None when they may not.
    """
    leader: Employee | None = reader
    if leader_id is not None and leader_id != reader.pk:
        leader = Employee.objects.filter(pk=leader_id, pk__in=stands_in_for(reader)).first()
    return leader if leader is not None and leader.is_employed() and kind in kinds_of(leader) else None


def summary_of(leader: Employee, reader: Employee, period: Period, *, in_mail: bool = False) -> Summary:
    """A leader's summary of a period, as things stand now: what is settled or has become confidential is left out."""
    question = Question(leader, reader, reach(leader).managed_unit_ids, in_mail)
    return _weekly(question, period) if isinstance(period, Week) else _monthly(question, period)


def _weekly(question: Question, week: Week) -> Summary:
    parts = registry.every()
    return Summary(
        week,
        question.leader,
        question.reader,
        figures=registry.in_order(f for part in parts for f in part.weekly_figures(question, week)),
        sections=registry.in_order(s for part in parts for s in part.weekly_sections(question, week)),
        notes=[] if _is_newest(week) else [_("The lists show what is still so today.")],
    )


def _monthly(question: Question, month: Month) -> Summary:
    parts, is_newest = registry.every(), _is_newest(month)
    columns = registry.in_order(
        column for part in parts for column in part.unit_columns if is_newest or not column.is_present
    )
    notes = [_("Confidential cases are counted only where there are at least five, and never by unit.")]
    if not is_newest:
        notes.append(_("The lists show what is still so today."))
    return Summary(
        month,
        question.leader,
        question.reader,
        figures=registry.in_order(f for part in parts for f in part.monthly_figures(month, is_newest)),
        sections=registry.in_order(s for part in parts for s in part.monthly_sections(question, month, is_newest)),
        units=unit_table([str(c.label()) for c in columns], [c.counts(month) for c in columns]),
        notes=notes,
    )


def _is_newest(period: Period) -> bool:
    return period == current(period.kind, timezone.localdate())


def unit_table(labels: list[str], counts: Iterable[registry.Counts]) -> UnitTable | None:
    """Counts by the highest units that there are several of, each with everything below; None without any.

    So few and so large units that a number points at nobody, and the table fits in a mail.
    """
    units = {unit.pk: unit for unit in Unit.objects.only("organisation_id", "name", "path", "parent_id")}
    depth = _first_fork(units.values())
    rows: dict[int, list[int]] = {}
    for column, by_unit in enumerate(counts):
        for pk, number in by_unit.items():
            path = units[pk].path
            shown = path[depth] if len(path) > depth else pk
            rows.setdefault(shown, [0] * len(labels))[column] += number
    if not rows:
        return None
    ordered = in_tree_order(units.values())
    return UnitTable(labels, [(unit.name, rows[unit.pk]) for unit in ordered if unit.pk in rows])


def _first_fork(units: Iterable[Unit]) -> int:
    depths = [len(unit.path) - 1 for unit in units]
    return next((depth for depth in sorted(set(depths)) if depths.count(depth) > 1), 0)


# --- choices ---


def sent_kinds() -> list[str]:
    """The summaries that the open organisation sends."""
    off = set(SummarySchedule.objects.filter(next_at__isnull=True).values_list("kind", flat=True))
    return [kind for kind in SummaryKind.values if kind not in off]


def refused_kinds(employee: Employee) -> set[str]:
    """The summaries that somebody has said no to."""
    return set(SummaryRefusal.objects.filter(employee=employee).values_list("kind", flat=True))

"""The engine's own part of the summaries: what is overdue, what comes, what was done."""

import datetime
from collections.abc import Callable, Iterable

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from hms.assignments.enums import PERSONAL, Kind, State
from hms.assignments.messages import mail_title
from hms.assignments.models import Assignment
from hms.assignments.selectors import visible_to
from hms.assignments.summaries.content import FEW, LINES, Figure, Line, Question, Section
from hms.assignments.summaries.periods import ONE_DAY, Month, Week, moments
from hms.assignments.summaries.registry import Contribution, Counts, UnitColumn, register
from hms.core.ui.dates import long_date

# Among the pieces of other apps, which choose their own numbers between these.
OVERDUE, DUE, DONE = 10, 30, 90


# --- what is meant by the words ---


def ordinary() -> QuerySet[Assignment]:
    """Everything that may be counted among others; what each does for themself is told by the app that asks for it."""
    return Assignment.objects.filter(is_confidential=False).exclude(kind__in=PERSONAL)


def late(day: datetime.date) -> Q:
    """Open, and due before a day."""
    return Q(state=State.OPEN, due_on__lt=day)


def due_in(first: datetime.date, last: datetime.date) -> Q:
    return Q(state=State.OPEN, due_on__gte=first, due_on__lte=last)


def done_in(period: Week | Month) -> Q:
    """Actions that were carried out in a period. Handling ends with an answer, which the app that asks counts."""
    begin, end = moments(period)
    return Q(kind=Kind.ACTION, state=State.DONE, ended_at__gte=begin, ended_at__lt=end)


def is_present(week: Week) -> bool:
    return week.first <= timezone.localdate() <= week.last


def _split(week: Week) -> datetime.date:
    """The day before which something due is late: today; in a week that has passed all of it is."""
    return timezone.localdate() if is_present(week) else week.last + ONE_DAY


# --- the week ---


def _of_units(question: Question) -> QuerySet[Assignment]:
    tasks = visible_to(question.leader).filter(is_confidential=False, assignee__unit_id__in=question.units)
    return tasks.exclude(kind__in=PERSONAL)


def _weekly_figures(question: Question, week: Week) -> Iterable[Figure]:
    split = _split(week)
    counted = _of_units(question).aggregate(
        overdue=Count("pk", filter=late(split)),
        due=Count("pk", filter=due_in(split, week.last)),
        done=Count("pk", filter=done_in(week.previous)),
    )
    yield _figure(OVERDUE, _("Overdue") if is_present(week) else _("Still not done"), counted["overdue"])
    if is_present(week):
        yield _figure(DUE, _("Due this week"), counted["due"])
    yield _figure(DONE, _("Done the week before"), counted["done"])


def _figure(position: int, label: str, number: int) -> Figure:
    return Figure(position, label, str(number), number)


def _weekly_sections(question: Question, week: Week) -> Iterable[Section]:
    tasks, split = _of_units(question), _split(week)
    yield from section(
        question, tasks.filter(late(split)).order_by("due_on", "id"), OVERDUE,
        _("Overdue") if is_present(week) else _("Still not done"), "warning", "danger", when=_was_due,
    )  # fmt: skip
    yield from section(
        question, tasks.filter(due_in(split, week.last)).order_by("due_on", "id"), DUE, _("Due this week"),
        "clock", "warning", when=_is_due,
    )  # fmt: skip
    yield from section(
        question, tasks.filter(done_in(week.previous)).order_by("-ended_at", "-id"), DONE,
        _("Done the week before"), "check", "success", lede=_("Say thank you to somebody."),
    )  # fmt: skip


def _weekly_units(week: Week) -> Counts:
    split = _split(week)
    return by_unit(late(split) | due_in(split, week.last) | done_in(week.previous))


def overdue_by_unit() -> Counts:
    """How many ordinary tasks are overdue today, by their owner's unit."""
    return by_unit(late(timezone.localdate()))


def by_unit(which: Q) -> Counts:
    """How many ordinary tasks, by their owner's unit."""
    return dict(ordinary().filter(which).values_list("assignee__unit").annotate(Count("pk")).order_by())


# --- the month ---


def _monthly_figures(month: Month, is_newest: bool) -> Iterable[Figure]:
    if is_newest:
        number = ordinary().filter(late(timezone.localdate())).count()
        yield _figure(70, _("Overdue now"), number)


def _monthly_sections(question: Question, month: Month, is_newest: bool) -> Iterable[Section]:
    split = timezone.localdate() if is_newest else month.last + ONE_DAY
    tasks = visible_to(question.leader).filter(late(split), is_confidential=False).exclude(kind__in=PERSONAL)
    yield from section(
        question, tasks.order_by("-is_critical", "due_on", "id"), OVERDUE,
        _("Overdue: these need you most") if is_newest else _("Still not done"),
        "warning", "danger", when=_was_due, most=FEW,
    )  # fmt: skip


# --- lines ---


def _was_due(task: Assignment) -> str:
    return _("Was due %(date)s") % {"date": long_date(task.due_on)}


def _is_due(task: Assignment) -> str:
    return _("Due %(date)s") % {"date": long_date(task.due_on)}


def section(
    question: Question,
    tasks: QuerySet[Assignment],
    position: int,
    heading: str,
    icon: str,
    color: str,
    *,
    when: Callable[[Assignment], str] | None = None,
    lede: str = "",
    most: int = LINES,
) -> Iterable[Section]:
    """The first of some tasks under a heading, with how many there are; nothing when there are none."""
    shown = list(tasks.select_related("organisation", "assignee__unit")[:most])
    if not shown:
        return
    total = len(shown) if len(shown) < most else tasks.count()
    readable = _readable(question, shown)
    lines = [
        Line(
            title=capfirst(mail_title(task)) if question.in_mail else task.title,
            meta=_what_and_who(task),
            when=when(task) if when else "",
            url=reverse("assignments:detail", args=[task.organisation.slug, task.pk]) if task.pk in readable else "",
            due_on=task.due_on if when else None,
        )
        for task in shown
    ]
    yield Section(position, heading, icon, color, lines, total, lede=lede)


def _readable(question: Question, tasks: list[Assignment]) -> set[int]:
    """What the reader may open: a deputy is told what waits, and may open what is theirs to see."""
    ids = {task.pk for task in tasks}
    if question.reader.pk == question.leader.pk:
        return ids
    return set(visible_to(question.reader).filter(pk__in=ids).values_list("pk", flat=True))


def _what_and_who(task: Assignment) -> str:
    """«Tor Erik Moen, Teknisk drift», and what is asked when the title is not what is to be done."""
    who = f"{task.assignee.name}, {task.assignee.unit.name}"
    return who if task.kind == Kind.ACTION else f"{task.get_kind_display()}. {who}"


register(
    "assignments",
    Contribution(
        weekly_sections=_weekly_sections,
        weekly_figures=_weekly_figures,
        weekly_units=_weekly_units,
        monthly_figures=_monthly_figures,
        monthly_sections=_monthly_sections,
        unit_columns=[UnitColumn(30, lambda: _("Overdue now"), lambda month: overdue_by_unit(), is_present=True)],
    ),
)

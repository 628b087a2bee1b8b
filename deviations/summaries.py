"""What leaders are told about cases: how many came, how soon they were answered, what still waits."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from deviations.enums import NOT_DEVIATIONS, ReporterKind, State
from deviations.models import Deviation
from deviations.selectors import COUNTED, Answers, answers, open_ones, shared_examples, visible_to
from deviations.wiring import case_url
from hms.actions.summaries import share
from hms.assignments.summaries.content import FEW, LINES, Figure, Line, Question, Section
from hms.assignments.summaries.own_part import is_present
from hms.assignments.summaries.periods import Month, Week, moments
from hms.assignments.summaries.registry import Contribution, Counts, UnitColumn, counted, register
from hms.core.ui.dates import long_date
from hms.organisations.calendar import WorkCalendar, open_calendar

WAITING, CAME = 20, 80
ORDINARY, HIDDEN = Q(is_confidential=False), Q(is_confidential=True)


def waiting_at(week: Week) -> Q:
    """Nobody has answered whoever told of it, by the end of the week."""
    return (
        ~Q(state=State.CLOSED)
        & ~Q(reporter_kind=ReporterKind.IMPORTED)
        & Q(first_answered_at__isnull=True, reported_at__lt=moments(week)[1])
    )


def came_in(period: Week | Month) -> Q:
    """Reported in a period and counted as a deviation: not rejected, withdrawn or merged since."""
    begin, end = moments(period)
    return COUNTED & Q(reported_at__gte=begin, reported_at__lt=end)


# --- the week ---


def _of_units(question: Question) -> QuerySet[Deviation]:
    # Never a case about the leader, and not one about the deputy who reads it either.
    return (
        visible_to(question.leader)
        .filter(ORDINARY, unit_id__in=question.units)
        .exclude(concerns=question.reader)
    )  # fmt: skip


def _weekly_figures(question: Question, week: Week) -> Iterable[Figure]:
    numbers = _of_units(question).aggregate(
        waiting=Count("pk", filter=waiting_at(week)), came=Count("pk", filter=came_in(week.previous))
    )
    waiting = _("Waiting for an answer") if is_present(week) else _("Still without an answer")
    yield Figure(WAITING, waiting, str(numbers["waiting"]), numbers["waiting"])
    yield Figure(CAME, _("Reported the week before"), str(numbers["came"]), numbers["came"])


def _weekly_sections(question: Question, week: Week) -> Iterable[Section]:
    waiting = _of_units(question).filter(waiting_at(week))
    shown = list(
        waiting.select_related("organisation", "unit", "handling__assignee")
        .defer("search", "imported_values", "description")
        .order_by("reported_at", "pk")[:LINES]
    )
    if not shown:
        return
    ids = [case.pk for case in shown]
    readable = set(visible_to(question.reader).filter(pk__in=ids).values_list("pk", flat=True))
    lines = [
        Line(
            # The title comes from the reporter's words: it stays inside.
            title=_("Deviation %(number)s") % {"number": case.number} if question.in_mail else case.title,
            meta=_who(case),
            when=_("Reported %(date)s") % {"date": long_date(case.reported_at)},
            url=case_url(case) if case.pk in readable else "",
            due_on=case.first_answer_due_on,
        )
        for case in shown
    ]
    yield Section(
        WAITING, _("Waiting for an answer") if is_present(week) else _("Still without an answer"), "comment",
        "info", lines, len(shown) if len(shown) < LINES else waiting.count(),
        lede=_("Whoever reported it wants to know that somebody has seen it."),
    )  # fmt: skip


def _who(case: Deviation) -> str:
    return f"{case.handling.assignee.name}, {case.unit.name}" if case.handling else case.unit.name


def _weekly_units(week: Week) -> Counts:
    return _by_unit(waiting_at(week) | came_in(week.previous))


def _by_unit(which: Q) -> Counts:
    ordinary = Deviation.objects.filter(ORDINARY, which)
    return dict(ordinary.values_list("unit").annotate(Count("pk")).order_by())


# --- the month ---


def _monthly_figures(month: Month, is_newest: bool) -> Iterable[Figure]:
    now, before = _flow(month), _flow(month.previous)
    calendar = open_calendar()
    now_answered, answered_before = _answers(month, calendar), _answers(month.previous, calendar)
    yield Figure(10, _("Deviations reported"), str(now[0]), now[0], before=str(before[0]))
    yield Figure(
        20, _("Answered in time"), share(now_answered.in_time, now_answered.due), now_answered.due,
        before=share(answered_before.in_time, answered_before.due),
    )  # fmt: skip
    yield Figure(
        30,
        _("Working days to the first answer, as a rule"),
        now_answered.median_text,
        0,
        before=answered_before.median_text,
    )
    yield Figure(40, _("Deviations closed"), str(now[1]), now[1], before=str(before[1]))
    good, good_before = _good_news(month), _good_news(month.previous)
    if good or good_before:
        yield Figure(45, _("Suggestions and praise"), str(good), good, before=str(good_before))
    if is_newest:
        numbers = open_ones(Deviation.objects.all()).aggregate(
            ordinary=Count("pk", filter=ORDINARY), hidden=Count("pk", filter=HIDDEN)
        )
        number = counted(numbers["ordinary"], numbers["hidden"])
        yield Figure(65, _("Open deviations now"), str(number), number)


def _flow(month: Month) -> tuple[int, int]:
    """How many deviations came and how many were closed in a month."""
    begin, end = moments(month)
    came, closed = came_in(month), COUNTED & Q(closed_at__gte=begin, closed_at__lt=end)
    numbers = (
        Deviation.objects.filter(came | closed)
        .exclude(kind__in=NOT_DEVIATIONS)
        .aggregate(
            came=Count("pk", filter=came & ORDINARY),
            came_hidden=Count("pk", filter=came & HIDDEN),
            closed=Count("pk", filter=closed & ORDINARY),
            closed_hidden=Count("pk", filter=closed & HIDDEN),
        )
    )
    return counted(numbers["came"], numbers["came_hidden"]), counted(numbers["closed"], numbers["closed_hidden"])


def _good_news(month: Month) -> int:
    """How many suggestions and how much praise came in a month."""
    return Deviation.objects.filter(ORDINARY, came_in(month), kind__in=NOT_DEVIATIONS).count()


def _answers(month: Month, calendar: WorkCalendar) -> Answers:
    return answers(Deviation.objects.filter(ORDINARY, came_in(month)), calendar)


def _monthly_sections(question: Question, month: Month, is_newest: bool) -> Iterable[Section]:
    """What was shared as a good example in the month; everybody may read those, so a leader may pass them on."""
    begin, end = moments(month)
    shared = shared_examples(question.reader).filter(published_at__gte=begin, published_at__lt=end)
    shown = list(shared.select_related("organisation").order_by("-published_at", "-pk")[:FEW])
    if not shown:
        return
    lines = [
        Line(
            title=example.title,
            meta=example.unit.name if example.unit else "",
            url=reverse("deviations:example", args=[example.organisation.slug, example.pk]),
        )
        for example in shown
    ]
    yield Section(
        91, _("Shared with everybody as good examples"), "star", "success", lines,
        len(shown) if len(shown) < FEW else shared.count(),
        lede=_("Read one of them aloud at the next meeting."),
    )  # fmt: skip


register(
    "deviations",
    Contribution(
        weekly_sections=_weekly_sections,
        weekly_figures=_weekly_figures,
        weekly_units=_weekly_units,
        monthly_figures=_monthly_figures,
        monthly_sections=_monthly_sections,
        unit_columns=[
            UnitColumn(10, lambda: _("Reported"), lambda month: _by_unit(came_in(month))),
            UnitColumn(20, lambda: _("Open now"), lambda month: _by_unit(~Q(state=State.CLOSED)), is_present=True),
        ],
    ),
)

"""What leaders are told about routines: what their people have not read in time."""

from collections.abc import Iterable

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.assignments.enums import State as AssignmentState
from hms.assignments.summaries.content import LINES, Figure, Line, Question, Section
from hms.assignments.summaries.own_part import is_present
from hms.assignments.summaries.periods import ONE_DAY, Month, Week
from hms.assignments.summaries.registry import Contribution, Counts, register
from hms.organisations.access import may
from routines.models import ReadingRequest, Routine

UNREAD = 40


def unread_at(week: Week) -> Q:
    """Asked for, not confirmed, and due before the end of the week; of this week, what is late."""
    day = week.last + ONE_DAY
    return Q(ended_at__isnull=True, assignment__state=AssignmentState.OPEN, assignment__due_on__lt=day)


def _weekly_figures(question: Question, week: Week) -> Iterable[Figure]:
    number = ReadingRequest.objects.filter(unread_at(week), employee__unit_id__in=question.units).count()
    if number:
        label = _("Routines to read this week") if is_present(week) else _("Routines still not read")
        yield Figure(UNREAD, label, str(number), number)


def _weekly_sections(question: Question, week: Week) -> Iterable[Section]:
    """Routine by routine, the one that most have not read first."""
    waiting = ReadingRequest.objects.filter(unread_at(week), employee__unit_id__in=question.units)
    counts = list(
        waiting.values_list("routine").annotate(number=Count("pk")).order_by("-number", "routine")[: LINES + 1]
    )
    if not counts:
        return
    routines = (
        Routine.objects.select_related("organisation", "unit")
        .defer("text", "search")
        .in_bulk([pk for pk, _number in counts])
    )
    lines = [_line(question, routines[pk], number) for pk, number in counts[:LINES]]
    total = len(counts) if len(counts) <= LINES else waiting.values("routine").distinct().count()
    heading = _("Not everybody has read these") if is_present(week) else _("Still not read by everybody")
    yield Section(
        UNREAD, heading, "book", "info", lines, total, lede=_("Take five minutes of the next meeting for the first one.")
    )  # fmt: skip


def _line(question: Question, routine: Routine, number: int) -> Line:
    words = ngettext("%(count)d has not confirmed it", "%(count)d have not confirmed it", number)
    may_open = may(question.reader, "routines.follow_reading", routine)
    return Line(
        title=routine.title,
        meta=words % {"count": number},
        url=reverse("routines:readers", args=[routine.organisation.slug, routine.slug]) if may_open else "",
    )


def _weekly_units(week: Week) -> Counts:
    rows = ReadingRequest.objects.filter(unread_at(week)).values_list("employee__unit").annotate(Count("pk"))
    return dict(rows.order_by())


def _monthly_figures(month: Month, is_newest: bool) -> Iterable[Figure]:
    if is_newest:
        numbers = Routine.objects.filter(state="published").aggregate(
            all=Count("pk"), late=Count("pk", filter=Q(revision__due_on__lt=month.last, revision__state="open"))
        )
        if numbers["all"]:
            value = _("%(late)d of %(all)d") % numbers
            yield Figure(75, _("Routines that should have been revised"), value, numbers["late"])


register(
    "routines",
    Contribution(
        weekly_sections=_weekly_sections,
        weekly_figures=_weekly_figures,
        weekly_units=_weekly_units,
        monthly_figures=_monthly_figures,
    ),
)

"""What leaders are told about actions: how many were done, and what worked."""

from collections.abc import Iterable

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from hms.actions import sources
from hms.actions.enums import Effect
from hms.actions.models import Action, ActionPlan
from hms.actions.selectors import visible_to
from hms.assignments.enums import State as AssignmentState
from hms.assignments.selectors import visible_to as visible_assignments
from hms.assignments.summaries.content import FEW, Figure, Line, Question, Section
from hms.assignments.summaries.own_part import done_in, ordinary
from hms.assignments.summaries.periods import Month, moments
from hms.assignments.summaries.registry import Contribution, register


def _monthly_figures(month: Month, is_newest: bool) -> Iterable[Figure]:
    (done, in_time), (done_before, in_time_before) = _done(month), _done(month.previous)
    yield Figure(50, _("Actions done"), str(done), done, before=str(done_before))
    yield Figure(
        60, _("Actions done in time"), share(in_time, done), done, before=share(in_time_before, done_before)
    )  # fmt: skip


def _done(month: Month) -> tuple[int, int]:
    """How many were done in a month, and how many of those by their due dates."""
    counted = ordinary().filter(done_in(month)).aggregate(
        done=Count("pk"), in_time=Count("pk", filter=Q(ended_at__date__lte=F("due_on")))
    )  # fmt: skip
    return counted["done"], counted["in_time"]


def share(part: int, whole: int) -> str:
    """«12 of 15»; a dash of nothing."""
    return _("%(part)d of %(whole)d") % {"part": part, "whole": whole} if whole else "–"


def _monthly_sections(question: Question, month: Month, is_newest: bool) -> Iterable[Section]:
    plans = list(good_examples(month))
    if plans:
        yield Section(
            90, _("Good examples: reported, put right, and it works"), "star", "success",
            _lines(question, plans), len(plans), lede=_("Say thank you. It takes a minute, and it is remembered."),
        )  # fmt: skip


def good_examples(month: Month) -> list[ActionPlan]:
    """Three plans whose effect check in the month said that they worked, of different units where there are so many."""
    begin, end = moments(month)
    worked = ActionPlan.objects.filter(
        is_confidential=False, effect=Effect.EFFECTIVE, effect_checked_at__gte=begin, effect_checked_at__lt=end
    ).filter(pk__in=_with_something_done().values("plan"))
    one_of_each = worked.order_by("unit", "-effect_checked_at", "-pk").distinct("unit").values("pk")
    newest = worked.select_related("organisation", "unit").order_by("-effect_checked_at", "-pk")
    chosen = list(newest.filter(pk__in=one_of_each)[:FEW])
    others = newest.exclude(pk__in=[plan.pk for plan in chosen])[: FEW - len(chosen)]
    return [*chosen, *others]


def _with_something_done() -> QuerySet[Action]:
    return Action.objects.filter(assignment__state=AssignmentState.DONE, assignment__is_confidential=False)


def _lines(question: Question, plans: list[ActionPlan]) -> list[Line]:
    """Each plan by its strongest action, with where it helps and who did it."""
    strongest: dict[int, Action] = {}
    done = _with_something_done().filter(plan__in=plans).select_related("assignment__assignee")
    for action in done.order_by(F("control_level").asc(nulls_last=True), "pk"):
        strongest.setdefault(action.plan_id, action)
    open_cases = set(visible_to(question.reader).filter(pk__in=[p.pk for p in plans]).values_list("pk", flat=True))
    ids = [action.assignment_id for action in strongest.values()]
    open_tasks = set(visible_assignments(question.reader).filter(pk__in=ids).values_list("pk", flat=True))

    def url(plan: ActionPlan, action: Action) -> str:
        if plan.pk in open_cases:
            return sources.get(plan.source_kind).url(plan)
        if action.assignment_id in open_tasks:
            return reverse("assignments:detail", args=[plan.organisation.slug, action.assignment_id])
        return ""

    return [
        Line(
            title=strongest[plan.pk].title,
            meta=_("%(unit)s. Say thank you to %(name)s.")
            % {"unit": plan.unit.name, "name": strongest[plan.pk].assignment.assignee.name},
            url=url(plan, strongest[plan.pk]),
        )
        for plan in plans
    ]


register("actions", Contribution(monthly_figures=_monthly_figures, monthly_sections=_monthly_sections))

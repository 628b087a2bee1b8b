"""What cases say of routines, told to those who keep them: unclear, missing or not followed."""

from collections.abc import Collection

from django.db.models import Count
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from deviations.selectors import routine_findings
from hms.organisations.mentions import Mention, Speaker, register_speaker
from hms.organisations.models import Employee

SHOWN = 5


def _of(employee: Employee, name: str) -> tuple[list[Mention], int]:
    cases = routine_findings(employee).filter(routine_name__iexact=name)
    rows = list(cases.select_related("organisation").defer("search", "description", "imported_values")[: SHOWN + 1])
    mentions = [
        Mention(
            label=f"{case.number}: {case.get_routine_cover_display()}",
            url=reverse("deviations:detail", args=[case.organisation.slug, case.number]),
            on=timezone.localdate(case.reported_at),
        )
        for case in rows[:SHOWN]
    ]
    return mentions, len(rows) if len(rows) <= SHOWN else cases.count()


def _counts(employee: Employee, names: Collection[str]) -> dict[str, int]:
    written = {name.lower(): name for name in names}
    cases = routine_findings(employee).order_by().annotate(named=Lower("routine_name")).filter(named__in=written)
    return {written[named]: count for named, count in cases.values_list("named").annotate(Count("pk"))}


register_speaker("routine", Speaker(of=_of, counts=_counts))

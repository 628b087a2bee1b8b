"""What cases say of routines, told to those who keep them: unclear, missing or not followed."""

import datetime
from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from deviations.selectors import routine_findings
from hms.organisations.mentions import Mention, Name, Names, Speaker, register_speaker
from hms.organisations.models import Employee

SHOWN = 5
# Reported after the last moment at which a name began to mean something else.
AFTER = -1


def _of(employee: Employee, names: Names) -> tuple[list[Mention], int]:
    wanted = Q()
    for name in names:
        wanted |= _said(name)
    cases = routine_findings(employee).filter(wanted)
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


def _said(name: Name) -> Q:
    """Cases that name a thing by one of its names, reported while it meant that thing."""
    said = Q(routine_name__iexact=name.text)
    if name.since is not None:
        said &= Q(reported_at__gte=name.since)
    if name.until is not None:
        said &= Q(reported_at__lt=name.until)
    return said


def _counts(employee: Employee, names: Mapping[int, Names]) -> dict[int, int]:
    """Counted by name and by when it was reported, between the moments at which a name began to mean something else."""
    moments: dict[str, list[datetime.datetime]] = {}
    for given in names.values():
        for name in given:
            known = moments.setdefault(name.text.lower(), [])
            known += [moment for moment in (name.since, name.until) if moment is not None and moment not in known]
    whens = []
    for text, known in moments.items():
        known.sort()
        whens += [
            When(named=text, reported_at__lt=moment, then=Value(place)) for place, moment in enumerate(known)
        ]  # fmt: skip
    spans = Case(*whens, default=Value(AFTER), output_field=IntegerField())
    cases = routine_findings(employee).order_by().annotate(named=Lower("routine_name")).filter(named__in=moments)
    counted: dict[str, dict[int, int]] = defaultdict(dict)
    for text, span, count in cases.annotate(span=spans).values_list("named", "span").annotate(Count("pk")):
        counted[text][span] = count
    found = {key: sum(_sum(name, counted, moments) for name in given) for key, given in names.items()}
    return {key: count for key, count in found.items() if count}


def _sum(name: Name, counted: dict[str, dict[int, int]], moments: dict[str, list[datetime.datetime]]) -> int:
    """How many cases there are in the spans of time in which a name means one thing."""
    text = name.text.lower()
    known = moments[text]
    first = known.index(name.since) + 1 if name.since is not None else 0
    last = known.index(name.until) if name.until is not None else len(known)
    spans = [AFTER if place == len(known) else place for place in range(first, last + 1)]
    return sum(counted[text].get(span, 0) for span in spans)


register_speaker("routine", Speaker(of=_of, counts=_counts))

"""Every title a routine has had, and when it meant that routine: what others say of it by name stays with it."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Lower

from hms.organisations.mentions import Name
from routines.models import Routine, Version


@dataclass
class _Span:
    """That a routine bore a title from one moment to another; `end` is None while it is in force with it."""

    routine: int
    text: str
    begin: datetime.datetime
    end: datetime.datetime | None = None


def names_of(routines: Collection[Routine]) -> dict[int, list[Name]]:
    """The titles that routines have and have had: routine id → names. One query however many there are.

    When a title goes from one routine to another, what was said before the other one took it means the first, and what
    was said afterwards the other. Routines that bear the same title at the same time are both meant.
    """
    ids = {routine.pk for routine in routines}
    if not ids:
        return {}
    wanted = {routine.pk: [Name(routine.title)] for routine in routines if routine.current_id is None}
    own = Version.objects.filter(routine__in=ids).annotate(low=Lower("title")).values("low")
    rows = (
        Version.objects.filter(
            routine__in=Version.objects.annotate(low=Lower("title")).filter(low__in=own).values("routine"),
            language=F("routine__language"),
        )
        .order_by("routine", "number")
        .values_list("routine", "title", "published_at", "routine__archived_at")
    )
    bearers: dict[str, list[_Span]] = defaultdict(list)
    before: _Span | None = None
    for routine, title, at, archived_at in rows:
        if before is not None and before.routine == routine:
            if before.text.lower() == title.lower():
                continue
            before.end = at
        # Out of force it keeps its title until another one takes it.
        before = _Span(routine, title, at, archived_at)
        bearers[title.lower()].append(before)
    found: dict[int, list[Name]] = defaultdict(list, wanted)
    for spans in bearers.values():
        for span in spans:
            if span.routine in ids:
                found[span.routine].append(_named(span, [one for one in spans if one.routine != span.routine]))
    return {pk: list(dict.fromkeys(names)) for pk, names in found.items()}


def _named(span: _Span, others: list[_Span]) -> Name:
    """A title as the name of one routine: as far back and as long as no other routine claims it."""
    earlier = any(one.begin < span.begin for one in others)
    later = [one.begin for one in others if span.end is not None and (one.end is None or one.end > span.end)]
    return Name(
        span.text,
        since=span.begin if earlier else None,
        until=max(span.end, min(later)) if span.end is not None and later else None,
    )

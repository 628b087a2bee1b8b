"""Where a routine is in use: the log, the deviations that name it, and what other domains do with it."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from hms.organisations import things
from hms.organisations.access import visibility
from hms.organisations.enums import Role
from hms.organisations.mentions import Mention
from hms.organisations.models import Employee
from hms.organisations.people import reach
from routines.enums import State, Worked
from routines.models import Audience, Receipt, Routine, Use
from routines.selectors.routines import TRAINING

# So many lines stand in the panel.
SHOWN = 6
YEAR = datetime.timedelta(days=365)
# Those who look after all units, or check that it is done.
_EVERYWHERE = (
    Role.HSE_MANAGER, Role.TOP_LEADER, Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER, Role.INSPECTOR,
)  # fmt: skip


@visibility(Use)
def visible_uses(employee: Employee) -> QuerySet[Use]:
    """One's own and one's unit's; of units one leads or represents; of routines one owns or leads the unit of."""
    his = reach(employee)
    rows = Use.objects.all()
    if his.has(*_EVERYWHERE):
        return rows
    return rows.filter(
        Q(registered_by=employee)
        | Q(unit=employee.unit_id)
        | Q(unit__in=his.managed_unit_ids | his.safety_unit_ids)
        | Q(routine__owner=employee)
        | Q(assignment__assignee=employee)
        | Q(routine__unit__in=his.managed_unit_ids)
    )


def uses_of(routine: Routine, employee: Employee) -> QuerySet[Use]:
    """The log of a routine, as far as somebody may know."""
    rows = visible_uses(employee).filter(routine=routine, withdrawn_at__isnull=True)
    return rows.select_related("unit", "version", "registered_by").defer("version__text")


@dataclass(frozen=True)
class InUse:
    """The panel: some lines, how many there are in all, and the sum in words."""

    lines: list[things.Use]
    total: int
    summary: str

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


def in_use(routine: Routine, employee: Employee, slug: str, mentions: Sequence[Mention], mentioned: int) -> InUse:
    """Everything that shows a routine in use, what goes on first and then the newest.

    Args:
        slug: the organisation's.
        mentions: deviations that name it, as far as the reader may know; `mentioned`: how many there are.
    """
    log = uses_of(routine, employee)
    counts = dict(log.order_by().values_list("worked").annotate(Count("pk")))
    logged = sum(counts.values())
    newest = log.order_by("-used_on", "-id")[:SHOWN] if logged else []
    others, used = things.uses_of("routine", employee, routine.pk)
    lines = [
        *(_line(use, reverse("routines:use", args=[slug, routine.slug, use.pk])) for use in newest),
        *(things.Use(mention.label, mention.url, mention.on, "flag") for mention in mentions),
        *others,
    ]
    lines.sort(key=lambda line: (line.on is None, line.on or datetime.date.min), reverse=True)
    return InUse(lines[:SHOWN], logged + mentioned + used, _summary(counts, logged, mentioned))


def _line(use: Use, url: str) -> things.Use:
    label = f"{use.get_kind_display()}, {use.unit.name}"
    return things.Use(label, url, use.used_on, "check", str(use.get_worked_display()))


def _summary(counts: dict[str, int], logged: int, mentioned: int) -> str:
    """«Used 4 times: 3 × it worked, 1 × it was unclear. 2 deviations.»"""
    parts = []
    if logged:
        how = ", ".join(f"{counts[one.value]} × {one.label}" for one in Worked if one.value in counts)
        words = ngettext("Used %(count)d time: %(how)s.", "Used %(count)d times: %(how)s.", logged)
        parts.append(words % {"count": logged, "how": how})
    if mentioned:
        words = ngettext("%(count)d deviation names it.", "%(count)d deviations name it.", mentioned)
        parts.append(words % {"count": mentioned})
    return " ".join(parts)


def used_within_a_year(routines: Collection[int], day: datetime.date) -> set[int]:
    """Which of these routines anybody has used or confirmed in the last year. The same queries however many."""
    since = day - YEAR
    log = Use.objects.filter(routine__in=routines, used_on__gte=since, withdrawn_at__isnull=True)
    read = Receipt.objects.filter(routine__in=routines, at__date__gte=since)
    found = set(log.values_list("routine", flat=True)) | set(read.values_list("routine", flat=True))
    return found | things.used_since("routine", routines, since)


# --- for other domains, by id ---


def known_things(routines: Collection[int]) -> dict[int, things.Thing]:
    """Routines as other domains speak of them."""
    rows = Routine.objects.filter(pk__in=routines).select_related("organisation").defer("text", "search")
    return {routine.pk: _thing(routine) for routine in rows.order_by("title", "id")}


def offered_things() -> list[things.Thing]:
    """Routines in force that other domains may choose from."""
    rows = Routine.objects.filter(state=State.PUBLISHED).select_related("organisation").defer("text", "search")
    return [_thing(routine) for routine in rows.order_by("title", "id")[:500]]


def _thing(routine: Routine) -> things.Thing:
    url = reverse("routines:detail", args=[routine.organisation.slug, routine.slug])
    return things.Thing(routine.pk, routine.title, url, routine.state == State.PUBLISHED)


def for_holders_of(employee: Employee, training: int) -> tuple[list[things.Use], int]:
    """The routines in force that are for those who have a training."""
    parts = Audience.objects.filter(kind=TRAINING, training_id=training, routine__state=State.PUBLISHED)
    rows = Routine.objects.filter(pk__in=parts.values("routine")).select_related("organisation")
    found = [_thing(routine) for routine in rows.defer("text", "search").order_by("title", "id")]
    return [things.Use(thing.name, thing.url, icon="book") for thing in found], len(found)


def are_for_holders(trainings: Collection[int], since: datetime.date) -> set[int]:
    """Which of these trainings a routine in force is for the holders of."""
    parts = Audience.objects.filter(kind=TRAINING, training_id__in=trainings, routine__state=State.PUBLISHED)
    return set(parts.values_list("training_id", flat=True))

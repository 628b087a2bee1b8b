"""Sleeping routines: in force on paper, and perhaps nowhere else. Ranked, with the reason in words."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.assignments.enums import State as AssignmentState
from hms.organisations.enums import Role
from hms.organisations.mentions import mention_counts
from hms.organisations.models import Employee
from hms.organisations.people import reach
from routines.enums import State
from routines.models import Draft, Question, ReadingRequest, Receipt, Routine
from routines.selectors.counts import counting_since, last_opened, understood
from routines.selectors.names import names_of
from routines.selectors.translations import behind
from routines.selectors.uses import used_within_a_year

# What a day or a person weighs; a routine without an owner sleeps soundest.
OWNER_GONE, LATE_DAY, LATE_READER, QUESTION, SILENT_YEAR, STILL_DRAFT, DEVIATION = 200, 1, 3, 15, 60, 10, 25
NEVER_OPENED, NOT_OPENED, MANY_WRONG, TRANSLATION_BEHIND = 50, 40, 20, 30
# Says least of all: nobody may have written down what they use every day.
UNUSED_YEAR = 5
# A question is not old before the owner's own date has passed, a draft not before a month.
QUESTION_DAYS, DRAFT_DAYS, SILENT_DAYS = 5, 30, 365
# What is new gets time to be found.
NEVER_DAYS, HALF_YEAR = 60, 182


@dataclass
class Sleeper:
    """One routine and why it may be asleep."""

    routine: Routine
    weight: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, weight: int, reason: str) -> None:
        self.weight += weight
        self.reasons.append(reason)


def kept_by(employee: Employee) -> QuerySet[Routine]:
    """Routines in force that somebody answers for: theirs, those of units they lead; all for those who see to all."""
    his = reach(employee)
    rows = Routine.objects.filter(state=State.PUBLISHED)
    if his.has(Role.HSE_MANAGER, Role.TOP_LEADER):
        return rows
    return rows.filter(owner=employee) | rows.filter(unit_id__in=his.managed_unit_ids)


def sleepers(employee: Employee, today: datetime.date | None = None) -> list[Sleeper]:
    """Routines that somebody answers for and that ask for attention, the soundest asleep first.

    The same number of queries however many there are.
    """
    day = today or timezone.localdate()
    rows = kept_by(employee).select_related("owner", "unit", "revision").defer("text", "search")
    found = {routine.pk: Sleeper(routine) for routine in rows}
    for sleeper in found.values():
        _owner(sleeper, day)
        _revision(sleeper, day)
    _readers(found, day)
    _questions(found, day)
    newest = _newest_receipts(found)
    _silence(found, newest, day)
    _unopened(found, newest, day)
    _unclear(found)
    _drafts(found, day)
    _mentions(found, employee)
    _translations(found)
    _unused(found, day, employee)
    awake = (sleeper for sleeper in found.values() if sleeper.reasons)
    return sorted(awake, key=lambda sleeper: (-sleeper.weight, sleeper.routine.title))


def _owner(sleeper: Sleeper, day: datetime.date) -> None:
    owner = sleeper.routine.owner
    if owner.has_left(day):
        sleeper.add(OWNER_GONE, _("The owner, %(name)s, has left.") % {"name": owner.name})


def _revision(sleeper: Sleeper, day: datetime.date) -> None:
    task = sleeper.routine.revision
    if task is None or task.state not in {AssignmentState.OPEN, AssignmentState.PLANNED}:
        return
    late = (day - task.due_on).days
    if late > 0:
        words = ngettext(
            "Should have been revised %(count)d day ago.", "Should have been revised %(count)d days ago.", late
        )
        sleeper.add(LATE_DAY * late, words % {"count": late})


def _readers(found: dict[int, Sleeper], day: datetime.date) -> None:
    late = ReadingRequest.objects.filter(routine__in=found, ended_at__isnull=True, assignment__due_on__lt=day)
    for pk, count in late.values_list("routine").annotate(Count("pk")).order_by():
        words = ngettext(
            "%(count)d person has not read it in time.", "%(count)d people have not read it in time.", count
        )
        found[pk].add(LATE_READER * count, words % {"count": count})


def _questions(found: dict[int, Sleeper], day: datetime.date) -> None:
    before = day - datetime.timedelta(days=QUESTION_DAYS)
    waiting = Question.objects.filter(routine__in=found, answered_at__isnull=True, asked_at__date__lt=before)
    for pk, count in waiting.values_list("routine").annotate(Count("pk")).order_by():
        words = ngettext("%(count)d question has waited for days.", "%(count)d questions have waited for days.", count)
        found[pk].add(QUESTION * count, words % {"count": count})


def _newest_receipts(found: dict[int, Sleeper]) -> dict[int, datetime.datetime]:
    return dict(Receipt.objects.filter(routine__in=found).values_list("routine").annotate(Max("at")).order_by())


def _silence(found: dict[int, Sleeper], newest: dict[int, datetime.datetime], day: datetime.date) -> None:
    for pk, sleeper in found.items():
        published = sleeper.routine.published_at
        last = newest.get(pk)
        since = max(moment for moment in (published, last) if moment is not None)
        if sleeper.routine.must_confirm and (day - timezone.localdate(since)).days > SILENT_DAYS:
            sleeper.add(SILENT_YEAR, _("Nobody has confirmed it for a year."))


def _unopened(found: dict[int, Sleeper], newest: dict[int, datetime.datetime], day: datetime.date) -> None:
    """Routines that nobody looks at, as far back as that has been counted."""
    months, begun = last_opened(found), counting_since()
    for pk, sleeper in found.items():
        published = sleeper.routine.published_at
        if published is None or begun is None:
            continue
        seen = [_end_of(months[pk])] if pk in months else []
        seen += [timezone.localdate(newest[pk])] if pk in newest else []
        if not seen and (day - timezone.localdate(max(published, begun))).days > NEVER_DAYS:
            words = (
                _("Nobody has opened it since it was published.")
                if begun <= published
                else _("Nobody has opened it since openings began to be counted.")
            )
            sleeper.add(NEVER_OPENED, words)
        elif seen and (day - max(*seen, timezone.localdate(max(published, begun)))).days > HALF_YEAR:
            sleeper.add(NOT_OPENED, _("Not opened for half a year."))


def _end_of(month: datetime.date) -> datetime.date:
    """The last day of a month that is given by its first."""
    return (month + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)


def _unclear(found: dict[int, Sleeper]) -> None:
    by_version = {sleeper.routine.current_id: sleeper for sleeper in found.values()}
    for version, answered in understood(by_version).items():
        if answered.is_unclear:
            by_version[version].add(
                MANY_WRONG, _("Many answer the control question wrong. Perhaps the text is unclear.")
            )  # fmt: skip


def _drafts(found: dict[int, Sleeper], day: datetime.date) -> None:
    before = day - datetime.timedelta(days=DRAFT_DAYS)
    lying = Draft.objects.open().filter(routine__in=found, edited_at__date__lt=before)
    for pk in lying.values_list("routine", flat=True).distinct():
        found[pk].add(STILL_DRAFT, _("A draft has lain still for a month."))


def _mentions(found: dict[int, Sleeper], employee: Employee) -> None:
    """What has happened where the routine was unclear, missing or not followed, as far as the reader may know."""
    names = names_of([sleeper.routine for sleeper in found.values()])
    for pk, count in mention_counts("routine", employee, names).items():
        words = ngettext(
            "%(count)d deviation says that it is unclear, missing or not followed.",
            "%(count)d deviations say that it is unclear, missing or not followed.",
            count,
        )
        found[pk].add(DEVIATION * count, words % {"count": count})


def _translations(found: dict[int, Sleeper]) -> None:
    """Whoever reads only these does not read what is in force."""
    for standing in behind(found):
        words = _("The translation into %(language)s is behind.") % {"language": standing.translation.language_name}
        found[standing.translation.routine_id].add(TRANSLATION_BEHIND, words)


def _unused(found: dict[int, Sleeper], day: datetime.date, employee: Employee) -> None:
    """In force for a year without a trace: no use, no receipt, no deviation. Where nobody must confirm, nothing else tells."""
    old = {
        pk: sleeper
        for pk, sleeper in found.items()
        if not sleeper.routine.must_confirm
        and sleeper.routine.published_at is not None
        and (day - timezone.localdate(sleeper.routine.published_at)).days > SILENT_DAYS
    }
    used = used_within_a_year(old, day)
    named = mention_counts("routine", employee, names_of([sleeper.routine for sleeper in old.values()]))
    for pk, sleeper in old.items():
        if pk not in used and pk not in named:
            sleeper.add(UNUSED_YEAR, _("Nobody has used it for a year, as far as is written here."))

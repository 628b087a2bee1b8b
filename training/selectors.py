"""Reading trainings, and how it stands with people."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from hms.audit import verbs
from hms.audit.selectors import timeline
from hms.organisations.access import visibility
from hms.organisations.models import Employee, Unit
from hms.organisations.people import current, reach
from hms.organisations.selectors import employed, in_tree_order
from hms.organisations.things import Thing
from training.enums import Standing
from training.models import Completion, Training, TrainingRoutine
from training.rules import people_of, sees_everybody

# So long before its last day somebody is asked to renew it: a course must be found.
SOON_DAYS = 60
TAGS = {Standing.VALID: "done", Standing.SOON: "working", Standing.EXPIRED: "overdue"}


@visibility(Training)
def visible_to(employee: Employee) -> QuerySet[Training]:
    """What there is to learn is for everybody to know."""
    return Training.objects.all()


@visibility(Completion)
def visible_completions(employee: Employee) -> QuerySet[Completion]:
    """One's own; those of people one leads, and of trainings one answers for; all for the HSE manager."""
    rows = Completion.objects.select_related("training", "employee")
    return rows.filter(
        Q(employee=employee) | Q(training__owner=employee) | people_of(employee, prefix="employee__")
    )  # fmt: skip


def in_use() -> QuerySet[Training]:
    return Training.objects.filter(is_active=True).order_by("name", "id")


def standing_of(completion: Completion, today: datetime.date | None = None) -> Standing:
    """How it stands with what somebody has been through."""
    day = today or timezone.localdate()
    last = completion.expires_on
    if last is None or last > day + datetime.timedelta(days=SOON_DAYS):
        return Standing.VALID
    return Standing.SOON if last >= day else Standing.EXPIRED


@dataclass(frozen=True)
class Line:
    """How it stands with one person and one training, ready to show."""

    completion: Completion
    standing: Standing
    tag: str


def line_of(completion: Completion, today: datetime.date | None = None) -> Line:
    standing = standing_of(completion, today)
    return Line(completion, standing, TAGS[standing])


def mine(employee: Employee) -> list[Line]:
    """How it stands with somebody, training by training; what has run out first, then what runs out soonest."""
    rows = Completion.objects.longest().filter(employee=employee).select_related("training")
    order = {Standing.EXPIRED: 0, Standing.SOON: 1, Standing.VALID: 2}
    lines = [line_of(completion) for completion in rows]
    return sorted(lines, key=lambda line: (order[line.standing], line.completion.training.name.casefold()))


def earlier(employee: Employee, trainings: Collection[int]) -> dict[int, list[Completion]]:
    """Everything somebody has been through of some trainings, by training, the newest first."""
    found: dict[int, list[Completion]] = {}
    rows = Completion.objects.counting().filter(employee=employee, training__in=trainings)
    for completion in rows.order_by("-done_on", "-id"):
        found.setdefault(completion.training_id, []).append(completion)
    return found


def standings_among(people: Collection[Employee], training: Training) -> dict[int, Line]:
    """How it stands with some people, by the person's id."""
    rows = Completion.objects.longest().filter(training=training, employee__in=[person.pk for person in people])
    return {completion.employee_id: line_of(completion) for completion in rows}


def _by_standing(standing: str, today: datetime.date) -> Q:
    soon = today + datetime.timedelta(days=SOON_DAYS)
    return {
        Standing.VALID: Q(expires_on__isnull=True) | Q(expires_on__gt=soon),
        Standing.SOON: Q(expires_on__gte=today, expires_on__lte=soon),
        Standing.EXPIRED: Q(expires_on__lt=today),
    }[Standing(standing)]


def learnt(
    employee: Employee, training: Training, *, standing: str = "", unit: Unit | None = None
) -> QuerySet[Completion]:  # fmt: skip
    """How it stands with those who work here and whom an employee sees, one row for each."""
    today = timezone.localdate()
    rows = Completion.objects.longest().filter(
        people_of(employee, training, "employee__"), current(today, "employee__"), training=training
    )
    if standing in Standing.values:
        rows = rows.filter(_by_standing(standing, today))
    if unit is not None:
        rows = rows.filter(employee__unit__path__contains=[unit.pk])
    return rows.select_related("employee__unit")


@dataclass(frozen=True)
class Numbers:
    """How many people have a training."""

    valid: int = 0
    soon: int = 0
    expired: int = 0

    @property
    def have(self) -> int:
        """Those who have it today, whether it runs out soon or not."""
        return self.valid + self.soon


def _counted(today: datetime.date) -> dict[str, Count]:
    return {standing.value: Count("pk", filter=_by_standing(standing, today)) for standing in Standing}


def numbers_for(employee: Employee) -> dict[int, Numbers]:
    """For each training how many of those whom somebody leads (all for the HSE manager) have it. One query."""
    today = timezone.localdate()
    sees = people_of(employee, prefix="employee__") | Q(training__owner=employee)
    rows = Completion.objects.longest().filter(sees, current(today, "employee__")).values("training")
    return {
        row.pop("training"): Numbers(**row)
        for row in rows.annotate(**_counted(today)).order_by().values("training", *Standing.values)
    }


def by_unit(training: Training) -> list[tuple[Unit, Numbers]]:
    """How many in each unit have a training, for those who may not see who; in the order of the tree."""
    today = timezone.localdate()
    rows = Completion.objects.longest().filter(current(today, "employee__"), training=training)
    counted = {
        row.pop("employee__unit"): Numbers(**row)
        for row in rows.values("employee__unit")
        .annotate(**_counted(today))
        .order_by()
        .values("employee__unit", *Standing.values)
    }
    units = in_tree_order(Unit.objects.filter(pk__in=counted))
    return [(unit, counted[unit.pk]) for unit in units]


def people_to_register(employee: Employee, training: Training) -> QuerySet[Employee]:
    """Those whom somebody may say have been through a training: they work here today."""
    return employed().filter(people_of(employee, training)).select_related("unit")


def units_to_register(employee: Employee, training: Training) -> QuerySet[Unit]:
    """Units in use whose people somebody may register."""
    units = Unit.objects.filter(is_active=True)
    if sees_everybody(employee, training):
        return units
    return units.filter(pk__in=reach(employee).managed_unit_ids)


def routine_ids(training: Training) -> list[int]:
    """Ids of the routines that a training goes through."""
    return list(TrainingRoutine.objects.filter(training=training).order_by("id").values_list("routine_id", flat=True))


def timeline_of(training: Training) -> list[verbs.Line]:
    """The training's story, newest first."""
    return verbs.lines(timeline(training).filter(verb__startswith="training.")[:40], nobody="")


def thing_of(training: Training, organisation_slug: str) -> Thing:
    """A training as other domains speak of it."""
    url = reverse("training:detail", args=[organisation_slug, training.pk])
    return Thing(training.pk, training.name, url, training.is_active)


# --- for other domains, by id ---


def holders(trainings: Collection[int], on: datetime.date) -> QuerySet:
    """Ids of those who hold any of these trainings on a day."""
    return Completion.objects.valid(on).filter(training__in=trainings).values("employee")


def held_by(employee: Employee, on: datetime.date) -> QuerySet:
    """Ids of the trainings that somebody holds on a day."""
    return Completion.objects.valid(on).filter(employee=employee).values("training")

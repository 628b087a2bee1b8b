"""How the platform and the other domains speak of trainings: tasks, timeline, files, and who holds what."""

import datetime
from collections.abc import Collection

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hms.assignments import sources
from hms.assignments.models import Assignment
from hms.audit import verbs
from hms.audit.models import Event
from hms.audit.verbs import Verb
from hms.files import sources as file_sources
from hms.files.models import Attachment
from hms.organisations import leaving, qualifications
from hms.organisations.models import Employee
from hms.organisations.things import Keeper, Thing, Usage, Use, register_keeper, register_usage
from training import selectors, services
from training.models import Completion, Training, TrainingRoutine

# How many may be chosen from in a form of another domain.
MOST = 300


def _training(assignment: Assignment) -> Training:
    return Training.objects.select_related("organisation", "owner", "unit").get(pk=assignment.source_id)


def _url(training: Training) -> str:
    return reverse("training:detail", args=[training.organisation.slug, training.pk])


def _facts(assignment: Assignment) -> list[tuple[str, str]]:
    training = _training(assignment)
    facts = [(_("Training"), training.name)]
    if training.owner is not None:
        facts.append((_("Who answers for it"), training.owner.name))
    return facts


def _load(assignments: Collection[Assignment]) -> None:
    found = Training.objects.in_bulk({assignment.source_id for assignment in assignments})
    for assignment in assignments:
        sources.keep_root(assignment, found[assignment.source_id])


sources.register(
    sources.Source(
        kind=Training._meta.label_lower,
        label=gettext_lazy("Training"),
        icon="cap",
        url=lambda assignment: _url(_training(assignment)),
        root=_training,
        facts=_facts,
        load=_load,
        # Whoever registers the training ends it. Saying that there is no course needs no page.
        link_verbs=frozenset({"comment"}),
    )
)


def _count_owned(employee: Employee) -> list[tuple[str, int]]:
    return [(_("× Training to answer for"), _owned(employee).count())]


def _owned(employee: Employee) -> QuerySet[Training]:
    return Training.objects.filter(owner=employee, is_active=True)


def _hand_over_owned(employee: Employee, to: Employee, by: Employee) -> None:
    """No training in use is left with an owner who has left."""
    for training in _owned(employee).order_by("id"):
        services.change_training(training, by=by, owner=to)


leaving.register(_count_owned, _hand_over_owned)


def _file_visible(employee: Employee | None, attachment: Attachment, request: HttpRequest) -> bool:
    return employee is not None and selectors.visible_completions(employee).filter(pk=attachment.owner_id).exists()


file_sources.register(Completion._meta.label_lower, visible=_file_visible)


# --- for other domains ---


def _thing(training: Training) -> Thing:
    return selectors.thing_of(training, training.organisation.slug)


def _offered() -> list[Thing]:
    return [_thing(training) for training in selectors.in_use().select_related("organisation")[:MOST]]


def _known(ids: Collection[int]) -> dict[int, Thing]:
    rows = Training.objects.filter(pk__in=ids).select_related("organisation")
    return {training.pk: _thing(training) for training in rows}


def _uses_of_routine(employee: Employee, routine: int) -> tuple[list[Use], int]:
    """A routine is used all the time in the trainings that go through it."""
    rows = Training.objects.filter(is_active=True, routines__routine_id=routine).select_related("organisation")
    trainings = list(rows.order_by("name", "id"))
    uses = [
        Use(_("Taught in the training “%(name)s”") % {"name": training.name}, _url(training), icon="cap")
        for training in trainings
    ]
    return uses, len(uses)


def _routines_taught(routines: Collection[int], since: datetime.date) -> set[int]:
    """Routines of trainings that somebody has been through on a day or later."""
    held = Completion.objects.counting().filter(done_on__gte=since).values("training")
    rows = TrainingRoutine.objects.filter(routine_id__in=routines, training__in=held)
    return set(rows.values_list("routine_id", flat=True))


register_keeper(services.KIND, Keeper(gettext_lazy("Trainings"), offered=_offered, known=_known))
register_usage("routine", Usage(of=_uses_of_routine, used=_routines_taught))
qualifications.register(
    services.KIND, qualifications.Holding(holders=selectors.holders, held_by=selectors.held_by)
)  # fmt: skip


def _reason(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Completion.objects.all(), "withdrawn_reason", {event.pk: event.object_id for event in events})


verbs.register(
    {
        "training.created": Verb(gettext_lazy("%(name)s put the training into the register"), "plus"),
        "training.changed": Verb(gettext_lazy("%(name)s changed what the register says"), "edit"),
        "training.registered": Verb(
            gettext_lazy("%(name)s registered people who have been through it: %(people)s"), "cap", "success"
        ),
        "training.withdrawn": Verb(gettext_lazy("%(name)s took back what was registered"), "undo", "", _reason),
        "training.proved": Verb(gettext_lazy("%(name)s added proof"), "paperclip"),
    }
)

"""How the platform and other domains meet the use of routines: tasks, timeline, trainings."""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hms.assignments import sources
from hms.assignments.models import Assignment
from hms.audit import verbs
from hms.audit.models import Event
from hms.audit.verbs import Verb
from hms.organisations.qualifications import holders_changed
from hms.organisations.things import Keeper, Usage, register_keeper, register_usage
from routines import services
from routines.enums import AudienceKind
from routines.models import Audience, Use
from routines.selectors import uses
from routines.selectors.routines import TRAINING


def _use(assignment: Assignment) -> Use:
    rows = Use.objects.select_related("routine__organisation", "routine__unit", "unit")
    return rows.get(pk=assignment.source_id)


def _url(assignment: Assignment) -> str:
    use = _use(assignment)
    return reverse("routines:use", args=[use.routine.organisation.slug, use.routine.slug, use.pk])


def _facts(assignment: Assignment) -> list[tuple[str, str]]:
    use = _use(assignment)
    return [
        (_("Used"), str(use.get_kind_display())),
        (_("Unit"), use.unit.name),
        (_("How it went"), str(use.get_worked_display())),
    ]


def _load(assignments: Collection[Assignment]) -> None:
    rows = Use.objects.select_related("routine").defer("routine__text", "routine__search")
    found = rows.in_bulk([assignment.source_id for assignment in assignments])
    for assignment in assignments:
        sources.keep_root(assignment, found[assignment.source_id].routine)


sources.register(
    sources.Source(
        kind=Use._meta.label_lower,
        label=gettext_lazy("Use of a routine"),
        icon="check",
        url=_url,
        root=lambda assignment: _use(assignment).routine,
        facts=_facts,
        load=_load,
        # What came of it is said on its own page, to whoever registered it.
        link_verbs=frozenset(),
    )
)
register_keeper("routine", Keeper(gettext_lazy("Routines"), offered=uses.offered_things, known=uses.known_things))
register_usage(TRAINING, Usage(of=uses.for_holders_of, used=uses.are_for_holders))


@receiver(holders_changed, dispatch_uid="routines.holders_changed")
def _holders_changed(sender: Any, kind: str, ids: Collection[int], **more: Any) -> None:
    """Whoever has got what a routine is for the holders of is asked at once; who has lost it, no more."""
    if kind == TRAINING and Audience.objects.filter(kind=AudienceKind.TRAINING, training_id__in=ids).exists():
        services.look_through_soon()


def _how(events: list[Event]) -> dict[int, str]:
    found = Use.objects.in_bulk([event.object_id for event in events])
    said = {pk: f"{use.get_kind_display()}: {use.get_worked_display()}" for pk, use in found.items()}
    return {event.pk: said.get(event.object_id, "") for event in events}


def _outcome(events: list[Event]) -> dict[int, str]:
    return verbs.texts_of(Use.objects.all(), "outcome", {event.pk: event.object_id for event in events})


verbs.register(
    {
        "routine.used": Verb(gettext_lazy("%(name)s registered that it was used"), "check", "", _how),
        "routine.use_followed_up": Verb(
            gettext_lazy("%(name)s did something about what users said"), "comment", "success", _outcome
        ),
        "routine.use_withdrawn": Verb(gettext_lazy("%(name)s took back a use that was registered"), "undo"),
    }
)

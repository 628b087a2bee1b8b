"""Reading whistleblowing: who receives it, who of them may take a case, and the cases themselves."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from deviations.models import (
    AccessGrant,
    Deviation,
    WhistleblowingReceiver,
    WhistleblowingSettings,
    WhistleblowingSubject,
)
from deviations.rules import is_current_receiver, reporter_id_of
from deviations.selectors.cases import openable_by, own
from hms.organisations.access import visibility
from hms.organisations.enums import Role
from hms.organisations.models import Absence, Employee, RoleHolding, Unit
from hms.organisations.people import current


@visibility(WhistleblowingReceiver)
def visible_receivers(employee: Employee) -> QuerySet[WhistleblowingReceiver]:
    """Everybody may know whom they can tell."""
    return WhistleblowingReceiver.objects.all()


def receivers_now() -> QuerySet[WhistleblowingReceiver]:
    """Who receives whistleblowing today and works here, in their order."""
    return (
        WhistleblowingReceiver.objects.filter(current(), current(prefix="employee__"))
        .select_related("employee__unit", "employee__user")
        .order_by("position", "id")
    )


def receivers_to_come() -> QuerySet[WhistleblowingReceiver]:
    """Who begins to receive it on a later day."""
    later = WhistleblowingReceiver.objects.filter(starts_on__gt=timezone.localdate())
    return later.select_related("employee__unit", "employee__user").order_by("position", "id")


def receivers_for(deviation: Deviation, *, about: Iterable[Employee | None] = ()) -> list[Employee]:
    """Who may receive a case, the first in order first.

    Never somebody it is about, nor the one who reported it. Nor anybody below a leader it is about, unless they
    stand outside the line, nor a leader's deputy: they would judge their own leader.

    Args:
        about: people it is about beside those known already.
    """
    subjects = {person.pk for person in about if person is not None} | subject_ids_of(deviation)
    kept_out = subjects | {reporter_id_of(deviation)} | deputies_of(subjects)
    below = units_below(subjects)
    return [
        receiver.employee
        for receiver in receivers_now()
        if receiver.employee_id not in kept_out and (receiver.is_outside_line or receiver.employee.unit_id not in below)
    ]


def subject_ids_of(deviation: Deviation) -> set[int]:
    """Ids of everybody a case is about."""
    # People are named only where it is whistleblowing, or has been.
    subjects = WhistleblowingSubject.objects.filter(deviation=deviation) if deviation.is_confidential else None
    named = subjects.values_list("employee_id", flat=True) if subjects is not None else ()
    return {*named, deviation.concerns_id} - {None}


def deputies_of(people: set[int]) -> set[int]:
    """Ids of those who stand in for any of these, today or on a day to come."""
    away = Absence.objects.filter(employee__in=people, ends_on__gte=timezone.localdate(), deputy__isnull=False)
    return set(away.values_list("deputy_id", flat=True))


def units_below(people: set[int]) -> set[int]:
    """Ids of the units that any of these leads, with everything below; a top leader leads all of them."""
    held = RoleHolding.objects.filter(current(), employee__in=people)
    if held.filter(role=Role.TOP_LEADER).exists():
        return set(Unit.objects.values_list("pk", flat=True))
    led = list(held.filter(role=Role.MANAGER).values_list("unit_id", flat=True))
    return set(Unit.objects.filter(path__overlap=led).values_list("pk", flat=True)) if led else set()


def organisation_wishes() -> WhistleblowingSettings:
    """What the open organisation says about whistleblowing; empty when it has said nothing."""
    return WhistleblowingSettings.objects.first() or WhistleblowingSettings()


def received_by(employee: Employee) -> QuerySet[Deviation]:
    """The whistleblowing somebody receives or was given access to, newest first."""
    if not is_current_receiver(employee) and not _was_given_access(employee):
        return Deviation.everything.none()
    return _shown(openable_by(employee).filter(is_whistleblowing=True).exclude(own(employee)))


def reported_whistleblowing(employee: Employee) -> QuerySet[Deviation]:
    """What somebody reported that is handled as whistleblowing, newest first."""
    return _shown(openable_by(employee).filter(is_whistleblowing=True).filter(own(employee)))


def _was_given_access(employee: Employee) -> bool:
    return Deviation.everything.filter(
        is_whistleblowing=True, access_grants__employee=employee, access_grants__as_receiver=False
    ).exists()


def _shown(deviations: QuerySet[Deviation]) -> QuerySet[Deviation]:
    return (
        deviations.select_related("handling__assignee", "plan", "unit")
        .defer("search", "imported_values")
        .order_by("-reported_at", "-id")
    )


def without_receiver() -> bool:
    """Whether some case has nobody left who may receive it: every receiver of it is one no more."""
    receiving = WhistleblowingReceiver.objects.filter(current(), employee=OuterRef("employee"))
    open_to = AccessGrant.objects.filter(Exists(receiving), deviation=OuterRef("pk"), as_receiver=True)
    return Deviation.everything.filter(~Q(state="closed"), ~Exists(open_to), is_whistleblowing=True).exists()

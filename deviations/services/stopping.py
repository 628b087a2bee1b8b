"""The safety representative stops dangerous work (Working Environment Act section 6-3)."""

import datetime

from django.utils import timezone

from deviations import rules
from deviations.enums import LiftBasis
from deviations.models import Deviation, WorkStop
from deviations.selectors import subject_ids_of
from deviations.services.handling import require_open
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.enums import Urgency
from hms.notifications.services import notify
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.selectors import holders, responsible_manager


def stop_work(deviation: Deviation, *, by: Employee, what: str, place: str, since: datetime.datetime) -> WorkStop:
    """Record that dangerous work is stopped.

    Effects: the stop, which stands on the case until it is lifted; an event; whoever has the case, the unit's
    manager, the HSE managers and the top leaders are told at once, at any hour (the Act: without delay). The message
    holds the case number and who has stopped the work.

    Raises:
        InvalidTransition: when the case is closed or whistleblowing, `by` does not represent the area, work is
            stopped already, or it was to be later than now.
    """
    require_open(deviation)
    if not rules.represents(by, deviation) or since > timezone.now() or rules.active_stop(deviation) is not None:
        raise InvalidTransition(deviation, deviation.state, "stop work")
    stop = WorkStop.objects.create(deviation=deviation, what=what, place=place, since=since, stopped_by=by)
    record("work.stopped", stop, by=by, root=deviation)
    _tell_employer(deviation, "deviations.work_stopped", by=by, dedupe=f"stop:{stop.pk}")
    return stop


def lift_stop(stop: WorkStop, *, by: Employee, basis: str, reason: str) -> None:
    """Let the work go on.

    Effects: lifted, with the reason; an event; the employer and whoever stopped it are told.

    Raises:
        InvalidTransition: when it is lifted already, or there is no reason; when somebody else than a representative
            of the area lifts it on other grounds than the authority's decision.
    """
    deviation = stop.deviation
    lock(deviation)
    lock(stop)
    if stop.lifted_at is not None or not reason.strip() or not rules.may_lift_on(by, deviation, basis):
        raise InvalidTransition(stop, "stopped", "lifted")
    stop.lifted_at, stop.lifted_by, stop.basis, stop.reason = timezone.now(), by, LiftBasis(basis), reason
    stop.save(update_fields=["lifted_at", "lifted_by", "basis", "reason"])
    record("work.resumed", stop, by=by, root=deviation, data={"basis": str(basis)})
    _tell_employer(deviation, "deviations.work_resumed", by=by, dedupe=f"lifted:{stop.pk}", also=stop.stopped_by)


def _tell_employer(
    deviation: Deviation, message: str, *, by: Employee, dedupe: str, also: Employee | None = None
) -> None:
    """Everybody who answers for the work, but nobody the case is about; of whistleblowing nobody is told."""
    if deviation.is_whistleblowing:
        return
    subjects = subject_ids_of(deviation)
    people = [
        deviation.handling.assignee if deviation.handling else None,
        responsible_manager(deviation.unit, passing=[deviation.concerns]),
        *holders(Role.HSE_MANAGER, Role.TOP_LEADER).order_by("id"),
        also,
    ]
    for pk, person in {person.pk: person for person in people if person is not None}.items():
        if pk in subjects or pk == by.pk:
            continue
        notify(
            message,
            to=person,
            about=deviation,
            dedupe=dedupe,
            parameters={"case": deviation.number, "name": by.name, "critical": True},
            urgency=Urgency.CRITICAL,
        )

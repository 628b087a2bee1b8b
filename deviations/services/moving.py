"""A case is moved to the unit where it belongs."""

from deviations import routing
from deviations.enums import CommentVisibility
from deviations.models import Deviation
from deviations.services.handling import hand_over, may_be_given, require_open, say, tell_reporter, weight
from hms.actions import services as actions
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition
from hms.notifications.services import notify
from hms.organisations.models import Employee, Unit
from hms.organisations.selectors import safety_reps_of


def move_to_unit(deviation: Deviation, *, unit: Unit, by: Employee, reason: str) -> None:
    """Move a case to another unit.

    Effects: the unit, of the plan too (one that waits for a statement is a draft again); whoever routing says handles
    the unit's cases gets it, never somebody it is about; the reason is a comment that the reporter reads; an event;
    the reporter is told, and of an ordinary case the new unit's safety representatives. A confidential case stays
    confidential, with everybody who is on its list.

    Raises:
        InvalidTransition: when it is closed, whistleblowing, in that unit already, or there is no reason.
    """
    require_open(deviation)
    if deviation.is_whistleblowing or unit.pk == deviation.unit_id or not unit.is_active or not reason.strip():
        raise InvalidTransition(deviation, deviation.state, "move")
    was = deviation.unit_id
    deviation.unit = unit
    deviation.version += 1
    deviation.save(update_fields=["unit", "version"])
    said, _is_new = say(deviation, by=by, text=reason, visibility=CommentVisibility.REPORTER)
    event = record("deviation.moved", said, by=by, root=deviation, data={"from": was, "to": unit.pk, "unit": unit.name})
    if deviation.plan is not None:
        actions.change_unit(deviation.plan, unit=unit, by=by)
    handler = routing.choose_handler(deviation)
    had_it = deviation.handling.assignee_id if deviation.handling else None
    if handler is not None and handler.pk != had_it and may_be_given(deviation, handler):
        hand_over(deviation, to=handler, by=by)
    tell_reporter("deviations.moved", deviation, dedupe=f"moved:{event.pk}")
    if deviation.is_confidential or deviation.is_praise:
        return
    for rep in safety_reps_of(unit):
        if rep.pk not in {by.pk, deviation.reporter_id, handler.pk if handler else None}:
            notify(
                "deviations.moved_here",
                to=rep,
                about=deviation,
                dedupe=f"moved:{event.pk}",
                parameters={"case": deviation.number, **weight(deviation)},
            )

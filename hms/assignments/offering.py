"""Work that is offered to many: offered, taken by one, given back. Part of the services."""

import datetime
from typing import Any

from django.utils import timezone

from hms.assignments import pool, sources
from hms.assignments._writing import hold, keep_note, record_event, require_state, withdraw_extensions
from hms.assignments.arming import arm
from hms.assignments.enums import NoteKind, Recipient, State
from hms.assignments.errors import NobodyToAsk, TakenByAnother
from hms.assignments.links import revoke_links
from hms.assignments.messages import parameters
from hms.assignments.models import Assignment, Helper, Offer, Reminder
from hms.assignments.offer_notifications import untaken_of
from hms.assignments.target import Target
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.services import Told, notify, notify_many
from hms.organisations.models import Employee
from hms.organisations.selectors import responsible_manager


def accountable_for(target: Target, *, asker: Employee | None, kept_from: set[int]) -> Employee:
    """Who answers for what is offered until somebody takes it: the manager of the place, else the one who asked.

    Raises:
        NobodyToAsk: when there is neither.
    """
    passing = list(Employee.objects.filter(pk__in=kept_from)) if kept_from else []
    found = responsible_manager(target.place, passing=passing) if target.place is not None else None
    if found is None and asker is not None:
        there = asker.is_employed() and asker.pk not in kept_from
        found = asker if there else responsible_manager(asker.unit, passing=[*passing, asker])
    if found is None:
        raise NobodyToAsk
    return found


def assign_to_many(assignment: Assignment, to: Target, *, by: Employee | None, at: datetime.datetime) -> Assignment:
    """Save a new assignment and offer it. `services.assign` says what happens."""
    _require_open_to_many(assignment)
    kept_from = sources.kept_from(assignment)
    assignment.assignee = accountable_for(to, asker=assignment.requested_by or by, kept_from=kept_from)
    assignment.save()
    _put(assignment, to, kept_from)
    event = record_event("assignment.offered", assignment, by=by, data=_named(assignment), at=at)
    if assignment.state == State.OPEN:
        _tell_everybody(assignment, event, by=by)
    return assignment


def offer(assignment: Assignment, *, to: Target, by: Employee | None, reason: str = "") -> None:
    """Offer work to many that was somebody's, or was offered to others.

    Effects: their manager (else the one who asked) is the assignee; links stop working; a wish for more time is
    withdrawn; an event; the reason is noted; the ladder anew; a message to all who are there when it is open.

    Raises:
        ValueError: when it is confidential.
        NobodyToAsk: when nobody can answer for it.
        InvalidTransition: when it has ended.
    """
    hold(assignment)
    require_state(assignment, State.PLANNED, State.OPEN)
    _require_open_to_many(assignment)
    kept_from = sources.kept_from(assignment)
    asker = assignment.requested_by or by
    _change_assignee(assignment, accountable_for(to, asker=asker, kept_from=kept_from), by=by)
    _put(assignment, to, kept_from)
    _forget_untaken(assignment)
    arm(assignment)
    revoke_links(assignment)
    withdraw_extensions(assignment, by=by)
    note = keep_note(assignment, NoteKind.HANDED_OVER, reason, by=by)
    event = record_event("assignment.offered", assignment, by=by, data={**_named(assignment), **note})
    if assignment.state == State.OPEN:
        _tell_everybody(assignment, event, by=by)


def offer_anew(assignment: Assignment, event: Event, *, by: Employee | None) -> None:
    """Tell everybody who may take it, which begins to count now. It was planned, or done and opened again."""
    Offer.objects.filter(assignment=assignment).update(offered_at=timezone.now())
    _read_offer_again(assignment)
    arm(assignment)
    _tell_everybody(assignment, event, by=by)


def take(assignment: Assignment, *, by: Employee, via: str = Via.WEB) -> None:
    """«I take it»: one of many makes the work their own. The same again by the same person changes nothing.

    Effects: they are the assignee; the others' links stop working; a wish for more time is withdrawn; the ladder
    anew; an event; the source is told; a message to the one who asked for it.

    Raises:
        TakenByAnother: when somebody was first.
        InvalidTransition: when it has ended, or was never offered to them.
    """
    hold(assignment)
    taken: Offer | None = getattr(assignment, "offer", None)
    if taken is None:
        raise InvalidTransition(assignment, assignment.state, State.OPEN)
    if taken.taken_at is not None:
        if assignment.assignee_id == by.pk:
            return
        raise TakenByAnother(assignment)
    if not pool.may_take(by, assignment):
        raise InvalidTransition(assignment, assignment.state, State.OPEN)
    _change_assignee(assignment, by, by=by)
    settle(assignment)
    arm(assignment)
    revoke_links(assignment, but=by)
    withdraw_extensions(assignment, by=by)
    event = record_event("assignment.taken", assignment, by=by, via=via, data=_named(assignment))
    asker = assignment.requested_by
    if asker is not None and asker.pk != by.pk:
        notify(
            "assignments.taken",
            to=asker,
            about=assignment,
            dedupe=str(event.pk),
            parameters=parameters(assignment, by=by),
        )


def goes_back_to_many(assignment: Assignment) -> bool:
    """Whether «not mine» gives it back to those it was offered to."""
    known: Offer | None = getattr(assignment, "offer", None)
    if known is None or known.taken_at is None or assignment.is_confidential:
        return False
    return known.group is None or known.group.is_active


def give_back(assignment: Assignment, *, by: Employee, comment: str, via: str = Via.WEB) -> Employee:
    """«Not mine» about what was taken: the others may take it again.

    Effects: as :func:`offer`, with what was written as a note. Returns who answers for it now.
    """
    hold(assignment)
    require_state(assignment, State.PLANNED, State.OPEN)
    target = assignment.offer.target
    kept_from = sources.kept_from(assignment)
    asker = assignment.requested_by if assignment.requested_by_id != by.pk else None
    to = accountable_for(target, asker=asker or by, kept_from=kept_from)
    _change_assignee(assignment, to, by=by)
    _put(assignment, target, kept_from)
    _forget_untaken(assignment)
    arm(assignment)
    revoke_links(assignment)
    withdraw_extensions(assignment, by=by)
    note = keep_note(assignment, NoteKind.HANDED_BACK, comment, by=by)
    event = record_event("assignment.given_back", assignment, by=by, via=via, data={**_named(assignment), **note})
    if assignment.state == State.OPEN:
        _tell_everybody(assignment, event, by=by, is_back=True)
    return to


def settle(assignment: Assignment) -> None:
    """The assignee has the work: what was offered is taken, and who has it does not help with it too."""
    known: Offer | None = getattr(assignment, "offer", None)
    if known is not None:
        known.taken_by, known.taken_at = assignment.assignee, timezone.now()
        known.save(update_fields=["taken_by", "taken_at"])
    Helper.objects.filter(assignment=assignment, employee=assignment.assignee).delete()


def change_accountable(assignment: Assignment, *, to: Employee, by: Employee | None) -> None:
    """Let somebody else answer for what nobody has taken; it is still free. Effects: the assignee, an event."""
    hold(assignment)
    require_state(assignment, State.PLANNED, State.OPEN)
    previous = assignment.assignee_id
    _change_assignee(assignment, to, by=by)
    arm(assignment)
    revoke_links(assignment)
    record_event("assignment.handed_over", assignment, by=by, data={"from": previous, "to": to.pk})


def _require_open_to_many(assignment: Assignment) -> None:
    if assignment.is_confidential:
        raise ValueError("what is confidential is given to one person who may know")


def _change_assignee(assignment: Assignment, to: Employee, *, by: Employee | None) -> None:
    previous = assignment.assignee
    if previous.pk == to.pk:
        return
    assignment.assignee = to
    assignment.save(update_fields=["assignee"])
    source = sources.get(assignment.source_kind)
    if source.on_moved is not None:
        source.on_moved(assignment, previous, by)


def _put(assignment: Assignment, to: Target, kept_from: set[int]) -> None:
    values: dict[str, Any] = {
        "group": to.group,
        "unit": to.unit,
        "role": to.role,
        "kept_from": sorted(kept_from),
        "offered_at": timezone.now(),
        "taken_by": None,
        "taken_at": None,
    }
    Offer.objects.update_or_create(assignment=assignment, defaults=values)
    _read_offer_again(assignment)


def _read_offer_again(assignment: Assignment) -> None:
    field = Assignment._meta.get_field("offer")
    if field.is_cached(assignment):
        field.delete_cached_value(assignment)


def _forget_untaken(assignment: Assignment) -> None:
    """That nobody had taken it was told of the offer before; the new one is another."""
    Reminder.objects.filter(assignment=assignment, recipient=Recipient.ACCOUNTABLE).delete()


def _named(assignment: Assignment) -> dict[str, Any]:
    return {"to": assignment.assignee_id, "group": assignment.offer.name}


def _tell_everybody(assignment: Assignment, event: Event, *, by: Employee | None, is_back: bool = False) -> None:
    """One message to each who is there and may take it; to the one who answers for it when there is nobody."""
    offered = assignment.offer
    free_to = pool.present(offered.target).exclude(pk__in=offered.kept_from).select_related("user")
    people = [person for person in free_to if by is None or person.pk != by.pk]
    facts = parameters(assignment, by=by or assignment.requested_by, group=offered.name, is_back=is_back)
    notify_many("assignments.offered", [Told(person, assignment, str(event.pk), facts) for person in people])
    if not people and (by is None or by.pk != assignment.assignee_id):
        notify_many("assignments.untaken", [untaken_of(assignment, assignment.assignee)])

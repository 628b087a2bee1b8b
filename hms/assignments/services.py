"""Everything that happens to an assignment. The only writer of this app's tables."""

import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from hms.assignments import offering, selectors, sources
from hms.assignments._writing import event_data as _data
from hms.assignments._writing import hold, tell_requester
from hms.assignments._writing import keep_note as _note
from hms.assignments._writing import record_event as _record
from hms.assignments._writing import require_state as _require
from hms.assignments._writing import withdraw_extensions as _withdraw_extensions
from hms.assignments.arming import arm
from hms.assignments.enums import NoteKind, State
from hms.assignments.errors import NobodyToAsk
from hms.assignments.extending import decide_extension, request_extension, set_due_date, tell_decider
from hms.assignments.helping import add_helper, comment, remove_helper
from hms.assignments.links import create_link, revoke_links, use_link
from hms.assignments.messages import parameters
from hms.assignments.models import Assignment, Helper, Note, Offer
from hms.assignments.offering import change_accountable, offer, take
from hms.assignments.sealing import seal
from hms.assignments.target import Target
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition, lock, move
from hms.notifications.enums import Urgency
from hms.notifications.services import forget_parameters, notify
from hms.organisations.models import Employee
from hms.organisations.selectors import line_manager_of

__all__ = [
    "add_helper",
    "change_accountable",
    "comment",
    "create_link",
    "decide_extension",
    "hold",
    "offer",
    "remove_helper",
    "request_extension",
    "revoke_links",
    "seal",
    "set_due_date",
    "take",
    "use_link",
]


def assign(
    *,
    kind: str,
    title: str,
    due_on: datetime.date,
    source: models.Model,
    by: Employee | None,
    to: Employee | None = None,
    offered_to: Target | None = None,
    planned: bool = False,
    confidential: bool = False,
    critical: bool = False,
    statutory: bool = False,
    requested_by: Employee | None = None,
    at: datetime.datetime | None = None,
    is_root: bool = False,
    email: bool = True,
) -> Assignment:
    """Put work on somebody, or offer it to many.

    Effects: an assignment, open (or planned, then nobody is told); an event; a message to the assignee,
    unless they gave it to themself. The ladder begins when it is open. What is offered to many is told to all
    of them who are there; until one takes it, their manager (else the one who asked) is the assignee.

    Args:
        to: who must do it, or
        offered_to: of whom one must; never for what is confidential.
        source: what the work belongs to; its kind must be registered in `sources`.
        critical: reminded of on any day, sooner, and in mails of their own.
        statutory: the law sets the due date, so reminders count calendar days.
        requested_by: who decides on more time and is told when it is done; None: the assignee's manager.
        at: when it counts as given, where the minute would name somebody anonymous; now when left out.
        is_root: the source is its own anchor, so that nothing has to be looked up.
        email: False tells the assignee in the inbox only.

    Raises:
        ValueError: unless exactly one of `to` and `offered_to` is given; when confidential work is offered.
        NobodyToAsk: when nobody can answer for what is offered.
    """
    if (to is None) == (offered_to is None):
        raise ValueError("either one person or many")
    given_at = at or timezone.now()
    assignment = Assignment(
        kind=kind,
        title=title,
        assignee=to,
        due_on=due_on,
        state=State.PLANNED if planned else State.OPEN,
        source_kind=source._meta.label_lower,
        source_id=source.pk,
        requested_by=requested_by,
        is_confidential=confidential,
        is_critical=critical,
        is_statutory=statutory,
        created_at=given_at,
        armed_at=given_at,
        # The next sweep finds the first step: a report should not wait for calendar and ladder to be read.
        next_step_at=None if planned else given_at,
    )
    if is_root:
        assignment._root_object = source  # type: ignore[attr-defined]
    if offered_to is not None:
        return offering.assign_to_many(assignment, offered_to, by=by, at=given_at)
    assignment.save()
    event = _record("assignment.assigned", assignment, by=by, data={"to": assignment.assignee_id}, at=given_at)
    if not planned:
        _tell_assignee(assignment, event, by=by, email=email)
    return assignment


def start(assignment: Assignment, *, by: Employee | None) -> None:
    """Open a planned assignment.

    Effects: state open; an event; the ladder begins; a message to the assignee, or to all it is offered to.
    """
    event = _move(assignment, State.OPEN, by=by, verb="assignment.started", expect=State.PLANNED)
    _set_going(assignment, event, by=by)


def complete(assignment: Assignment, *, by: Employee | None, comment: str = "", via: str = Via.WEB) -> None:
    """Say that the work is done.

    Effects: state done; links stop working; a wish for more time is withdrawn; the source is told; so is
    the one who asked for it, when it was answered here and not on the source's own page (which tells
    people in its own words).
    """
    hold(assignment)
    event = _end(assignment, State.DONE, by=by, verb="assignment.completed", via=via, comment=comment)
    source = sources.get(assignment.source_kind)
    if source.on_completed is not None:
        source.on_completed(assignment, by, via)
    if by is not None and "done" in source.link_verbs:
        tell_requester("assignments.completed", assignment, dedupe=str(event.pk), by=by)


def complete_for(source: models.Model, *, by: Employee | None, kind: str | None = None, via: str = Via.WEB) -> None:
    """Complete the open assignments of a source (of one kind)."""
    of_source = selectors.assignments_of(source).filter(state=State.OPEN)
    for assignment in of_source.filter(kind=kind) if kind else of_source:
        complete(assignment, by=by, via=via)


def cancel(assignment: Assignment, *, by: Employee | None, reason: str = "") -> None:
    """Call the work off. Effects: state cancelled; links stop working; an event; the reason is noted."""
    _end(assignment, State.CANCELLED, by=by, verb="assignment.cancelled")
    _note(assignment, NoteKind.CANCELLED, reason, by=by)


def reopen(
    assignment: Assignment,
    *,
    by: Employee | None,
    due_on: datetime.date | None = None,
    at: datetime.datetime | None = None,
) -> None:
    """Take back that it is done. Effects: state open, with a new due date if given; an event; a message.

    `at`: as for :func:`assign`.
    """
    event = _move(
        assignment, State.OPEN, by=by, verb="assignment.reopened", expect=State.DONE, at=at,
        ended_at=None, ended_by=None, comment="", due_on=due_on or assignment.due_on,
    )  # fmt: skip
    _set_going(assignment, event, by=by)


def make_confidential(assignment: Assignment, *, title: str) -> None:
    """Mask an assignment whose source became confidential, and what was told about it: `title` and no more.

    It is offered to nobody any more, and nobody helps until somebody who may know is asked anew.
    """
    assignment.is_confidential, assignment.title = True, title
    assignment.save(update_fields=["is_confidential", "title"])
    Offer.objects.filter(assignment=assignment).delete()
    Helper.objects.filter(assignment=assignment).delete()
    revoke_links(assignment, but=assignment.assignee)
    forget_parameters(assignment, title="", mail_title="")


def hand_over(
    assignment: Assignment, *, to: Employee, by: Employee | None, reason: str = "", via: str = Via.WEB
) -> None:
    """Give the work to somebody else; what many could take is then theirs.

    Effects: a new assignee; the old one's links stop working and their wish for more time is withdrawn;
    an event; the reason is noted; the source is told; a message to the new assignee when it is open.

    Raises:
        InvalidTransition: when it has ended, or is theirs already.
    """
    event = _pass_on(
        assignment, to=to, by=by, verb="assignment.handed_over", via=via, kind=NoteKind.HANDED_OVER, text=reason
    )
    if assignment.state == State.OPEN:
        _tell_assignee(assignment, event, by=by)


def hand_back(assignment: Assignment, *, by: Employee, comment: str, via: str = Via.WEB) -> Employee:
    """«Not mine»: the work goes to the one who asked for it, else to the assignee's manager.

    What was taken from among many is offered to them again, and their manager answers for it meanwhile.

    Effects: as :func:`hand_over`, with a message that says so. Returns who has it now.

    Raises:
        NobodyToAsk: when there is nobody to give it to.
        InvalidTransition: when it has ended.
    """
    if offering.goes_back_to_many(assignment):
        return offering.give_back(assignment, by=by, comment=comment, via=via)
    to = selectors.decider_of(assignment)
    if to is None or to.pk == assignment.assignee_id:
        to = None if assignment.is_confidential else line_manager_of(assignment.assignee)
    if to is None:
        raise NobodyToAsk
    event = _pass_on(
        assignment, to=to, by=by, verb="assignment.handed_back", via=via, kind=NoteKind.HANDED_BACK, text=comment
    )
    notify(
        "assignments.handed_back",
        to=to,
        about=assignment,
        dedupe=str(event.pk),
        parameters=parameters(assignment, by=by),
    )
    return to


def change_requester(assignment: Assignment, *, to: Employee | None, by: Employee | None) -> None:
    """Let somebody else answer for the work towards its assignee; None: the assignee's manager.

    Effects: who asked for it; an event. A wish for more time that waits is told to whoever answers it now.
    """
    lock(assignment)
    _require(assignment, State.PLANNED, State.OPEN)
    was, assignment.requested_by = assignment.requested_by_id, to
    assignment.save(update_fields=["requested_by"])
    event = _record("assignment.requester_changed", assignment, by=by, data={"from": was, "to": to.pk if to else None})
    wish = selectors.open_extension(assignment)
    decider = selectors.extension_decider_of(assignment, asking=wish.requested_by) if wish else None
    if wish is not None and decider is not None:
        tell_decider(wish, decider, dedupe=str(event.pk))


def say_stuck(assignment: Assignment, *, comment: str, by: Employee, via: str = Via.WEB) -> Note:
    """«I am stuck»: say what is missing.

    Effects: a note; an event; a message to the one who asked for the work, else the manager. The same
    words once more, with nothing said since, change nothing (somebody pressed twice).

    Raises:
        InvalidTransition: when it is not open.
    """
    return _say(assignment, NoteKind.STUCK, "assignment.stuck", comment, by=by, via=via)


def say(assignment: Assignment, *, comment: str, by: Employee, via: str = Via.WEB) -> Note:
    """Say something along the way; the work goes on. Effects and errors as :func:`say_stuck`."""
    return _say(assignment, NoteKind.COMMENT, "assignment.commented", comment, by=by, via=via)


def answer(
    assignment: Assignment,
    verb: str,
    *,
    by: Employee,
    via: str,
    comment: str = "",
    new_due_on: datetime.date | None = None,
) -> None:
    """Give the assignee's answer: `done`, `more_time`, `stuck`, `not_mine` or `comment`; effects as the verbs above."""
    if verb == "done":
        complete(assignment, by=by, comment=comment, via=via)
    elif verb == "more_time" and new_due_on is not None:
        request_extension(assignment, new_due_on=new_due_on, reason=comment, by=by, via=via)
    elif verb == "stuck":
        say_stuck(assignment, comment=comment, by=by, via=via)
    elif verb == "not_mine":
        hand_back(assignment, by=by, comment=comment, via=via)
    elif verb == "comment":
        say(assignment, comment=comment, by=by, via=via)
    else:
        raise ValueError(verb)


# --- parts ---


def _move(
    assignment: Assignment,
    to: str,
    *,
    by: Employee | None,
    verb: str,
    expect: str | None = None,
    via: str = Via.WEB,
    **changes: Any,
) -> Event:
    lock(assignment)
    if expect is not None:
        _require(assignment, expect)
    return move(
        assignment, to, by=by, verb=verb, via=via, root=sources.root_of(assignment), data=_data(assignment), **changes
    )


def _end(
    assignment: Assignment, to: str, *, by: Employee | None, verb: str, via: str = Via.WEB, comment: str = ""
) -> Event:
    event = _move(
        assignment, to, by=by, verb=verb, via=via,
        ended_at=timezone.now(), ended_by=by, comment=comment, next_step_at=None,
    )  # fmt: skip
    revoke_links(assignment)
    _withdraw_extensions(assignment, by=by)
    return event


def _pass_on(
    assignment: Assignment, *, to: Employee, by: Employee | None, verb: str, via: str, kind: str, text: str
) -> Event:
    hold(assignment)
    _require(assignment, State.PLANNED, State.OPEN)
    if to.pk == assignment.assignee_id and assignment.open_offer is None:
        raise InvalidTransition(assignment, assignment.state, State.OPEN)
    previous, assignment.assignee = assignment.assignee, to
    assignment.save(update_fields=["assignee"])
    offering.settle(assignment)
    arm(assignment)
    revoke_links(assignment)
    _withdraw_extensions(assignment, by=by)
    note = _note(assignment, kind, text, by=by)
    event = _record(verb, assignment, by=by, via=via, data={"from": previous.pk, "to": to.pk, **note})
    source = sources.get(assignment.source_kind)
    if source.on_moved is not None:
        source.on_moved(assignment, previous, by)
    return event


def _set_going(assignment: Assignment, event: Event, *, by: Employee | None) -> None:
    if assignment.open_offer is not None:
        offering.offer_anew(assignment, event, by=by)
        return
    arm(assignment)
    _tell_assignee(assignment, event, by=by)


def _say(assignment: Assignment, kind: str, verb: str, text: str, *, by: Employee, via: str) -> Note:
    lock(assignment)
    _require(assignment, State.OPEN)
    last = Note.objects.filter(assignment=assignment).order_by("-id").first()
    if last is not None and (last.kind, last.author_id, last.text) == (kind, by.pk, text):
        return last
    note = Note.objects.create(assignment=assignment, kind=kind, author=by, text=text)
    event = _record(verb, assignment, by=by, via=via, data={"note": note.pk})
    helper = selectors.decider_of(assignment)
    if helper is not None and helper.pk != by.pk:
        notify(
            f"assignments.{kind}",
            to=helper,
            about=assignment,
            dedupe=str(event.pk),
            parameters=parameters(assignment, by=by),
        )
    return note


def _tell_assignee(assignment: Assignment, event: Event, *, by: Employee | None, email: bool = True) -> None:
    if by is not None and by.pk == assignment.assignee_id:
        return
    asker = assignment.requested_by or by
    notify(
        "assignments.assigned",
        to=assignment.assignee,
        about=assignment,
        dedupe=str(event.pk),
        parameters=parameters(assignment, by=asker if asker != assignment.assignee else by),
        urgency=Urgency.CRITICAL if assignment.is_critical else None,
        email=email,
        at=event.at,
    )

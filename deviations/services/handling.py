"""A case is received, sorted, analysed and given a plan."""

import datetime
from typing import Any

from django.utils import timezone

from deviations.enums import CommentVisibility, ReporterKind, Severity, State
from deviations.models import AccessGrant, Comment, Deviation, Hearing, WhyStep
from deviations.rules import may_know_reporter
from deviations.selectors import receivers_for, reporter_of, subject_ids_of
from deviations.services import injury_work
from hms.actions import services as actions
from hms.actions.models import ActionPlan
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.notifications.services import notify
from hms.organisations.models import Employee, Organisation


class StaleCase(Exception):
    """Somebody changed the case after the form was opened."""


def receive(deviation: Deviation, *, by: Employee, via: str = Via.WEB) -> None:
    """Take the case: state in progress, and the reporter sees who has it.

    Effects: state, time of receipt, event; the handling moves to the one who takes it; the reporter is told.

    Raises:
        InvalidTransition: when it is taken already, or closed.
    """
    lock(deviation)
    if deviation.state != State.NEW:
        raise InvalidTransition(deviation, deviation.state, State.IN_PROGRESS)
    move(deviation, State.IN_PROGRESS, by=by, via=via, verb="deviation.received", received_at=timezone.now())
    if deviation.handling is not None and deviation.handling.assignee_id != by.pk:
        assignments.hand_over(deviation.handling, to=by, by=by)
    tell_reporter("deviations.received", deviation, dedupe=f"received:{deviation.pk}", name=by.given_name)


def give_handling(
    deviation: Deviation,
    *,
    to: Employee,
    by: Employee | None,
    organisation: Organisation,
    at: datetime.datetime | None = None,
) -> None:
    """Put the case on somebody who has not got it from anybody: a new report, or one that came with a file.

    Effects: the handling assignment with its due date, access when confidential, a message. `at`: as for
    `assignments.assign`.
    """
    deviation.handling = assignments.assign(
        kind=Kind.HANDLE,
        title=deviation.number if deviation.is_confidential else deviation.title,
        to=to,
        due_on=handling_due_on(organisation),
        source=deviation,
        by=by,
        confidential=deviation.is_confidential,
        critical=deviation.severity == Severity.VERY_SERIOUS,
        at=at,
        is_root=True,
        email=not deviation.is_one_of_many,
    )
    deviation.save_without_historical_record(update_fields=["handling"])
    if deviation.is_confidential:
        AccessGrant.objects.get_or_create(
            deviation=deviation, employee=to, defaults={"granted_at": at or timezone.now()}
        )


def weight(deviation: Deviation) -> dict[str, bool]:
    """What makes a message about a case one that cannot wait."""
    return {"critical": True} if deviation.severity == Severity.VERY_SERIOUS else {}


def handling_due_on(organisation: Organisation) -> datetime.date:
    """When a case that is given to somebody today should be handled."""
    return timezone.localdate() + datetime.timedelta(days=organisation.handling_days)


def hand_over(deviation: Deviation, *, to: Employee, by: Employee | None, email: bool = True) -> None:
    """Give an open case to somebody else. `email`: False tells them in the inbox only.

    Effects: the handling moves, or begins when nobody had it; the plan follows; access when confidential; messages.

    Raises:
        InvalidTransition: when it is closed, theirs already, or about them; whistleblowing goes to its receivers only.
    """
    require_open(deviation)
    if not may_be_given(deviation, to):
        raise InvalidTransition(deviation, deviation.state, "hand over")
    if deviation.handling is None:
        give_handling(deviation, to=to, by=by, organisation=deviation.organisation)
        handler_changed(deviation, by=by)
    else:
        assignments.hand_over(deviation.handling, to=to, by=by, email=email)


def may_be_given(deviation: Deviation, person: Employee) -> bool:
    """Whether somebody may get a case: never one it is about; of whistleblowing only those who may receive it."""
    if deviation.is_whistleblowing:
        return person in receivers_for(deviation)
    return person.pk not in subject_ids_of(deviation)


def tell_reporter(message: str, deviation: Deviation, *, dedupe: str, **parameters: str) -> None:
    """Send the reporter a message, if there is anybody to send it to."""
    address = reporter_of(deviation) or deviation.reporter_email
    if address:
        notify(
            message,
            to=address,
            about=deviation,
            dedupe=dedupe,
            parameters={"case": deviation.number, **parameters},
        )


def say(
    deviation: Deviation,
    *,
    by: Employee | None,
    text: str,
    visibility: str = CommentVisibility.REPORTER,
    is_from_reporter: bool = False,
    created_at: datetime.datetime | None = None,
) -> tuple[Comment, bool]:
    """Add a comment to a locked case, and whether it is new.

    The same words by the same person to the same readers, with nothing said since, are a form sent twice.
    """
    words = {"author": by, "visibility": visibility, "is_from_reporter": is_from_reporter, "text": text}
    last = Comment.objects.filter(deviation=deviation).order_by("-id").select_related("author").first()
    if last is not None and all(getattr(last, name) == value for name, value in words.items()):
        return last, False
    return Comment.objects.create(deviation=deviation, created_at=created_at or timezone.now(), **words), True


def mark_answered(deviation: Deviation) -> None:
    """Keep when the reporter of a locked case was first written to by whoever handles it; set once."""
    if deviation.first_answered_at is None:
        deviation.first_answered_at = timezone.now()
        deviation.save(update_fields=["first_answered_at"])


def require_open(deviation: Deviation) -> None:
    """Lock the case, and refuse what a closed one does not allow, however it ended (InvalidTransition).

    Called by every verb that changes what a case says; a trigger in the database holds the same. What a closed case
    does allow: to be opened again, rated, told as a good example, commented on, linked, and given its cost.
    """
    lock(deviation)
    if deviation.state == State.CLOSED:
        raise InvalidTransition(deviation, deviation.state, "change")


def triage(deviation: Deviation, *, by: Employee, version: int, **fields: Any) -> None:
    """Sort the case: title, kind, severity, place, what was done at once.

    Args:
        version: the version the form was opened on.
        fields: model fields and their new values.

    Effects: a new case is received first; changed fields are saved, the version counts up, an event names
    the fields.

    Raises:
        StaleCase: when somebody else changed it meanwhile.
        InvalidTransition: when it is closed.
    """
    require_open(deviation)
    if deviation.version != version:
        raise StaleCase
    if deviation.state == State.NEW:
        receive(deviation, by=by)
    changed = [name for name, value in fields.items() if getattr(deviation, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(deviation, name, fields[name])
    deviation.version += 1
    deviation.save(update_fields=[*changed, "version"])
    _follow_title(deviation, changed)
    record("deviation.triaged", deviation, by=by, data={"fields": sorted(changed)})


def _follow_title(deviation: Deviation, changed: list[str]) -> None:
    if "title" not in changed or deviation.is_confidential:
        return
    for holder in (deviation.handling, deviation.plan):
        if holder is not None:
            holder.title = deviation.title
            holder.save(update_fields=["title"])


def analyse(deviation: Deviation, *, by: Employee, why: list[str], causes: list[str], version: int) -> None:
    """Write down why it happened: the chain of «why», the last of which is the root cause, and categories.

    Raises:
        StaleCase: when somebody else changed it meanwhile.
        InvalidTransition: when it is closed.
    """
    require_open(deviation)
    if deviation.version != version:
        raise StaleCase
    if deviation.state == State.NEW:
        receive(deviation, by=by)
    WhyStep.objects.filter(deviation=deviation).delete()
    last = len(why) - 1
    WhyStep.objects.bulk_create(
        WhyStep(deviation=deviation, position=position, text=text, is_root=position == last and last > 0)
        for position, text in enumerate(why)
    )
    deviation.causes = causes
    deviation.version += 1
    deviation.save(update_fields=["causes", "version"])
    record("deviation.analysed", deviation, by=by)


def start_plan(deviation: Deviation, *, by: Employee) -> ActionPlan:
    """The case's action plan, created when there is none; the handler owns it."""
    require_open(deviation)
    if deviation.state == State.NEW:
        receive(deviation, by=by)
    return actions.start_plan(
        deviation,
        title=deviation.number if deviation.is_confidential else deviation.title,
        unit=deviation.unit,
        owner=deviation.handling.assignee if deviation.handling else by,
        by=by,
        confidential=deviation.is_confidential,
    )


def set_confidential(deviation: Deviation, *, by: Employee) -> None:
    """Make the case confidential: from now on only the access list opens it.

    Effects: the handler and the one who does it are on the list; assignments and plan are masked; event. What was
    merged into it becomes confidential too, because it gets the same answer; whoever was asked for their view no
    longer reads what was reported. There is no way back: what was confidential stays so.
    """
    require_open(deviation)
    if deviation.is_confidential:
        raise InvalidTransition(deviation, deviation.state, "confidential")
    _seal(deviation, by=by)
    for merged in Deviation.objects.filter(merged_into=deviation, is_confidential=False).order_by("pk"):
        lock(merged)
        _seal(merged, by=by)


def _seal(deviation: Deviation, *, by: Employee) -> None:
    deviation.is_confidential = True
    deviation.version += 1
    deviation.save(update_fields=["is_confidential", "version"])
    record("deviation.made_confidential", deviation, by=by)
    names = {by.pk, deviation.handling.assignee_id if deviation.handling else by.pk}
    AccessGrant.objects.bulk_create(
        [AccessGrant(deviation=deviation, employee_id=pk) for pk in names], ignore_conflicts=True
    )
    if deviation.handling is not None:
        assignments.make_confidential(deviation.handling, title=deviation.number)
    if deviation.plan is not None:
        actions.make_confidential(deviation.plan, title=deviation.number)
    injury_work.make_confidential(deviation)
    for hearing in Hearing.objects.filter(deviation=deviation).select_related("assignment"):
        hearing.shows_case = False
        hearing.save(update_fields=["shows_case"])
        if hearing.assignment is not None:
            assignments.make_confidential(hearing.assignment, title=deviation.number)


def grant_access(deviation: Deviation, *, to: Employee, by: Employee) -> None:
    """Put a name on a confidential case's access list.

    Raises:
        InvalidTransition: when it is closed, or about them.
    """
    require_open(deviation)
    if to.pk in subject_ids_of(deviation):
        raise InvalidTransition(deviation, deviation.state, "access")
    _grant, created = AccessGrant.objects.get_or_create(deviation=deviation, employee=to)
    if created:
        record("deviation.access_granted", deviation, by=by, data={"employee": to.pk, "to": to.given_name})


def handler_changed(deviation: Deviation, *, by: Employee | None) -> None:
    """React to the handling having moved: a new handler of a confidential case must be able to open it."""
    handler = deviation.handling.assignee
    if deviation.is_confidential:
        AccessGrant.objects.get_or_create(
            deviation=deviation, employee=handler, defaults={"as_receiver": deviation.is_whistleblowing}
        )
    _ask_hidden_reporter(deviation, handler)
    if deviation.plan is not None:
        deviation.plan.owner = handler
        deviation.plan.save(update_fields=["owner"])
    injury_work.follow_handler(deviation, handler, by=by)


def _ask_hidden_reporter(deviation: Deviation, handler: Employee) -> None:
    """The name does not follow a case that is handed over: the reporter is asked whether the new one may know it."""
    if deviation.reporter_kind == ReporterKind.HIDDEN and not may_know_reporter(handler, deviation):
        tell_reporter(
            "deviations.other_handler",
            deviation,
            dedupe=f"other-handler:{deviation.pk}:{handler.pk}",
            name=handler.given_name,
        )

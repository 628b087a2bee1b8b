"""A case whose content is whistleblowing is moved to its receivers, and out of everything that others see.

Working Environment Act chapter 2A: content decides what is whistleblowing, not the channel it came by.
"""

import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from deviations import rules
from deviations.enums import CASE_REPORT, State
from deviations.models import (
    AccessGrant,
    Deviation,
    Reclassification,
    WhistleblowingReceiver,
    WhistleblowingSettings,
    WhistleblowingSubject,
)
from deviations.selectors import receivers_for, reporter_of
from deviations.services import injury_work
from deviations.services.handling import give_handling, require_open, tell_reporter
from deviations.services.hearings import close_hearings
from deviations.services.merging import take_out_all
from hms.actions.models import ActionPlan
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.assignments.selectors import assignments_of
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.notifications.services import notify, take_back
from hms.organisations.models import Employee
from hms.reports import services as reports


class NobodyReceives(Exception):
    """Every receiver is in conflict, or there is none: the case may not be moved to nobody."""


def make_whistleblowing(
    deviation: Deviation, *, by: Employee, reason: str, about: Employee | None = None
) -> list[Employee]:
    """Move a case to the receivers of whistleblowing.

    Effects, in one transaction: it is whistleblowing and confidential; whom it is about is kept; the access list is
    its receivers and nobody else; hearings are closed, and what was merged into it goes on by itself; handling and
    plan, ended work too, are the first receiver's, and every link, offer and helper is gone; what others were told is
    taken out of their inboxes and the outbox, and PDFs they asked for are removed; the reason is kept, with who had
    been told; an event. Receivers and reporter are told.

    Returns:
        The receivers, the one who has it first.

    Raises:
        NobodyReceives: when nobody may receive it; then nothing has changed.
        InvalidTransition: when it is closed, or whistleblowing already.
    """
    require_open(deviation)
    if deviation.is_whistleblowing:
        raise InvalidTransition(deviation, deviation.state, "whistleblowing")
    receivers = receivers_for(deviation, about=[about])
    if not receivers:
        raise NobodyReceives
    if about is not None:
        WhistleblowingSubject.objects.get_or_create(deviation=deviation, employee=about)
    close_hearings(deviation, by=by)
    take_out_all(deviation, by=by)
    deviation.is_confidential = deviation.is_whistleblowing = True
    deviation.version += 1
    deviation.save(update_fields=["is_confidential", "is_whistleblowing", "version"])
    _open_to(deviation, receivers)
    told = _close_to_others(deviation, receivers, by=by)
    kept = Reclassification.objects.create(deviation=deviation, to_whistleblowing=True, reason=reason, by=by, told=told)
    record("deviation.made_whistleblowing", kept, by=by, root=deviation)
    for receiver in receivers:
        _tell_receiver(deviation, receiver, occurrence=str(kept.pk))
    tell_reporter("deviations.whistleblowing", deviation, dedupe=f"whistleblowing:{kept.pk}")
    return receivers


def make_deviation(deviation: Deviation, *, by: Employee, reason: str) -> None:
    """Say that it was not whistleblowing: a confidential deviation again, with its receivers on the access list.

    Effects: the class; the reason is kept; an event; the reporter is told. Whoever it is about still sees nothing.

    Raises:
        InvalidTransition: when it is closed, or no whistleblowing.
    """
    require_open(deviation)
    if not deviation.is_whistleblowing:
        raise InvalidTransition(deviation, deviation.state, "deviation")
    deviation.is_whistleblowing = False
    deviation.version += 1
    deviation.save(update_fields=["is_whistleblowing", "version"])
    AccessGrant.objects.filter(deviation=deviation).update(as_receiver=False)
    kept = Reclassification.objects.create(deviation=deviation, to_whistleblowing=False, reason=reason, by=by)
    record("deviation.made_deviation", kept, by=by, root=deviation)
    tell_reporter("deviations.not_whistleblowing", deviation, dedupe=f"not-whistleblowing:{kept.pk}")


def add_subject(deviation: Deviation, *, person: Employee, by: Employee) -> None:
    """Say that whistleblowing is about somebody (too).

    Effects: they are kept; receivers who are in conflict now lose it, with the work they had in it; an event.

    Raises:
        NobodyReceives: when nobody would be left; then nothing has changed.
        InvalidTransition: when it is closed, or no whistleblowing.
    """
    require_open(deviation)
    if not deviation.is_whistleblowing:
        raise InvalidTransition(deviation, deviation.state, "subject")
    left = receivers_for(deviation, about=[person])
    if not left:
        raise NobodyReceives
    _subject, is_new = WhistleblowingSubject.objects.get_or_create(deviation=deviation, employee=person)
    if not is_new:
        return
    record("deviation.subject_added", deviation, by=by, data={"employee": person.pk})
    _open_to(deviation, left, but_keep_given=True)
    AccessGrant.objects.filter(deviation=deviation, employee=person).delete()
    _close_to_others(deviation, left, by=by, only_work_of_others=True)


def _open_to(deviation: Deviation, receivers: list[Employee], *, but_keep_given: bool = False) -> None:
    gone = AccessGrant.objects.filter(deviation=deviation).exclude(employee__in=receivers)
    (gone.filter(as_receiver=True) if but_keep_given else gone).delete()
    for receiver in receivers:
        AccessGrant.objects.update_or_create(deviation=deviation, employee=receiver, defaults={"as_receiver": True})


def _close_to_others(
    deviation: Deviation, receivers: list[Employee], *, by: Employee, only_work_of_others: bool = False
) -> list[int]:
    """Seal the work, and take back what others were told. Returns ids of those who had been told."""
    first = receivers[0]
    allowed = {receiver.pk for receiver in receivers}
    work = _work_in(deviation)
    for assignment in work:
        if only_work_of_others and assignment.assignee_id in allowed:
            continue
        assignments.seal(assignment, to=first, by=by, title=deviation.number)
        if assignment.kind in {Kind.STATEMENT, Kind.REPLY} and assignment.state == AssignmentState.OPEN:
            # Consultation on a plan that nobody outside may know of.
            assignments.cancel(assignment, by=by)
    if deviation.handling is None:
        give_handling(deviation, to=first, by=by, organisation=deviation.organisation)
    else:
        # What was read before the row was sealed.
        deviation.handling.refresh_from_db()
    if deviation.plan is not None:
        _seal_plan(deviation.plan, owner=first, title=deviation.number)
    reporter = reporter_of(deviation)
    keep = allowed | ({reporter.pk} if reporter else set())
    about: list[models.Model] = [deviation, *work]
    if deviation.plan is not None:
        about += [deviation.plan, *deviation.plan.actions.all(), *deviation.plan.statements.all()]
    reports.take_back(CASE_REPORT, but=keep, deviation=deviation.pk)
    return take_back(*about, but=keep)


def _work_in(deviation: Deviation) -> list[Assignment]:
    plan = deviation.plan
    sources: list[Any] = [deviation, *injury_work.sources_of(deviation), *deviation.hearings.all()]
    if plan is not None:
        sources += [plan, *plan.actions.all(), *plan.statements.all()]
    return [assignment for source in sources for assignment in assignments_of(source)]


def _seal_plan(plan: ActionPlan, *, owner: Employee, title: str) -> None:
    lock(plan)
    plan.is_confidential, plan.title, plan.owner = True, title, owner
    plan.save(update_fields=["is_confidential", "title", "owner"])


def _tell_receiver(deviation: Deviation, receiver: Employee, *, occurrence: str) -> None:
    notify(
        "deviations.whistleblowing_received",
        to=receiver,
        about=deviation,
        dedupe=f"whistleblowing:{occurrence}",
        parameters={"case": deviation.number},
    )


# --- who receives ---


def add_receiver(
    *, employee: Employee, position: int, is_outside_line: bool, starts_on: datetime.date, by: Employee
) -> WhistleblowingReceiver:
    """Let somebody receive whistleblowing from a day.

    Effects: the receiver; an event. They have no access to older cases, but to those that nobody else may receive
    any more.
    """
    receiver = WhistleblowingReceiver.objects.create(
        employee=employee, position=position, is_outside_line=is_outside_line, starts_on=starts_on
    )
    record("whistleblowing.receiver_added", receiver, by=by, data={"employee": employee.pk})
    _give_what_nobody_has(by=by)
    return receiver


def end_receiver(receiver: WhistleblowingReceiver, *, by: Employee) -> None:
    """Let somebody receive no more, from now on; one who was to begin later never does.

    Effects: the period ends yesterday; their open cases go to the next who may receive them; an event.

    Raises:
        NobodyReceives: when they have an open case that nobody else may receive.
        InvalidTransition: when it has ended already.
    """
    lock(receiver)
    today = timezone.localdate()
    if receiver.ends_on is not None and receiver.ends_on < today:
        raise InvalidTransition(receiver, "ended", "ended")
    person = receiver.employee
    theirs = Deviation.everything.select_related("handling__assignee", "plan", "organisation").filter(
        is_whistleblowing=True, access_grants__employee=person, access_grants__as_receiver=True
    )
    # Asked before anything is written: nobody is left half ended.
    taking_over = [(case, [other for other in receivers_for(case) if other != person]) for case in theirs]
    if any(not others for case, others in taking_over if case.state != State.CLOSED):
        raise NobodyReceives
    record("whistleblowing.receiver_ended", receiver, by=by, data={"employee": person.pk})
    if receiver.starts_on >= today:
        receiver.delete()
    else:
        receiver.ends_on = today - datetime.timedelta(days=1)
        receiver.save(update_fields=["ends_on"])
    for deviation, others in taking_over:
        had_it = deviation.handling is not None and deviation.handling.assignee_id == person.pk
        _open_to(deviation, others, but_keep_given=True)
        if others:
            _close_to_others(deviation, others, by=by, only_work_of_others=True)
            if had_it:
                _tell_receiver(deviation, others[0], occurrence=f"after:{receiver.pk}")


def _give_what_nobody_has(*, by: Employee) -> None:
    for deviation in Deviation.everything.select_related("handling__assignee", "plan", "organisation").filter(
        is_whistleblowing=True
    ):
        if any(rules.receives(grant.employee, deviation) for grant in _receiving(deviation)):
            continue
        receivers = receivers_for(deviation)
        if receivers:
            _open_to(deviation, receivers, but_keep_given=True)
            _close_to_others(deviation, receivers, by=by, only_work_of_others=True)
            for receiver in receivers:
                _tell_receiver(deviation, receiver, occurrence=f"nobody:{deviation.version}")


def _receiving(deviation: Deviation) -> models.QuerySet[AccessGrant]:
    return AccessGrant.objects.filter(deviation=deviation, as_receiver=True).select_related("employee")


def change_wishes(*, by: Employee, **wishes: str) -> None:
    """Keep what the organisation says about whistleblowing (`routine_url`, `routine_text`, `contact`)."""
    settings, _is_new = WhistleblowingSettings.objects.update_or_create(defaults=wishes)
    record("whistleblowing.settings_changed", settings, by=by, data={"fields": sorted(wishes)})

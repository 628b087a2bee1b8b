"""Authorities are told of death, serious injury and electrical accidents; a case stays open until they are."""

import datetime
from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from deviations.enums import Severity, State
from deviations.injury_enums import OF_ELECTRICITY, OF_SERIOUS
from deviations.injury_rules import reads_register
from deviations.models import Deviation, Notice, NoticeList
from deviations.selectors import openable_by, subject_ids_of
from deviations.services import injury_work
from deviations.services.handling import receive, require_open
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition
from hms.files.services import attach
from hms.notifications.services import notify
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.selectors import holders, safety_reps_of


class WrongTime(Exception):
    """Done before it happened, or in the future."""


def declare(deviation: Deviation, *, by: Employee, is_serious: bool, is_electric: bool) -> NoticeList | None:
    """Say that somebody died or was seriously injured (aml. § 5-2), or that electricity was involved.

    Effects, the first time each is said: a new case is received; the checklist with what the law asks for; a task for
    the handler, critical when it is serious, due today; a serious one makes the case very serious, and safety
    representatives, HSE managers and top leaders are told once, without what happened; an event. Nothing when both
    were said before, or neither is.

    Raises:
        InvalidTransition: when the case is closed.
    """
    if not is_serious and not is_electric:
        return None
    require_open(deviation)
    known = NoticeList.objects.filter(deviation=deviation).select_related("assignment__assignee").first()
    new_serious = is_serious and not (known and known.is_serious)
    new_electric = is_electric and not (known and known.is_electric)
    if known is not None and not new_serious and not new_electric:
        return known
    if deviation.state == State.NEW:
        receive(deviation, by=by)
    checklist = known or NoticeList(deviation=deviation, declared_by=by)
    checklist.is_serious = checklist.is_serious or is_serious
    checklist.is_electric = checklist.is_electric or is_electric
    checklist.save()
    wanted = [*(OF_SERIOUS if checklist.is_serious else ()), *(OF_ELECTRICITY if checklist.is_electric else ())]
    Notice.objects.bulk_create(
        [Notice(deviation=deviation, kind=kind) for kind in wanted], ignore_conflicts=True
    )  # fmt: skip
    if new_serious and deviation.has_severity and deviation.severity != Severity.VERY_SERIOUS:
        deviation.severity = Severity.VERY_SERIOUS
        deviation.version += 1
        deviation.save(update_fields=["severity", "version"])
    data = {"serious": checklist.is_serious, "electric": checklist.is_electric}
    record("deviation.notices_began", checklist, by=by, root=deviation, data=data)
    _count(deviation)
    _give_task(checklist, deviation, by=by, anew=new_serious)
    if new_serious:
        _tell_others(deviation, by=by)
    return checklist


def _give_task(checklist: NoticeList, deviation: Deviation, *, by: Employee, anew: bool) -> None:
    """One open task while something is left to do; what was routine becomes critical by a new one."""
    task = checklist.assignment
    if task is not None and task.state == AssignmentState.OPEN:
        if not anew:
            return
        injury_work.end(task, by=by, done=False)
    checklist.assignment = injury_work.give(
        checklist, deviation=deviation, by=by, due_on=timezone.localdate(), critical=checklist.is_serious
    )
    checklist.save(update_fields=["assignment"])


def _tell_others(deviation: Deviation, *, by: Employee) -> None:
    """Tell the safety representatives (aml. § 6-2), the HSE managers and the top leaders, once.

    Somebody who may not open the case is told where the register is, without its number. Of whistleblowing nobody is.
    """
    if deviation.is_whistleblowing:
        return
    handler = deviation.handling.assignee_id if deviation.handling else None
    left_out = subject_ids_of(deviation) | {by.pk, handler}
    people = {person.pk: person for person in safety_reps_of(deviation.unit)}
    people |= {person.pk: person for person in holders(Role.HSE_MANAGER, Role.TOP_LEADER).order_by("id")}
    for pk, person in people.items():
        if pk in left_out:
            continue
        opens = openable_by(person).filter(pk=deviation.pk).exists()
        notify(
            "deviations.serious" if opens else "deviations.serious_elsewhere",
            to=person,
            about=deviation,
            dedupe=f"serious:{deviation.pk}",
            parameters={"case": deviation.number} if opens else {"register": reads_register(person)},
        )


def settle(
    notice: Notice,
    *,
    by: Employee,
    done_at: datetime.datetime,
    done_by: Employee,
    reference: str,
    files: Iterable[UploadedFile] = (),
) -> None:
    """Keep that an authority was told: when, by whom, and the receipt.

    Effects: the notice; its files; an event; when nothing is left, the task is done. May be put right while the case
    is open.

    Raises:
        WrongTime: in the future, or before it happened.
        FileRejected: when a file cannot be taken.
        InvalidTransition: when the case is closed.
    """
    deviation = notice.deviation
    require_open(deviation)
    now = timezone.now()
    if done_at > now or done_at < happened_at(deviation):
        raise WrongTime
    notice.done_at, notice.done_by, notice.reference = done_at, done_by, reference
    _settle(notice, by=by, now=now, not_called_for="")
    for file in files:
        attach(file, owner=notice, by=by)
    record("deviation.notice_done", notice, by=by, root=deviation, data={"kind": notice.kind})
    _finish(deviation, by=by)


def set_aside(notice: Notice, *, by: Employee, reason: str) -> None:
    """Say why an authority need not be told.

    Effects: the reason in place of a receipt; an event; when nothing is left, the task is done.

    Raises:
        InvalidTransition: when the case is closed, or no reason is given.
    """
    deviation = notice.deviation
    require_open(deviation)
    if not reason.strip():
        raise InvalidTransition(deviation, deviation.state, "set aside")
    notice.done_at, notice.done_by, notice.reference = None, None, ""
    _settle(notice, by=by, now=timezone.now(), not_called_for=reason.strip())
    record("deviation.notice_set_aside", notice, by=by, root=deviation, data={"kind": notice.kind})
    _finish(deviation, by=by)


def _settle(notice: Notice, *, by: Employee, now: datetime.datetime, not_called_for: str) -> None:
    notice.not_called_for, notice.settled_by, notice.settled_at = not_called_for, by, now
    notice.save(update_fields=["done_at", "done_by", "reference", "not_called_for", "settled_by", "settled_at"])


def _finish(deviation: Deviation, *, by: Employee) -> None:
    if _count(deviation):
        return
    checklist = NoticeList.objects.select_related("assignment__assignee").get(deviation=deviation)
    injury_work.end(checklist.assignment, by=by, done=True)


def _count(deviation: Deviation) -> int:
    """Keep on the locked case how many are left: the database lets no case close while there are any."""
    deviation.open_notices = Notice.objects.filter(deviation=deviation, settled_at__isnull=True).count()
    deviation.save_without_historical_record(update_fields=["open_notices"])
    return deviation.open_notices


def happened_at(deviation: Deviation) -> datetime.datetime:
    """The first moment at which something could have been done about it: the time when it is known, else the day's."""
    return timezone.make_aware(
        datetime.datetime.combine(deviation.occurred_on, deviation.occurred_at_time or datetime.time())
    )

"""Injured people are recorded in the register, reported to NAV, and their absence is followed."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from deviations import rules
from deviations.enums import ReporterKind, State
from deviations.injury_enums import InjuredKind
from deviations.models import Deviation, Injury, NavReport
from deviations.services import injury_work
from deviations.services.handling import StaleCase, receive, require_open
from deviations.services.notices import declare
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.organisations.models import Employee

# «Soonest» (folketrygdloven § 13-14): the task is due after so many days, and never after the year is over.
NAV_TASK_DAYS = 7
ABSENCE = ("absence", "absent_from", "absent_until", "absent_days")


def record_injury(deviation: Deviation, *, by: Employee, key: uuid.UUID | None = None, **fields: Any) -> Injury:
    """Add an entry to the register.

    Effects: a new case is received; the entry; an event that names nobody; the checklist when authorities must be told;
    a task to report it to NAV when that is suggested.

    Args:
        key: of the form; sent again, it answers the entry there is, and nothing more happens.
        fields: of the model. `employee`, `name` or `is_reporter` say who it was; none of them: nobody by name.

    Raises:
        InvalidTransition: when the case is closed.
    """
    require_open(deviation)
    known = Injury.objects.filter(deviation=deviation, idempotency_key=key).first() if key is not None else None
    if known is not None:
        return known
    if deviation.state == State.NEW:
        receive(deviation, by=by)
    injury = Injury(deviation=deviation, recorded_by=by, recorded_at=timezone.now(), idempotency_key=key, **fields)
    _keep_reporter_unnamed(injury, by=by)
    injury.save()
    record("deviation.injury_recorded", injury, by=by, root=deviation)
    _follow(injury, by=by)
    return injury


def change_injury(injury: Injury, *, by: Employee, version: int, **fields: Any) -> None:
    """Put an entry right.

    Effects: changed fields; the version counts up; an event that names the fields; checklist and NAV as above.

    Raises:
        StaleCase: when somebody else changed it meanwhile.
        InvalidTransition: when the case is closed.
    """
    require_open(injury.deviation)
    _change(injury, by=by, version=version, fields=fields)


def change_absence(injury: Injury, *, by: Employee, version: int, **fields: Any) -> None:
    """Keep how long somebody was away; also after the case is closed, because it often is.

    Effects and errors as :func:`change_injury`, but for the closed case.
    """
    lock(injury.deviation)
    _change(injury, by=by, version=version, fields={name: fields[name] for name in ABSENCE})


def _change(injury: Injury, *, by: Employee, version: int, fields: dict[str, Any]) -> None:
    lock(injury)
    if injury.version != version:
        raise StaleCase
    before = {field.attname: getattr(injury, field.attname) for field in injury._meta.concrete_fields}
    for name, value in fields.items():
        setattr(injury, name, value)
    if injury.employee_id != before["employee_id"] or injury.is_reporter:
        # A name that stands in the history already says no more for standing here too; a flag beside it would.
        _keep_reporter_unnamed(injury, by=by)
    changed = [
        field.name
        for field in injury._meta.concrete_fields
        if getattr(injury, field.attname) != before[field.attname]
    ]  # fmt: skip
    if not changed:
        return
    injury.version += 1
    injury.save(update_fields=[*changed, "version"])
    record(
        "deviation.injury_changed", injury, by=by, root=injury.deviation, data={"fields": sorted(changed)}
    )  # fmt: skip
    _follow(injury, by=by)


def remove_injury(injury: Injury, *, by: Employee) -> None:
    """Take an entry that was a mistake out of the register; history keeps it.

    Effects: the entry is gone; a task to report it to NAV is called off; an event.

    Raises:
        InvalidTransition: when the case is closed.
    """
    deviation = injury.deviation
    require_open(deviation)
    lock(injury)
    report = NavReport.objects.select_related("assignment__assignee").filter(injury=injury).first()
    if report is not None:
        injury_work.end(report.assignment, by=by, done=False)
    record("deviation.injury_removed", injury, by=by, root=deviation)
    injury.delete()


def _keep_reporter_unnamed(injury: Injury, *, by: Employee) -> None:
    """Where the injured is a reporter whose name stands elsewhere, it does not stand here too.

    Only when the one who writes knows that: to somebody else the name that vanishes would say who reported.
    """
    deviation, known = injury.deviation, rules.reporter_id_of(injury.deviation)
    if injury.is_reporter and deviation.reporter_kind == ReporterKind.EMPLOYEE:
        injury.is_reporter, injury.employee_id = False, known
        injury.person_kind = InjuredKind.EMPLOYEE
    if (
        deviation.reporter_kind == ReporterKind.HIDDEN
        and injury.employee_id is not None
        and injury.employee_id == known
        and rules.may_know_reporter(by, deviation)
    ):
        injury.is_reporter, injury.employee = True, None
    if injury.is_reporter:
        injury.employee, injury.name = None, ""


def _follow(injury: Injury, *, by: Employee) -> None:
    """What an entry sets going."""
    if injury.deviation.state != State.CLOSED:
        declare(injury.deviation, by=by, is_serious=injury.is_notifiable, is_electric=injury.is_electric)
    if injury.belongs_to_nav and not NavReport.objects.filter(injury=injury).exists():
        start_nav_report(injury, by=by)


# --- NAV ---


def start_nav_report(injury: Injury, *, by: Employee) -> NavReport:
    """Make the report to NAV a task for whoever handles the case; the one there is already, when there is one.

    Effects: the report, not sent yet; a task with the law's «soonest» as its due date; an event.
    """
    lock(injury.deviation)
    known = NavReport.objects.filter(injury=injury).first()
    if known is not None:
        return known
    report = NavReport.objects.create(injury=injury)
    soon = timezone.localdate() + datetime.timedelta(days=NAV_TASK_DAYS)
    due_on = max(min(soon, injury.nav_limit), timezone.localdate())
    report.assignment = injury_work.give(report, deviation=injury.deviation, by=by, due_on=due_on, critical=False)
    report.save(update_fields=["assignment"])
    record("deviation.nav_began", report, by=by, root=injury.deviation)
    return report


def keep_nav_receipt(report: NavReport, *, by: Employee, sent_on: datetime.date, reference: str) -> None:
    """Keep that the report was sent, and NAV's reference; also after the case is closed.

    Effects: the receipt; the task is done; an event.

    Raises:
        InvalidTransition: when it was sent before it happened or in the future, or has no reference.
    """
    deviation = report.injury.deviation
    lock(deviation)
    if not report.injury.occurred_on <= sent_on <= timezone.localdate() or not reference.strip():
        raise InvalidTransition(report, "", "sent")
    _settle_nav(report, by=by, sent_on=sent_on, reference=reference.strip(), not_needed="")
    record("deviation.nav_sent", report, by=by, root=deviation)
    injury_work.end(report.assignment, by=by, done=True)


def need_no_nav_report(report: NavReport, *, by: Employee, reason: str) -> None:
    """Say why NAV needs no report. Effects: the reason; the task is called off; an event.

    Raises:
        InvalidTransition: when no reason is given.
    """
    deviation = report.injury.deviation
    lock(deviation)
    if not reason.strip():
        raise InvalidTransition(report, "", "not needed")
    _settle_nav(report, by=by, sent_on=None, reference="", not_needed=reason.strip())
    record("deviation.nav_not_needed", report, by=by, root=deviation)
    injury_work.end(report.assignment, by=by, done=False)


def _settle_nav(report: NavReport, *, by: Employee, **fields: Any) -> None:
    lock(report)
    for name, value in fields.items():
        setattr(report, name, value)
    report.settled_by, report.settled_at = by, timezone.now()
    report.save(update_fields=[*fields, "settled_by", "settled_at"])

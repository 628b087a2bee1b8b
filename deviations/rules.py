"""Who may do what with a case."""

import datetime

import rules
from django.utils import timezone

from deviations.enums import ReporterKind, State
from deviations.models import (
    AccessGrant,
    Deviation,
    HiddenReporter,
    IdentityGrant,
    WhistleblowingReceiver,
    WhistleblowingSubject,
)
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.people import current, reach

REOPEN_DAYS = 30


def reporter_id_of(deviation: Deviation) -> int | None:
    """Id of the employee who reported, hidden or not; read once for each object."""
    if deviation.reporter_kind != ReporterKind.HIDDEN:
        return deviation.reporter_id
    known: int | None = getattr(deviation, "_hidden_reporter_id", None)
    if known is None:
        hidden = HiddenReporter.objects.filter(deviation=deviation)
        known = deviation._hidden_reporter_id = hidden.values_list("employee_id", flat=True).first()  # type: ignore[attr-defined]
    return known


@rules.predicate
def is_reporter(employee: Employee, deviation: Deviation) -> bool:
    return reporter_id_of(deviation) == employee.pk


@rules.predicate
def is_handler(employee: Employee, deviation: Deviation) -> bool:
    """The assigned handler; for an ordinary case also the unit's managers upward and the HSE manager.

    Never the one the case is about. Whistleblowing is handled by its receivers and nobody else.
    """
    if deviation.concerns_id == employee.pk:
        return False
    if deviation.is_whistleblowing:
        return receives(employee, deviation)
    if deviation.handling_id is not None and deviation.handling.assignee_id == employee.pk:
        return True
    if deviation.is_confidential:
        return False
    his = reach(employee)
    return deviation.unit_id in his.managed_unit_ids or his.has(Role.HSE_MANAGER)


@rules.predicate
def is_within_reopening(employee: Employee, deviation: Deviation) -> bool:
    return may_still_reopen(deviation)


def may_still_reopen(deviation: Deviation) -> bool:
    """A reporter may reopen within 30 days of the closing (domain.md section 4)."""
    return (
        deviation.state == State.CLOSED
        and deviation.closed_at is not None
        and timezone.now() - deviation.closed_at <= datetime.timedelta(days=REOPEN_DAYS)
    )


@rules.predicate
def sees_internal_comments(employee: Employee, deviation: Deviation) -> bool:
    """Everybody who may see the case in a role, not only as its reporter."""
    if is_handler(employee, deviation):
        return True
    return deviation.is_confidential is False and deviation.unit_id in reach(employee).safety_unit_ids


@rules.predicate
def only_inspects(employee: Employee, deviation: Deviation) -> bool:
    """An inspector reads and leaves no trace; with a part in the case besides, they are that part."""
    return reach(employee).has(Role.INSPECTOR) and not (
        is_reporter(employee, deviation) or sees_internal_comments(employee, deviation)
    )


@rules.predicate
def is_importer(employee: Employee, obj: object = None) -> bool:
    return reach(employee).has(Role.HSE_MANAGER)


# --- who reported ---


def may_know_reporter(employee: Employee, deviation: Deviation) -> bool:
    """Whether a hidden reporter has let somebody know who they are (they know it themself)."""
    if is_reporter(employee, deviation):
        return True
    return IdentityGrant.objects.filter(deviation=deviation, employee=employee).exists()


@rules.predicate
def handler_knows_not(employee: Employee, deviation: Deviation) -> bool:
    """Whether the case has a handler who has not been told who a hidden reporter is."""
    if deviation.reporter_kind != ReporterKind.HIDDEN or deviation.handling_id is None:
        return False
    return not may_know_reporter(deviation.handling.assignee, deviation)


# --- whistleblowing ---


def is_current_receiver(employee: Employee) -> bool:
    """Whether somebody receives whistleblowing today; kept on the object as its reach is."""
    known: bool | None = getattr(employee, "_receives_whistleblowing", None)
    if known is None:
        known = WhistleblowingReceiver.objects.filter(current(), employee=employee).exists()
        employee._receives_whistleblowing = known  # type: ignore[attr-defined]
    return known


@rules.predicate
def receives(employee: Employee, deviation: Deviation) -> bool:
    """A receiver of this whistleblowing: named today, given access to it, and not one it is about."""
    if not deviation.is_whistleblowing or deviation.concerns_id == employee.pk or not is_current_receiver(employee):
        return False
    if WhistleblowingSubject.objects.filter(deviation=deviation, employee=employee).exists():
        return False
    return AccessGrant.objects.filter(deviation=deviation, employee=employee, as_receiver=True).exists()


@rules.predicate
def may_be_reclassified(employee: Employee, deviation: Deviation) -> bool:
    """By whoever handles it, or a receiver who knows of it: content decides, not the channel it came by."""
    if deviation.is_whistleblowing or deviation.concerns_id == employee.pk:
        return False
    return is_handler(employee, deviation) or (is_current_receiver(employee) and not is_reporter(employee, deviation))


rules.add_perm("deviations.view", rules.always_true)
rules.add_perm("deviations.comment", ~only_inspects)
rules.add_perm("deviations.add_details", is_reporter | is_handler)
rules.add_perm("deviations.handle", is_handler)
rules.add_perm("deviations.view_internal", sees_internal_comments)
rules.add_perm("deviations.reopen", is_handler | (is_reporter & is_within_reopening))
rules.add_perm("deviations.import", is_importer)
rules.add_perm("deviations.share_identity", is_reporter & handler_knows_not)
rules.add_perm("deviations.make_whistleblowing", may_be_reclassified)
rules.add_perm("deviations.receive_whistleblowing", receives)

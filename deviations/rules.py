"""Who may do what with a case."""

import datetime

import rules
from django.utils import timezone

from deviations.enums import State
from deviations.models import Deviation, SavedView
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.people import reach

REOPEN_DAYS = 30


@rules.predicate
def is_reporter(employee: Employee, deviation: Deviation) -> bool:
    return deviation.reporter_id is not None and deviation.reporter_id == employee.pk


@rules.predicate
def is_handler(employee: Employee, deviation: Deviation) -> bool:
    """The assigned handler; for an ordinary case also the unit's managers upward and the HSE manager.

    Never the one the case is about.
    """
    if deviation.concerns_id == employee.pk:
        return False
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


@rules.predicate
def has_a_part_in_the_work(employee: Employee, obj: object = None) -> bool:
    """Somebody whose role it is to see more than their own cases."""
    return reach(employee).has(
        Role.MANAGER, Role.TOP_LEADER, Role.HSE_MANAGER, Role.SAFETY_REP, Role.SENIOR_SAFETY_REP, Role.INSPECTOR
    )


def works_with_cases(employee: Employee) -> bool:
    """Whether somebody sees the inside of some cases by their role; an inspector and a top leader do not."""
    return reach(employee).has(Role.MANAGER, Role.HSE_MANAGER, Role.SAFETY_REP, Role.SENIOR_SAFETY_REP)


@rules.predicate
def owns_view(employee: Employee, view: SavedView) -> bool:
    return view.owner_id == employee.pk


@rules.predicate
def keeps_shared_views(employee: Employee, view: SavedView) -> bool:
    """A shared view belongs to the house: whoever may share looks after it when its owner has left."""
    return view.is_shared and reach(employee).has(Role.HSE_MANAGER)


rules.add_perm("deviations.view", rules.always_true)
rules.add_perm("deviations.comment", ~only_inspects)
rules.add_perm("deviations.add_details", is_reporter | is_handler)
rules.add_perm("deviations.handle", is_handler)
rules.add_perm("deviations.view_internal", sees_internal_comments)
rules.add_perm("deviations.reopen", is_handler | (is_reporter & is_within_reopening))
rules.add_perm("deviations.import", is_importer)
rules.add_perm("deviations.export", has_a_part_in_the_work)
rules.add_perm("deviations.see_view", rules.always_true)
rules.add_perm("deviations.change_view", owns_view | keeps_shared_views)
rules.add_perm("deviations.move_view", owns_view)
rules.add_perm("deviations.share_view", is_importer)

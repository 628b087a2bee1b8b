"""Who may do what with a case."""

import datetime

import rules
from django.utils import timezone

from deviations.enums import ExampleState, ReporterKind, State
from deviations.models import (
    AccessGrant,
    Deviation,
    GoodExample,
    HiddenReporter,
    IdentityGrant,
    Rating,
    SavedView,
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
rules.add_perm("deviations.share_identity", is_reporter & handler_knows_not)
rules.add_perm("deviations.make_whistleblowing", may_be_reclassified)
rules.add_perm("deviations.receive_whistleblowing", receives)
rules.add_perm("deviations.export", has_a_part_in_the_work)
rules.add_perm("deviations.see_view", rules.always_true)
rules.add_perm("deviations.change_view", owns_view | keeps_shared_views)
rules.add_perm("deviations.move_view", owns_view)
rules.add_perm("deviations.share_view", is_importer)


# --- answers, ratings and good examples ---


def is_answered(deviation: Deviation) -> bool:
    """Whether nobody waits for a first answer: it is written, or the case is taken and has nobody to write to.

    Nobody waits for an answer to an imported case, nor for one from themself.
    """
    if deviation.first_answered_at is not None:
        return True
    handler = deviation.handling.assignee_id if deviation.handling else None
    asks_nobody = deviation.reporter_kind == ReporterKind.IMPORTED or (
        handler is not None and reporter_id_of(deviation) == handler
    )
    return asks_nobody and deviation.state != State.NEW


def current_rating(deviation: Deviation) -> Rating | None:
    """The reporter's rating of the closing that stands; None when there is none, or it is about an earlier one."""
    rating: Rating | None = getattr(deviation, "rating", None)
    return rating if rating is not None and rating.closed_at == deviation.closed_at else None


def reads_rating(employee: Employee, deviation: Deviation) -> bool:
    """Whether somebody reads what the reporter thought of the answer: whoever handles the case, and the reporter."""
    return is_handler(employee, deviation) or is_reporter(employee, deviation)


def may_rate_now(deviation: Deviation) -> bool:
    """Closed with an answer, and not rated yet or rated less than 30 days ago."""
    if deviation.state != State.CLOSED or deviation.reporter_kind == ReporterKind.IMPORTED:
        return False
    rating = current_rating(deviation)
    return rating is None or timezone.now() - rating.rated_at <= datetime.timedelta(days=REOPEN_DAYS)


@rules.predicate
def is_rateable(employee: Employee, deviation: Deviation) -> bool:
    return may_rate_now(deviation)


@rules.predicate
def is_closed(employee: Employee, deviation: Deviation) -> bool:
    return deviation.state == State.CLOSED


@rules.predicate
def handles_example(employee: Employee, example: GoodExample) -> bool:
    return is_handler(employee, example.deviation)


@rules.predicate
def reported_example(employee: Employee, example: GoodExample) -> bool:
    return is_reporter(employee, example.deviation)


@rules.predicate
def is_published(employee: Employee, example: GoodExample) -> bool:
    return example.state == ExampleState.PUBLISHED


rules.add_perm("deviations.rate", is_reporter & is_rateable)
rules.add_perm("deviations.share_example", is_handler & is_closed)
rules.add_perm("deviations.view_example", rules.always_true)
rules.add_perm("deviations.edit_example", handles_example)
rules.add_perm("deviations.consent_to_example", reported_example)
rules.add_perm("deviations.withdraw_example", handles_example | reported_example)
rules.add_perm("deviations.like_example", is_published)


@rules.predicate
def leads_by_trends(employee: Employee, obj: object = None) -> bool:
    """Everybody may read the trends; they stand in the menu of those who see more there than totals."""
    his = reach(employee)
    roles = (
        Role.MANAGER,
        Role.SAFETY_REP,
        Role.HSE_MANAGER,
        Role.SENIOR_SAFETY_REP,
        Role.TOP_LEADER,
        Role.COMMITTEE_MEMBER,
    )
    return his.has(*roles, Role.INSPECTOR)


rules.add_perm("deviations.lead_by_trends", leads_by_trends)

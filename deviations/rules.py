"""Who may do what with a case."""

import datetime

import rules
from django.utils import timezone

from deviations.enums import ExampleState, LiftBasis, ReporterKind, State
from deviations.models import (
    AccessGrant,
    BulkChange,
    Deviation,
    GoodExample,
    Hearing,
    HiddenReporter,
    IdentityGrant,
    Injury,
    NoticeList,
    Rating,
    SavedView,
    WhistleblowingReceiver,
    WhistleblowingSubject,
    WorkStop,
)
from hms.actions.models import Action
from hms.actions.rules import is_plan_manager
from hms.actions.selectors import actions_of, is_begun
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
    """A reporter may reopen within 30 days of the closing, however it ended (domain.md section 4).

    Of a merged case it is the one that goes on that has been closed.
    """
    followed = deviation.merged_into if deviation.merged_into is not None else deviation
    return (
        followed.state == State.CLOSED
        and followed.closed_at is not None
        and timezone.now() - followed.closed_at <= datetime.timedelta(days=REOPEN_DAYS)
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
    """Closed with an answer, and not rated yet or rated less than 30 days ago. A merged one with the one that goes on."""
    followed = deviation.merged_into if deviation.merged_into is not None else deviation
    if followed.state != State.CLOSED or followed.ending or deviation.reporter_kind == ReporterKind.IMPORTED:
        return False
    rating = current_rating(deviation)
    return rating is None or timezone.now() - rating.rated_at <= datetime.timedelta(days=REOPEN_DAYS)


@rules.predicate
def is_rateable(employee: Employee, deviation: Deviation) -> bool:
    return may_rate_now(deviation)


@rules.predicate
def is_closed(employee: Employee, deviation: Deviation) -> bool:
    """Whether it was closed with an answer."""
    return deviation.state == State.CLOSED and not deviation.ending


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


# --- ends, merges, hearings, stops, many at once ---


def active_stop(deviation: Deviation) -> WorkStop | None:
    """The stop of dangerous work that has not been lifted."""
    return WorkStop.objects.filter(deviation=deviation, lifted_at__isnull=True).select_related("stopped_by").first()


def is_about_injury(deviation: Deviation) -> bool:
    """Whether somebody injured is in the register because of a case, or authorities had to be told of it."""
    return (
        Injury.objects.filter(deviation=deviation).exists() or NoticeList.objects.filter(deviation=deviation).exists()
    )


def relied_on(deviation: Deviation, *, by_reporter: bool = False) -> str:
    """Why a case cannot be rejected, withdrawn or merged any more; empty when nobody relies on it.

    `whistleblowing` (looked into whatever the reporter wants: aml. section 2 A-3), `injured` (somebody is in the
    register, or authorities are to be told: aml. sections 5-1 and 5-2), `plan` (decided, or an action is begun),
    `merged` (others are answered in it), `stopped` (work is stopped). Its reporter withdraws it only until
    others have begun with it: an action is suggested, or somebody is asked (`hearing`).
    """
    if deviation.is_whistleblowing:
        return "whistleblowing"
    if is_about_injury(deviation):
        return "injured"
    if is_begun(deviation.plan) or (by_reporter and deviation.plan is not None and actions_of(deviation.plan).exists()):
        return "plan"
    if Deviation.everything.filter(merged_into=deviation).exists():
        return "merged"
    if by_reporter and Hearing.objects.filter(deviation=deviation, ended_at__isnull=True).exists():
        return "hearing"
    return "stopped" if active_stop(deviation) is not None else ""


def merge_obstacle(duplicate: Deviation, into: Deviation) -> str:
    """Why a case cannot be merged into another; empty when it can.

    `same`, `closed`, `other_closed`, `whistleblowing`, `confidential` (the answer to a confidential case would be read
    in an ordinary one), or one of `relied_on`. A case into which others were merged is never merged itself, so that
    there are neither chains nor circles.
    """
    if duplicate.pk == into.pk:
        return "same"
    if duplicate.state == State.CLOSED:
        return "closed"
    if into.state == State.CLOSED:
        return "other_closed"
    if into.is_whistleblowing:
        return "whistleblowing"
    if into.is_confidential and not duplicate.is_confidential:
        return "confidential"
    return relied_on(duplicate)


@rules.predicate
def represents(employee: Employee, deviation: Deviation) -> bool:
    """A safety representative of the case's area, or the senior one; never one the case is about."""
    his = reach(employee)
    if deviation.is_whistleblowing or deviation.concerns_id == employee.pk:
        return False
    return his.has(Role.SAFETY_REP, Role.SENIOR_SAFETY_REP) and deviation.unit_id in his.safety_unit_ids


def may_lift_on(employee: Employee, deviation: Deviation, basis: str) -> bool:
    """Representatives lift a stop when it is safe; the employer only on the authority's decision (aml. section 6-3).

    In a case that became whistleblowing the representative is not there any more, and its receivers do it.
    """
    if represents(employee, deviation):
        return True
    return is_handler(employee, deviation) and (deviation.is_whistleblowing or basis == LiftBasis.AUTHORITY)


@rules.predicate
def is_asked(employee: Employee, hearing: Hearing) -> bool:
    return hearing.asked_id == employee.pk


@rules.predicate
def handles_hearing(employee: Employee, hearing: Hearing) -> bool:
    return is_handler(employee, hearing.deviation)


@rules.predicate
def handles_many(employee: Employee, obj: object = None) -> bool:
    """Somebody whose role gives them more than a few cases to handle."""
    return reach(employee).has(Role.MANAGER, Role.HSE_MANAGER)


@rules.predicate
def made_change(employee: Employee, change: BulkChange) -> bool:
    return change.by_id == employee.pk


def is_missed(action: Action) -> bool:
    """Whether an action can be reported as not done in time; never out of a confidential plan."""
    return action.assignment.is_overdue and not action.plan.is_confidential


@rules.predicate
def may_report_missed(employee: Employee, action: Action) -> bool:
    """Somebody with a part in the action, who answers for its plan, or who represents those it was for."""
    has_part = employee.pk in {action.assignment.assignee_id, action.assignment.requested_by_id}
    return has_part or is_plan_manager(employee, action.plan) or action.plan.unit_id in reach(employee).safety_unit_ids


rules.add_perm("deviations.withdraw", is_reporter | is_handler)
rules.add_perm("deviations.stop_work", represents)
rules.add_perm("deviations.lift_stop", represents | is_handler)
rules.add_perm("deviations.view_hearing", rules.always_true)
rules.add_perm("deviations.answer_hearing", is_asked)
rules.add_perm("deviations.close_hearing", handles_hearing)
rules.add_perm("deviations.change_many", handles_many)
rules.add_perm("deviations.undo_many", made_change)
rules.add_perm("deviations.report_missed", may_report_missed)

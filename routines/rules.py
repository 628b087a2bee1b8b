"""Who may do what with a routine. Everybody reads what is in force; those who answer for it write."""

import rules
from django.db.models import QuerySet

from hms.assignments.rules import is_assignee, stands_in
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Unit
from hms.organisations.people import reach
from routines.enums import DraftState
from routines.models import Draft, Question, Requirement, Review, Routine, Use

# The law's roles that look after what everybody shall read.
_KEEPERS = (Role.HSE_MANAGER,)
_LEADERS = (Role.MANAGER, Role.TOP_LEADER)


@rules.predicate
def writes_routines(employee: Employee, obj: object = None) -> bool:
    """Whoever leads somebody or looks after the system may begin one."""
    return reach(employee).has(*_KEEPERS, *_LEADERS)


def keeps(employee: Employee, routine: Routine) -> bool:
    """Whether somebody answers for a routine: its owner, who leads its unit, the HSE manager."""
    his = reach(employee)
    return routine.owner_id == employee.pk or his.has(*_KEEPERS) or routine.unit_id in his.managed_unit_ids


@rules.predicate
def keeps_routine(employee: Employee, routine: Routine) -> bool:
    return keeps(employee, routine)


@rules.predicate
def writes_draft(employee: Employee, draft: Draft) -> bool:
    """Whoever answers for the routine, and the one who was asked to write."""
    return draft.author_id == employee.pk or keeps(employee, draft.routine)


@rules.predicate
def is_for_approval(employee: Employee, draft: Draft) -> bool:
    return draft.state == DraftState.APPROVAL and draft.approval is not None


@rules.predicate
def approves(employee: Employee, draft: Draft) -> bool:
    """The one who was asked to approve, or who stands in for them; never the author, unless they alone can."""
    task = draft.approval
    if task is None:
        return False
    if is_assignee(employee, task):
        return True
    return stands_in(employee, task) and draft.author_id != employee.pk


@rules.predicate
def is_asked(employee: Employee, review: Review) -> bool:
    """The reviewer, while the round they were asked about is the one that goes on."""
    draft = review.draft
    return (
        review.reviewer_id == employee.pk and draft.state == DraftState.REVIEW and review.round == draft.round
    )  # fmt: skip


@rules.predicate
def answers_question(employee: Employee, question: Question) -> bool:
    return keeps(employee, question.routine)


@rules.predicate
def leads_anybody(employee: Employee, routine: Routine) -> bool:
    return keeps(employee, routine) or reach(employee).has(*_LEADERS)


@rules.predicate
def follows_reading(employee: Employee, routine: Routine) -> bool:
    """Leaders see how far their people have come; representatives see numbers."""
    return leads_anybody(employee, routine) or reach(employee).has(
        Role.SAFETY_REP, Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER, Role.INSPECTOR
    )


def sees_names(employee: Employee, routine: Routine, unit_id: int) -> bool:
    """Who has not read is for the unit's leaders and whoever answers for the routine."""
    return (
        routine.owner_id == employee.pk
        or reach(employee).has(*_KEEPERS)
        or unit_id in reach(employee).managed_unit_ids
    )  # fmt: skip


def may_own_here(employee: Employee, unit: Unit) -> bool:
    """Whether somebody may begin a routine in a unit: one they lead, any for the HSE manager and the top leader."""
    his = reach(employee)
    return his.has(*_KEEPERS, Role.TOP_LEADER) or unit.pk in his.managed_unit_ids


@rules.predicate
def reads_only(employee: Employee, routine: Routine) -> bool:
    """An inspector reads and leaves no trace."""
    return reach(employee).has(Role.INSPECTOR)


def is_counted(employee: Employee, routine: Routine) -> bool:
    """Whether somebody's opening tells that a routine is used: not that of its owner, or of whoever looks after all."""
    return routine.owner_id != employee.pk and not reach(employee).has(*_KEEPERS, Role.INSPECTOR)


@rules.predicate
def keeps_law(employee: Employee, obj: object = None) -> bool:
    """The register, the points and the goals are kept by the HSE manager and the administrator."""
    return reach(employee).has(*_KEEPERS, Role.ADMINISTRATOR)


@rules.predicate
def answers_for_rule(employee: Employee, requirement: Requirement) -> bool:
    """Whoever answers for a rule, or stands in for them with the check, says that it is followed."""
    if requirement.owner_id == employee.pk:
        return True
    return requirement.task is not None and stands_in(employee, requirement.task)


@rules.predicate
def logs_use(employee: Employee, routine: Routine) -> bool:
    """Whoever leads somebody, represents the staff, or answers for the routine: those who hold rounds, drills, meetings."""
    his = reach(employee)
    return keeps(employee, routine) or his.has(*_LEADERS, Role.SAFETY_REP, Role.SENIOR_SAFETY_REP)


def units_to_log(employee: Employee, routine: Routine) -> QuerySet[Unit]:
    """Units in use that somebody may say have used a routine: their own, those they lead or represent; all for its keepers."""
    his = reach(employee)
    units = Unit.objects.filter(is_active=True)
    if routine.owner_id == employee.pk or his.has(*_KEEPERS, Role.TOP_LEADER, Role.SENIOR_SAFETY_REP):
        return units
    return units.filter(pk__in=his.managed_unit_ids | his.safety_unit_ids | {employee.unit_id})


@rules.predicate
def keeps_used(employee: Employee, use: Use) -> bool:
    return keeps(employee, use.routine)


@rules.predicate
def was_asked_about(employee: Employee, use: Use) -> bool:
    """Whoever the owner gave it to, and who stands in for them."""
    task = use.assignment
    return task is not None and (is_assignee(employee, task) or stands_in(employee, task))


@rules.predicate
def registered_use(employee: Employee, use: Use) -> bool:
    return use.registered_by_id == employee.pk


rules.add_perm("routines.log_use", logs_use)
rules.add_perm("routines.see_use", rules.always_true)
rules.add_perm("routines.follow_up_use", keeps_used | was_asked_about)
rules.add_perm("routines.withdraw_use", keeps_used | registered_use)
rules.add_perm("routines.view_law", rules.always_true)
rules.add_perm("routines.keep_law", keeps_law)
rules.add_perm("routines.check_law", keeps_law | answers_for_rule)
rules.add_perm("routines.view", rules.always_true)
rules.add_perm("routines.answer_to", ~reads_only)
rules.add_perm("routines.create", writes_routines)
rules.add_perm("routines.keep", keeps_routine)
rules.add_perm("routines.see_draft", rules.always_true)
rules.add_perm("routines.write", writes_draft)
rules.add_perm("routines.take_over", rules.always_true)
rules.add_perm("routines.approve", is_for_approval & approves)
rules.add_perm("routines.review", is_asked)
rules.add_perm("routines.see_question", rules.always_true)
rules.add_perm("routines.answer", answers_question)
rules.add_perm("routines.follow_reading", follows_reading)
rules.add_perm("routines.chase", leads_anybody)

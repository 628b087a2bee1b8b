"""The safety representative's statement, and the employer's reply."""

import datetime

from django.utils import timezone

from hms.actions import selectors
from hms.actions.enums import Opinion, PlanState
from hms.actions.models import ActionPlan, Statement
from hms.actions.services._writing import StalePlan, end, hold_open, reference, title_of
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.audit.enums import Via
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock, move
from hms.notifications.services import notify
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.organisations.selectors import holders

COMMITTEE_NOTICE = "actions.disagreement_committee"


def send_to_safety_rep(plan: ActionPlan, *, to: Employee, by: Employee) -> None:
    """Ask the safety representative for a statement on this version.

    Effects: state sent; an assignment with the organisation's number of days; mail to the representative.

    Raises:
        InvalidTransition: when the plan is not a draft, or has no actions.
    """
    hold_open(plan)
    if not selectors.actions_of(plan).exists():
        raise InvalidTransition(plan, plan.state, PlanState.SENT)
    due_on = timezone.localdate() + datetime.timedelta(days=plan.organisation.statement_days)
    assignment = assignments.assign(
        kind=Kind.STATEMENT,
        title=title_of(plan),
        to=to,
        due_on=due_on,
        source=plan,
        by=by,
        confidential=plan.is_confidential,
        requested_by=by,
    )
    move(
        plan,
        PlanState.SENT,
        by=by,
        verb="plan.sent",
        sent_at=timezone.now(),
        statement_assignment=assignment,
        data={"version": plan.version},
    )


def give_statement(
    plan: ActionPlan, *, opinion: str, comment: str, by: Employee, via: str = Via.WEB, version: int | None = None
) -> Statement:
    """Give the safety representative's statement on the version that was sent.

    Effects: the statement is kept, the assignment is completed, the plan's owner is told. A wish for change
    takes the plan back to draft. A disagreement must be answered: the owner gets an assignment, and the
    senior safety representative and the committee are told.
    """
    lock(plan)
    if plan.state != PlanState.SENT:
        raise InvalidTransition(plan, plan.state, "statement")
    if version is not None and version != plan.version:
        raise StalePlan
    if Statement.objects.filter(plan=plan, plan_version=plan.version).exists():
        raise InvalidTransition(plan, plan.state, "statement")
    statement = Statement.objects.create(
        plan=plan, plan_version=plan.version, given_by=by, opinion=opinion, comment=comment
    )
    record(
        "plan.stated",
        plan,
        by=by,
        via=via,
        data={"opinion": opinion, "version": plan.version, "statement": statement.pk},
    )
    end(plan.statement_assignment, by=by, via=via)
    if plan.owner is not None:
        notify(
            "actions.statement_given",
            to=plan.owner,
            about=plan,
            dedupe=f"statement:{statement.pk}",
            parameters={"opinion": opinion, "name": by.given_name, "case": reference(plan)},
        )
    if opinion == Opinion.REQUEST_CHANGES:
        move(plan, PlanState.DRAFT, by=by, via=via, verb="plan.returned")
    elif opinion == Opinion.DISAGREE:
        _spread_disagreement(plan, statement)
    return statement


def _spread_disagreement(plan: ActionPlan, statement: Statement) -> None:
    if plan.owner is not None:
        assignments.assign(
            kind=Kind.REPLY,
            title=title_of(plan),
            to=plan.owner,
            due_on=timezone.localdate() + datetime.timedelta(days=plan.organisation.statement_days),
            source=statement,
            by=statement.given_by,
            confidential=plan.is_confidential,
            # Whoever disagreed waits for the reply, and sees when it does not come.
            requested_by=statement.given_by,
        )
    if plan.is_confidential:
        return
    for person in holders(Role.SENIOR_SAFETY_REP, Role.COMMITTEE_MEMBER).exclude(pk=statement.given_by_id):
        notify(
            # A committee member who may not open the case is told all the same, and takes it up there.
            "actions.disagreement" if selectors.visible_to(person).filter(pk=plan.pk).exists() else COMMITTEE_NOTICE,
            to=person,
            about=plan,
            dedupe=f"disagreement:{statement.pk}:{person.pk}",
            parameters={"name": statement.given_by.given_name, "case": reference(plan)},
        )


def reply_to_statement(statement: Statement, *, reply: str, by: Employee) -> Statement:
    """Give the employer's reply to a disagreement, which must stand before the plan is decided.

    Raises:
        InvalidTransition: when it is not a disagreement, or is answered already.
    """
    lock(statement)
    if statement.opinion != Opinion.DISAGREE or statement.reply:
        raise InvalidTransition(statement.plan, statement.opinion, "reply")
    statement.reply, statement.replied_by, statement.replied_at = reply, by, timezone.now()
    statement.save(update_fields=["reply", "replied_by", "replied_at"])
    record("plan.replied", statement, by=by, root=statement.plan)
    assignments.complete_for(statement, kind=Kind.REPLY, by=by)
    notify(
        "actions.reply_given",
        to=statement.given_by,
        about=statement.plan,
        dedupe=f"reply:{statement.pk}",
        parameters={"name": by.given_name, "case": reference(statement.plan)},
    )
    return statement

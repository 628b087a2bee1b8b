"""An action that was not done in time becomes a deviation of its own."""

import uuid

from deviations import rules
from deviations.enums import Category, LinkKind, ReporterKind, ReportKind
from deviations.models import Deviation, MissedAction
from deviations.services.linking import link
from deviations.services.reporting import report
from hms.actions.models import Action
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition, lock
from hms.organisations.models import Employee, Unit


def report_missed_action(
    action: Action,
    *,
    by: Employee,
    description: str,
    severity: int,
    unit: Unit,
    idempotency_key: uuid.UUID | None = None,
) -> Deviation:
    """Report that an action was not done in time (a breach of routine).

    Effects: a case as `services.report` makes it, by whoever does this; which action it is about; a link to the case
    the action belongs to; an event there. Once for each action: a second call answers the first case.

    Raises:
        InvalidTransition: when the action is not overdue, or its plan is confidential.
    """
    lock(action.plan)
    known = MissedAction.objects.filter(action=action).select_related("deviation").first()
    if known is not None:
        return known.deviation
    action.assignment.refresh_from_db()
    if not rules.is_missed(action):
        raise InvalidTransition(action.assignment, action.assignment.state, "report")
    made = report(
        organisation=unit.organisation,
        unit=unit,
        description=description,
        severity=severity,
        reporter_kind=ReporterKind.EMPLOYEE,
        reporter=by,
        category=Category.ROUTINE_BREACH,
        kind=ReportKind.ROUTINE_BREACH,
        idempotency_key=idempotency_key,
    ).deviation
    MissedAction.objects.create(action=action, deviation=made)
    record("action.reported_missed", action, by=by, root=action.plan)
    origin = Deviation.objects.filter(plan=action.plan_id).first()
    if origin is not None:
        link(made, other=origin, kind=LinkKind.RELATED, by=by)
    return made

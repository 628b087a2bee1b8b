"""What the verbs of plans, their actions and their statements share."""

import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from hms.actions import selectors, sources
from hms.actions.enums import PlanState
from hms.actions.models import ActionPlan
from hms.actions.signals import plan_completed
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.audit.enums import Via
from hms.audit.transitions import InvalidTransition, lock, move
from hms.organisations.models import Employee

# Domain.md section 4: the effect is looked at 30-90 days after the last action.
EFFECT_CHECK_DAYS = 30


# States in which a change takes the plan back to draft, so that it is stated an opinion on and decided anew.
SETTLED = set(PlanState) - {PlanState.DRAFT}


class StalePlan(Exception):
    """The plan was changed after the form was opened."""


def complete_if_done(plan: ActionPlan, *, by: Employee | None) -> None:
    if plan.state != PlanState.RUNNING or selectors.has_open_actions(plan):
        return
    changes: dict[str, models.Model] = {}
    if plan.owner is not None:
        changes["effect_assignment"] = assignments.assign(
            kind=Kind.EFFECT_CHECK,
            title=title_of(plan),
            to=plan.owner,
            due_on=timezone.localdate() + datetime.timedelta(days=EFFECT_CHECK_DAYS),
            source=plan,
            by=by,
            confidential=plan.is_confidential,
        )
    move(plan, PlanState.DONE, by=by, verb="plan.done", effect="", effect_note="", **changes)
    plan_completed.send(sender=ActionPlan, plan=plan, by=by)


def material_change(plan: ActionPlan, *, by: Employee) -> None:
    """Count the version up; a settled plan goes back to draft and is stated an opinion on anew."""
    plan.version += 1
    plan.save(update_fields=["version"])
    if plan.state in SETTLED:
        for assignment in (plan.statement_assignment, plan.effect_assignment):
            if assignment is not None and assignment.state == AssignmentState.OPEN:
                assignments.cancel(assignment, by=by)
        move(plan, PlanState.DRAFT, by=by, verb="plan.changed", data={"version": plan.version})


def hold_open(plan: ActionPlan) -> None:
    """Lock the plan, and refuse to change what belongs to something that is closed (InvalidTransition)."""
    lock(plan)
    if not sources.get(plan.source_kind).is_open(plan):
        raise InvalidTransition(plan, plan.state, PlanState.DRAFT)


def require_may_know(person: Employee | None, plan: ActionPlan) -> None:
    if person is None:
        if plan.is_confidential:
            raise InvalidTransition(plan, plan.state, "offer")
        return
    if person.pk in sources.get(plan.source_kind).kept_from(plan):
        raise InvalidTransition(plan, plan.state, "assign")


def end(assignment: Any, *, by: Employee, via: str = Via.WEB) -> None:
    if assignment is not None and assignment.state == AssignmentState.OPEN:
        assignments.complete(assignment, by=by, via=via)


def title_of(plan: ActionPlan) -> str:
    """What an assignment about the plan is called: never case content when it is confidential."""
    return reference(plan) if plan.is_confidential else plan.title


def reference(plan: ActionPlan) -> str:
    """Short name of the plan's owner (`2026-0142`)."""
    return sources.get(plan.source_kind).reference(plan)

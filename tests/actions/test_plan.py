"""The plan: consulted on before it is decided, bound to its version, carried out, checked."""

import datetime

import pytest
from django.utils import timezone

from deviations import services as cases
from hms.actions import selectors, services
from hms.actions.enums import ActionKind, Effect, Opinion, PlanState
from hms.actions.models import Statement
from hms.assignments import services as assignments
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.enums import Role
from hms.organisations.models import RoleHolding
from hms.tenancy.scope import tenant
from tests.cast import hold
from tests.deviations.helpers import add_action, report


@pytest.fixture
def scope(cast):
    with tenant(cast.fjellvik):
        yield


@pytest.fixture
def plan(cast, scope):
    """A draft with one action for Tor Erik."""
    return add_action(cast, report(cast)).plan


def send(cast, plan):
    services.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)


def decide(cast, plan, reason=""):
    services.decide(plan, organisation=cast.fjellvik, by=cast.amir, reason=reason)


def told(kind: str) -> set[str]:
    return set(Notification.objects.filter(type=kind).values_list("recipient__given_name", flat=True))


def test_nothing_is_handed_out_before_the_decision(cast, plan):
    action = plan.actions.get()
    assert action.assignment.state == AssignmentState.PLANNED
    assert "Tor Erik" not in told("assignments.assigned")
    send(cast, plan)
    services.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
    decide(cast, plan)
    action.assignment.refresh_from_db()
    assert action.assignment.state == AssignmentState.OPEN
    assert "Tor Erik" in told("assignments.assigned")


def test_immediate_measure_is_handed_out_at_once_and_changes_no_version(cast, plan):
    version = plan.version
    action = services.add_action(
        plan, title="Sperr trappa", responsible=cast.tor_erik, due_on=timezone.localdate(), by=cast.amir,
        kind=ActionKind.IMMEDIATE,
    )  # fmt: skip
    assert action.assignment.state == AssignmentState.OPEN
    assert plan.version == version


def test_plan_waits_for_the_statement(cast, plan):
    assert selectors.decision(plan, cast.fjellvik).obstacle == "send_first"
    send(cast, plan)
    waiting = selectors.decision(plan, cast.fjellvik)
    assert (waiting.possible, waiting.obstacle) == (False, "waiting")
    assert waiting.waiting_until == timezone.localdate() + datetime.timedelta(days=7)
    with pytest.raises(InvalidTransition):
        decide(cast, plan, reason="Haster")


def test_late_statement_lets_the_plan_be_decided_with_a_reason(cast, plan):
    send(cast, plan)
    Assignment.objects.filter(pk=plan.statement_assignment_id).update(
        due_on=timezone.localdate() - datetime.timedelta(days=1)
    )
    plan.refresh_from_db()
    with pytest.raises(InvalidTransition):
        decide(cast, plan)
    decide(cast, plan, reason="Verneombudet er syk.")
    assert plan.decision_reason == "Verneombudet er syk."
    plan.statement_assignment.refresh_from_db()
    assert plan.statement_assignment.state == AssignmentState.CANCELLED


def test_without_safety_rep_the_decision_carries_the_reason(cast, plan):
    RoleHolding.objects.filter(role__in=[Role.SAFETY_REP, Role.SENIOR_SAFETY_REP]).delete()
    allowed = selectors.decision(plan, cast.fjellvik)
    assert (allowed.possible, allowed.needs_reason, allowed.has_safety_rep) == (True, True, False)


def test_organisation_may_choose_not_to_wait(cast, plan):
    cast.fjellvik.statement_required = False
    assert selectors.decision(plan, cast.fjellvik).possible


def test_plan_without_actions_cannot_be_sent_or_decided(cast, scope):
    plan = cases.start_plan(report(cast), by=cast.amir)
    assert selectors.decision(plan, cast.fjellvik).obstacle == "no_actions"
    with pytest.raises(InvalidTransition):
        send(cast, plan)


def test_wish_for_change_takes_the_plan_back(cast, plan):
    send(cast, plan)
    services.give_statement(plan, opinion=Opinion.REQUEST_CHANGES, comment="Og trapp C?", by=cast.kari)
    assert plan.state == PlanState.DRAFT
    assert told("actions.statement_given") == {"Amir"}
    assert selectors.decision(plan, cast.fjellvik).obstacle == "send_first"


def test_statement_is_given_once_per_version(cast, plan):
    send(cast, plan)
    services.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
    with pytest.raises(InvalidTransition):
        services.give_statement(plan, opinion=Opinion.DISAGREE, comment="Nei", by=cast.kari)
    assert Statement.objects.count() == 1


def test_material_change_makes_the_statement_stale_and_asks_again(cast, plan):
    send(cast, plan)
    services.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
    services.add_action(plan, title="Lag sjekkliste", responsible=cast.amir, due_on=timezone.localdate(), by=cast.amir)
    assert plan.state == PlanState.DRAFT
    assert not selectors.decision(plan, cast.fjellvik).possible
    send(cast, plan)
    assert Assignment.objects.filter(kind=Kind.STATEMENT, state=AssignmentState.OPEN).count() == 1
    services.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
    decide(cast, plan)
    assert plan.state == PlanState.RUNNING


def test_new_owner_or_date_is_no_material_change(cast, plan):
    send(cast, plan)
    action = plan.actions.select_related("plan", "assignment").get()
    services.change_action(
        action, by=cast.amir, responsible=cast.piotr, due_on=action.assignment.due_on + datetime.timedelta(days=3)
    )
    plan.refresh_from_db()
    assert plan.state == PlanState.SENT
    assert action.assignment.assignee == cast.piotr


def test_disagreement_must_be_answered_and_is_spread(cast, plan):
    hold(cast.piotr, Role.COMMITTEE_MEMBER)
    send(cast, plan)
    statement = services.give_statement(plan, opinion=Opinion.DISAGREE, comment="For svakt", by=cast.kari)
    assert told("actions.disagreement") == {"Vigdis"}
    # Piotr may not open the case: his message does not lead to a page that he cannot see.
    assert told("actions.disagreement_committee") == {"Piotr"}
    assert selectors.decision(plan, cast.fjellvik).obstacle == "reply_first"
    with pytest.raises(InvalidTransition):
        decide(cast, plan, reason="Likevel")
    services.reply_to_statement(statement, reply="Vi gjør det likevel, fordi …", by=cast.amir)
    assert not Assignment.objects.filter(kind=Kind.REPLY, state=AssignmentState.OPEN).exists()
    assert told("actions.reply_given") == {"Kari"}
    with pytest.raises(InvalidTransition):
        services.reply_to_statement(statement, reply="Igjen", by=cast.amir)
    decide(cast, plan)
    assert plan.state == PlanState.RUNNING


def running(cast, plan):
    send(cast, plan)
    services.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
    decide(cast, plan)
    return plan


def test_last_action_done_completes_the_plan_and_asks_for_an_effect_check(cast, plan):
    running(cast, plan)
    assignments.complete(plan.actions.get().assignment, by=cast.tor_erik)
    plan.refresh_from_db()
    assert plan.state == PlanState.DONE
    assert plan.effect_assignment.due_on == timezone.localdate() + datetime.timedelta(days=30)
    services.check_effect(plan, effect=Effect.EFFECTIVE, note="Ingen nye", by=cast.amir)
    plan.effect_assignment.refresh_from_db()
    assert (plan.state, plan.effect_assignment.state) == (PlanState.EFFECT_CHECKED, AssignmentState.DONE)
    with pytest.raises(InvalidTransition):
        services.check_effect(plan, effect=Effect.PARTLY, note="", by=cast.amir)


def test_removed_action_leaves_a_trace_and_no_open_work(cast, plan):
    action = plan.actions.select_related("plan", "assignment").get()
    services.remove_action(action, by=cast.amir)
    assert action.assignment.state == AssignmentState.CANCELLED
    assert not selectors.has_open_actions(plan)
    assert list(selectors.actions_of(plan)) == []


def test_done_action_cannot_be_changed(cast, plan):
    running(cast, plan)
    action = plan.actions.select_related("plan", "assignment").get()
    assignments.complete(action.assignment, by=cast.tor_erik)
    with pytest.raises(InvalidTransition):
        services.change_action(action, by=cast.amir, responsible=cast.piotr, due_on=timezone.localdate())


# --- in the browser's terms ---


@pytest.mark.parametrize("who", ["amir", "ingrid", "tor_erik", "sunniva", "admin", "piotr"])
def test_only_the_safety_rep_gives_a_statement(cast, client, plan, who):
    send(cast, plan)
    client.force_login(getattr(cast, who).user)
    response = client.post(
        f"/fjellvik/tiltak/plan/{plan.pk}/uttalelse/", {"opinion": "approve", "version": plan.version}
    )
    assert response.status_code in {403, 404}
    assert not Statement.objects.exists()


def test_statement_needs_words_unless_it_approves(cast, client, plan):
    send(cast, plan)
    client.force_login(cast.kari.user)
    address = f"/fjellvik/tiltak/plan/{plan.pk}/uttalelse/"
    seen = {"version": plan.version}
    assert client.post(address, {"opinion": "disagree", "comment": "", **seen}).status_code == 422
    assert client.post(address, {"opinion": "nonsense", **seen}).status_code == 422
    assert client.post(address, {"opinion": "disagree", "comment": "For svakt", **seen}).status_code == 303
    assert client.post(address, {"opinion": "approve", **seen}).status_code == 409


def test_statement_on_a_draft_is_a_conflict(cast, client, plan):
    client.force_login(cast.kari.user)
    address = f"/fjellvik/tiltak/plan/{plan.pk}/uttalelse/"
    assert client.post(address, {"opinion": "approve", "version": plan.version}).status_code == 409


@pytest.mark.parametrize("field", ["responsible"])
def test_owner_of_another_organisation_is_refused(cast, client, plan, field):
    client.force_login(cast.amir.user)
    data = {"title": "Nytt", field: cast.olav.pk, "due_on": timezone.localdate(), "kind": "corrective"}
    response = client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", data)
    assert response.status_code == 422
    assert "Olav" not in response.content.decode()


def test_past_due_date_is_refused_and_the_rest_kept(cast, client, plan):
    client.force_login(cast.amir.user)
    data = {"title": "Bytt lås", "responsible": cast.piotr.pk, "due_on": "2020-01-01", "kind": "corrective"}
    response = client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", data)
    assert response.status_code == 422
    assert "Bytt lås" in response.content.decode()


def test_confidential_plan_goes_only_to_a_safety_rep_on_the_list(cast, client, scope):
    case = report(cast)
    plan = add_action(cast, case).plan
    cases.set_confidential(case, by=cast.amir)
    client.force_login(cast.amir.user)
    address = f"/fjellvik/tiltak/plan/{plan.pk}/send/"
    assert client.post(address, {"to": cast.kari.pk}).status_code == 422
    cases.grant_access(case, to=cast.kari, by=cast.amir)
    assert client.post(address, {"to": cast.kari.pk}).status_code == 303

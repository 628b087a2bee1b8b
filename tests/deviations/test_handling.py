"""Handling to an answer, and every guard on the way, as the wrong person, in the wrong state, twice."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deviations import services
from deviations.enums import CommentVisibility, ReporterKind, State
from deviations.models import AccessGrant, Comment, Deviation
from deviations.selectors import timeline_of
from hms.actions import services as plans
from hms.actions.enums import Opinion, PlanState
from hms.assignments import services as assignments
from hms.assignments.enums import State as AssignmentState
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.enums import Role
from hms.organisations.models import RoleHolding
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report, url


@pytest.fixture
def case(cast):
    with tenant(cast.fjellvik):
        return report(cast)


def fresh(cast, case) -> Deviation:
    with tenant(cast.fjellvik):
        return Deviation.objects.select_related("handling", "plan").get(pk=case.pk)


VERBS = ["ta/", "vurder/", "arsak/", "svar/", "lukk/", "gi-videre/", "konfidensiell/", "tilgang/", "plan/"]


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_not_handle_is_refused(cast, client, case, verb):
    for who, status in (
        (cast.kari, 403),
        (cast.ingrid, 403),
        (cast.tor_erik, 404),
        (cast.admin, 404),
        (cast.olav, 404),
    ):
        client.force_login(who.user)
        assert client.post(url(case, verb), {"text": "x"}).status_code == status, who.name
    client.logout()
    assert client.post(url(case, verb)).status_code == 302
    assert fresh(cast, case).state == State.NEW


def test_taking_the_case_tells_the_reporter(cast, client, case):
    client.force_login(cast.amir.user)
    assert client.post(url(case, "ta/")).status_code == 303
    assert fresh(cast, case).state == State.IN_PROGRESS
    assert client.post(url(case, "ta/")).status_code == 409
    with tenant(cast.fjellvik):
        assert Notification.objects.filter(type="deviations.received", recipient=cast.ingrid).count() == 1


def test_get_changes_nothing(cast, client, case):
    client.force_login(cast.amir.user)
    with tenant(cast.fjellvik):
        before = Event.objects.count()
    for verb in ["", *VERBS, "kommentar/", "mer/", "pdf/"]:
        assert client.get(url(case, verb)).status_code in {200, 405}
    with tenant(cast.fjellvik):
        assert Event.objects.count() == before
    assert fresh(cast, case).state == State.NEW


def test_triage_saves_and_counts_the_version_up(cast, client, case):
    client.force_login(cast.amir.user)
    data = {"title": "Løst rekkverk", "category": "unsafe_condition", "severity": 3, "place": "Trapp B", "version": 1}
    assert client.post(url(case, "vurder/"), data).status_code == 303
    now = fresh(cast, case)
    assert (now.title, now.category, now.severity, now.version) == ("Løst rekkverk", "unsafe_condition", 3, 2)
    assert now.handling.title == "Løst rekkverk"


def test_stale_triage_keeps_both_texts(cast, client, case):
    client.force_login(cast.amir.user)
    data = {"title": "Min tittel", "severity": 2, "version": 1}
    with tenant(cast.fjellvik):
        services.triage(case, by=cast.helene, version=1, title="Helenes tittel")
    response = client.post(url(case, "vurder/"), data)
    assert response.status_code == 422
    assert "Min tittel" in response.content.decode()
    assert fresh(cast, case).title == "Helenes tittel"


def test_last_why_is_the_root_cause(cast, client, case):
    client.force_login(cast.amir.user)
    data = {"why_1": "To skruer manglet", "why_2": "Ingen kontrollerte", "causes": ["routine"], "version": 1}
    assert client.post(url(case, "arsak/"), data).status_code == 303
    with tenant(cast.fjellvik):
        steps = list(fresh(cast, case).why_steps.values_list("text", "is_root"))
    assert steps == [("To skruer manglet", False), ("Ingen kontrollerte", True)]


def test_internal_comment_is_hidden_from_the_reporter(cast, client, case):
    client.force_login(cast.amir.user)
    client.post(url(case, "kommentar/"), {"text": "Intern vurdering", "visibility": "internal"})
    client.post(url(case, "kommentar/"), {"text": "Vi er på saken", "visibility": "reporter"})
    client.force_login(cast.ingrid.user)
    page = client.get(url(case)).content.decode()
    assert "Vi er på saken" in page
    assert "Intern vurdering" not in page
    client.force_login(cast.kari.user)
    assert "Intern vurdering" in client.get(url(case)).content.decode()


def test_reporter_cannot_write_internally(cast, client, case):
    client.force_login(cast.ingrid.user)
    client.post(url(case, "kommentar/"), {"text": "Hei", "visibility": "internal"})
    with tenant(cast.fjellvik):
        assert Comment.objects.get().visibility == CommentVisibility.REPORTER


def test_first_answer_is_remembered_and_reporter_told(cast, client, case):
    client.force_login(cast.amir.user)
    assert client.post(url(case, "svar/"), {"text": ""}).status_code == 422
    assert client.post(url(case, "svar/"), {"text": "Takk, vi sperrer trappa."}).status_code == 303
    assert fresh(cast, case).first_answered_at is not None
    with tenant(cast.fjellvik):
        message = Notification.objects.get(type="deviations.answered")
        assert message.recipient == cast.ingrid
        assert "sperrer" not in str(message.parameters)


def test_case_cannot_close_with_open_action_or_without_answer(cast, client, case):
    with tenant(cast.fjellvik):
        action = add_action(cast, case)
    client.force_login(cast.amir.user)
    response = client.post(url(case, "lukk/"), {"text": "Alt i orden"})
    assert response.status_code == 422
    assert "Alt i orden" in response.content.decode()
    with tenant(cast.fjellvik):
        with pytest.raises(InvalidTransition):
            services.close(case, by=cast.amir, answer="Alt i orden")
        plans.remove_action(action, by=cast.amir)
        with pytest.raises(InvalidTransition):
            services.close(case, by=cast.amir, answer="  ")
    assert client.post(url(case, "lukk/"), {"text": "Alt i orden"}).status_code == 303
    closed = fresh(cast, case)
    assert (closed.state, closed.answer, closed.handling.state) == (State.CLOSED, "Alt i orden", AssignmentState.DONE)
    assert client.post(url(case, "lukk/"), {"text": "Igjen"}).status_code == 409


def test_database_refuses_a_closed_case_without_answer(cast, case):
    with tenant(cast.fjellvik), pytest.raises(IntegrityError), transaction.atomic():
        Deviation.objects.filter(pk=case.pk).update(state="closed", closed_at=timezone.now())


def close(cast, case):
    with tenant(cast.fjellvik):
        services.receive(case, by=cast.amir)
        services.close(case, by=cast.amir, answer="Matte er lagt.")


def test_reporter_reopens_within_thirty_days(cast, client, case):
    close(cast, case)
    client.force_login(cast.ingrid.user)
    assert client.post(url(case, "gjenapne/"), {"text": ""}).status_code == 422
    assert client.post(url(case, "gjenapne/"), {"text": "Matta er borte"}).status_code == 303
    now = fresh(cast, case)
    assert (now.state, now.closed_at, now.handling.state) == (State.IN_PROGRESS, None, AssignmentState.OPEN)
    assert now.handling.due_on > timezone.localdate()


def test_reporter_cannot_reopen_after_thirty_days_but_the_handler_can(cast, client, case):
    close(cast, case)
    with tenant(cast.fjellvik):
        Deviation.objects.filter(pk=case.pk).update(closed_at=timezone.now() - datetime.timedelta(days=31))
    client.force_login(cast.ingrid.user)
    assert client.post(url(case, "gjenapne/"), {"text": "Matta er borte"}).status_code == 403
    client.force_login(cast.amir.user)
    assert client.post(url(case, "gjenapne/"), {"text": "Matta er borte"}).status_code == 303


def test_anonymous_reporter_reopens_with_the_code(cast, client):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik,
            unit=cast.solbakken,
            description="Mørkt ute",
            severity=1,
            reporter_kind=ReporterKind.ANONYMOUS,
        )
        services.receive(sent.deviation, by=cast.amir)
        services.close(sent.deviation, by=cast.amir, answer="Ny lampe.")
    page = client.post("/fjellvik/f/", {"code": sent.receipt_code}).content.decode()
    assert "Ny lampe." in page
    client.post("/fjellvik/f/", {"code": sent.receipt_code, "text": "Den er mørk igjen", "verb": "reopen"})
    assert fresh(cast, sent.deviation).state == State.IN_PROGRESS


def test_confidential_case_is_only_for_the_access_list_and_every_opening_is_an_event(cast, client, case):
    client.force_login(cast.amir.user)
    assert client.post(url(case, "konfidensiell/")).status_code == 303
    for outside in (cast.kari, cast.sunniva, cast.helene, cast.vigdis):
        client.force_login(outside.user)
        assert client.get(url(case)).status_code == 404, outside.name
    client.force_login(cast.amir.user)
    assert client.post(url(case, "tilgang/"), {"employee": cast.kari.pk}).status_code == 303
    client.force_login(cast.kari.user)
    assert client.get(url(case)).status_code == 200
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb="deviation.opened", actor=cast.kari).count() == 1
        assert fresh(cast, case).handling.title == case.number
    client.force_login(cast.amir.user)
    assert client.post(url(case, "konfidensiell/")).status_code == 409


def test_new_handler_of_a_confidential_case_can_open_it_and_owns_the_plan(cast, client, case):
    with tenant(cast.fjellvik):
        services.set_confidential(case, by=cast.amir)
        services.start_plan(case, by=cast.amir)
    client.force_login(cast.amir.user)
    assert client.post(url(case, "gi-videre/"), {"employee": cast.helene.pk}).status_code == 303
    with tenant(cast.fjellvik):
        assert AccessGrant.objects.filter(deviation=case, employee=cast.helene).exists()
        assert fresh(cast, case).plan.owner == cast.helene
    client.force_login(cast.helene.user)
    assert client.get(url(case)).status_code == 200


def test_case_cannot_be_handed_to_somebody_elsewhere(cast, client, case):
    client.force_login(cast.amir.user)
    assert client.post(url(case, "gi-videre/"), {"employee": cast.olav.pk}).status_code == 422


def test_closed_case_is_locked(cast, client, case):
    close(cast, case)
    client.force_login(cast.amir.user)
    for verb, data in {
        "vurder/": {"title": "x", "severity": 1, "version": fresh(cast, case).version},
        "arsak/": {"why_1": "x", "version": fresh(cast, case).version},
        "svar/": {"text": "x"},
        "plan/": {},
        "konfidensiell/": {},
        "gi-videre/": {"employee": cast.helene.pk},
    }.items():
        assert client.post(url(case, verb), data).status_code == 409, verb


def test_completed_plan_tells_the_handler(cast, case):
    with tenant(cast.fjellvik):
        action = add_action(cast, case)
        plan = fresh(cast, case).plan
        plans.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)
        plans.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
        plans.decide(plan, organisation=cast.fjellvik, by=cast.amir)
        action.assignment.refresh_from_db()
        assignments.complete(action.assignment, by=cast.tor_erik)
        plan.refresh_from_db()
        assert plan.state == PlanState.DONE
        assert Notification.objects.filter(type="deviations.plan_completed", recipient=cast.amir).count() == 1


def test_story_is_told_in_order(cast, client, case):
    close(cast, case)
    client.force_login(cast.ingrid.user)
    with tenant(cast.fjellvik):
        verbs = [line.event.verb for line in timeline_of(fresh(cast, case), cast.ingrid)]
    assert verbs == ["deviation.closed", "deviation.received", "deviation.reported"]


def test_a_top_leader_who_is_told_of_a_case_sees_the_task_and_not_the_case(cast, client, case):
    with tenant(cast.fjellvik):
        RoleHolding.objects.create(employee=cast.tor_erik, role=Role.TOP_LEADER)
    task = f"/fjellvik/oppgaver/{case.handling_id}/"
    client.force_login(cast.tor_erik.user)
    assert client.get(f"/fjellvik/avvik/{case.number}/").status_code == 404
    page = client.get(task)
    assert page.status_code == 200
    assert f"/fjellvik/avvik/{case.number}/" not in page.content.decode()
    assert client.post(task, {"answer": "done"}).status_code == 403
    client.force_login(cast.amir.user)
    assert client.get(task)["Location"] == f"/fjellvik/avvik/{case.number}/"

"""The one a case is about, administrators, and everybody not named learn nothing of it, by any way."""

import datetime
import uuid

import pytest
from django.utils import timezone

from deviations import documents, services
from deviations.models import Deviation
from hms.actions import services as plans
from hms.actions.enums import Opinion
from hms.assignments import services as assignments
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.enums import Role
from hms.organisations.models import Absence, Employee, RoleHolding
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.deviations.helpers import add_action, report, url

SECRET = "Trakassering på nattevakt"


def away(employee, deputy=None):
    today = timezone.localdate()
    Absence.objects.create(employee=employee, deputy=deputy, starts_on=today, ends_on=today)


def pages(client, *people) -> str:
    """Everything that lists something, as these people see it."""
    shown = ""
    for person in people:
        client.force_login(person.user)
        for page in ("", "avvik/?status=all", "avvik/?q=Trakassering&status=all", "oppgaver/", "varsler/"):
            shown += client.get(f"/fjellvik/{page}").content.decode()
    return shown


# --- the one it is about ---


@pytest.mark.parametrize("stands_in", ["piotr", None])
def test_report_about_a_manager_who_is_away_is_about_the_manager_and_passes_the_deputy(cast, stands_in):
    with tenant(cast.fjellvik):
        away(cast.amir, getattr(cast, stands_in) if stands_in else None)
        case = report(cast, about_my_manager=True)
        assert case.concerns == cast.amir
        assert case.handling.assignee == cast.helene


def test_manager_who_reports_about_their_manager_can_follow_it(cast, client):
    client.force_login(cast.amir.user)
    sent = client.post(
        "/fjellvik/meld/",
        {
            "description": SECRET, "severity": "2", "who": "employee", "unit": cast.solbakken.pk,
            "about_my_manager": "on", "idempotency_key": str(uuid.uuid4()),
        },
        follow=True,
    )  # fmt: skip
    assert sent.status_code == 200
    with tenant(cast.fjellvik):
        case = Deviation.objects.select_related("handling").get()
        assert (case.concerns, case.handling.assignee) == (cast.helene, cast.ragnhild)


def test_case_is_never_given_to_the_one_it_is_about(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, about_my_manager=True)
        with pytest.raises(InvalidTransition):
            services.hand_over(case, to=cast.amir, by=cast.helene)
        services.receive(case, by=cast.helene)
        plan = services.start_plan(case, by=cast.helene)
        with pytest.raises(InvalidTransition):
            plans.add_action(
                plan, title="Snakk med alle", responsible=cast.amir, due_on=timezone.localdate(), by=cast.helene
            )
    client.force_login(cast.helene.user)
    assert client.post(url(case, "gi-videre/"), {"employee": cast.amir.pk}).status_code == 422
    assert client.post(url(case, "tilgang/"), {"employee": cast.amir.pk}).status_code == 422
    action = {"title": "Snakk", "responsible": cast.amir.pk, "due_on": timezone.localdate(), "kind": "immediate"}
    assert client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", action).status_code == 422
    assert case.number not in pages(client, cast.amir)


def test_grown_powers_do_not_open_the_case_to_the_one_it_is_about(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, SECRET, about_my_manager=True)
        hold(cast.amir, Role.HSE_MANAGER)
        hold(cast.amir, Role.SENIOR_SAFETY_REP)
    assert case.number not in pages(client, cast.amir)
    assert client.get(url(case)).status_code == 404
    assert client.post(url(case, "pdf/")).status_code == 404
    assert client.get(f"/fjellvik/oppgaver/{case.handling_id}/").status_code == 404


# --- what becomes confidential ---


def test_what_was_told_before_is_masked_when_a_case_becomes_confidential(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, f"{SECRET}.")
        action = add_action(cast, case, title=f"{SECRET}: samtale")
        plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
        plans.give_statement(action.plan, opinion=Opinion.DISAGREE, comment="Nei", by=cast.kari)
        plans.add_action(
            action.plan, title=f"{SECRET}: straks", responsible=cast.tor_erik, due_on=timezone.localdate(),
            by=cast.amir, kind="immediate",
        )  # fmt: skip
        assert Notification.objects.filter(parameters__title__contains=SECRET).exists()
        case.refresh_from_db()
        services.set_confidential(case, by=cast.amir)
        assert not Assignment.objects.filter(title__contains=SECRET).exists()
        assert not Assignment.objects.filter(is_confidential=False).exists()
        assert not Notification.objects.filter(parameters__icontains="Trakassering").exists()
    seen = pages(client, cast.kari, cast.sunniva, cast.piotr, cast.tor_erik, cast.vigdis, cast.helene, cast.admin)
    assert SECRET not in seen


def test_reading_a_confidential_case_on_paper_is_an_event(cast, monkeypatch):
    monkeypatch.setattr(documents, "render_pdf", lambda *args, **kwargs: b"%PDF")
    with tenant(cast.fjellvik):
        case = report(cast, about_my_manager=True)
        documents.make_case({"deviation": case.pk}, cast.helene)
        opened = Event.objects.get(verb="deviation.opened", root_id=case.pk)
        assert opened.actor == cast.helene


# --- roles ---


def test_owner_of_an_action_sees_the_case_until_the_action_is_taken_out(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        action = add_action(cast, case)
    client.force_login(cast.tor_erik.user)
    assert client.get(url(case)).status_code == 200
    with tenant(cast.fjellvik):
        plans.remove_action(action, by=cast.amir)
    assert client.get(url(case)).status_code == 404


def test_administrator_sees_no_case_anywhere(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, f"{SECRET}.")
        action = add_action(cast, case)
    assert SECRET not in pages(client, cast.admin)
    for tail in ("", "vurder/", "kommentar/", "lukk/", "mer/", "gjenapne/"):
        assert client.get(url(case, tail)).status_code == 404
    assert client.post(url(case, "pdf/")).status_code == 404
    assert client.get("/fjellvik/avvik/importer/").status_code == 403
    assert client.get(f"/fjellvik/tiltak/plan/{action.plan_id}/").status_code == 404
    assert client.get(f"/fjellvik/oppgaver/{case.handling_id}/").status_code == 404
    assert client.get(f"/fjellvik/oppgaver/{action.assignment_id}/").status_code == 404


@pytest.fixture
def inspector(cast) -> Employee:
    with tenant(cast.fjellvik):
        person = make_employee(cast.fjellvik, "Iver Tilsyn", cast.kommune)
        hold(person, Role.INSPECTOR, ends_on=timezone.localdate())
    return person


def test_inspector_reads_and_changes_nothing(cast, client, inspector):
    with tenant(cast.fjellvik):
        case = report(cast)
        plan = add_action(cast, case).plan
        before = Event.objects.count()
    client.force_login(inspector.user)
    assert client.get(url(case)).status_code == 200
    for tail in (
        "kommentar/",
        "ta/",
        "vurder/",
        "arsak/",
        "svar/",
        "lukk/",
        "gi-videre/",
        "konfidensiell/",
        "tilgang/",
    ):
        assert client.post(url(case, tail), {"text": "Hei", "employee": inspector.pk}).status_code == 403
    assert client.post(url(case, "mer/"), {"text": "Hei"}).status_code == 403
    assert client.post(f"/fjellvik/tiltak/plan/{plan.pk}/vedta/").status_code == 403
    with tenant(cast.fjellvik):
        assert Event.objects.count() == before


def test_a_role_that_ended_yesterday_opens_nothing(cast, client, inspector):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    with tenant(cast.fjellvik):
        case = report(cast)
        RoleHolding.objects.filter(employee__in=[inspector, cast.sunniva, cast.helene, cast.kari]).update(
            ends_on=yesterday
        )
    for person in (inspector, cast.sunniva, cast.helene, cast.kari):
        client.force_login(person.user)
        assert client.get(url(case)).status_code == 404


def test_somebody_who_left_yesterday_neither_signs_in_here_nor_acts_from_a_mail(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        action = add_action(cast, case, kind="immediate")
        token = assignments.create_link(action.assignment, to=cast.tor_erik)
        Employee.objects.filter(pk=cast.tor_erik.pk).update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    client.force_login(cast.tor_erik.user)
    assert client.get("/fjellvik/").status_code == 404
    assert client.get("/fjellvik/oppgaver/").status_code == 404
    assert client.post(f"/fjellvik/t/{token}/", {"answer": "done"}).status_code == 410
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=action.assignment_id).state == "open"


def test_somebody_from_elsewhere_is_not_sent_round_in_circles(cast, client):
    client.force_login(cast.olav.user)
    assert client.get("/fjellvik/meld/").status_code == 404

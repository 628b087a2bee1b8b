"""Cases that end without being solved: who may, when not, what the reporter is told, what is locked, what is counted."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deviations import selectors, services
from deviations.enums import Ending, ReporterKind, State
from deviations.models import Comment, Deviation
from deviations.selectors import trends
from deviations.selectors.filters import matching
from hms.actions import services as plans
from hms.actions.enums import PlanState
from hms.assignments.enums import State as AssignmentState
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report, url
from tests.deviations.injury_words import injure
from tests.deviations.test_identity import hidden


@pytest.fixture
def case(cast):
    with tenant(cast.fjellvik):
        return report(cast)


def fresh(case) -> Deviation:
    return Deviation.everything.select_related("handling", "plan").get(pk=case.pk)


# --- rejecting ---


def test_rejecting_gives_the_reporter_a_reason_and_thirty_days(cast, client, case):
    client.force_login(cast.amir.user)
    assert client.post(url(case, "avvis/"), {"text": ""}).status_code == 422
    assert client.post(url(case, "avvis/"), {"text": "Dette hører til eieren av bygget."}).status_code == 303
    with tenant(cast.fjellvik):
        now = fresh(case)
        assert (now.state, now.ending, now.answer) == (
            State.CLOSED,
            Ending.REJECTED,
            "Dette hører til eieren av bygget.",
        )
        assert now.handling.state == AssignmentState.DONE
        assert now.first_answered_at is not None
        assert Notification.objects.filter(type="deviations.rejected", recipient=cast.ingrid).count() == 1
    client.force_login(cast.ingrid.user)
    page = client.get(url(case)).content.decode()
    assert "Dette hører til eieren av bygget." in page
    assert "Avvist" in page
    # It was no solution, so whether it helped is not asked.
    assert client.post(url(case, "hjalp/"), {"helped": "yes"}).status_code == 403
    assert client.post(url(case, "gjenapne/"), {"text": "Det er vi som eier bygget."}).status_code == 303
    with tenant(cast.fjellvik):
        now = fresh(case)
        assert (now.state, now.ending, now.closed_at) == (State.IN_PROGRESS, "", None)
        assert now.handling.state == AssignmentState.OPEN


def test_a_rejection_is_objected_to_for_thirty_days(cast, client, case):
    with tenant(cast.fjellvik):
        services.reject(case, by=cast.amir, reason="Ikke vårt.")
        long_ago = timezone.now() - datetime.timedelta(days=31)
        Deviation.objects.filter(pk=case.pk).update(closed_at=long_ago)
    client.force_login(cast.ingrid.user)
    assert client.post(url(case, "gjenapne/"), {"text": "Jo."}).status_code == 403
    client.force_login(cast.amir.user)
    assert client.post(url(case, "gjenapne/"), {"text": "Jo."}).status_code == 303


@pytest.mark.parametrize("verb", ["avvis/", "sla-sammen/", "flytt/", "del/", "horing/", "lenke/", "ta-ut/"])
def test_who_does_not_handle_the_case_is_refused(cast, client, case, verb):
    people = ((cast.kari, 403), (cast.ingrid, 403), (cast.tor_erik, 404), (cast.admin, 404), (cast.olav, 404))
    for who, status in people:
        client.force_login(who.user)
        assert client.get(url(case, verb)).status_code == status, who.name
        assert client.post(url(case, verb), {"text": "x"}).status_code == status, who.name
    with tenant(cast.fjellvik):
        assert fresh(case).state == State.NEW


def test_a_drafted_plan_is_called_off_and_a_decided_one_stands_in_the_way(cast, client):
    with tenant(cast.fjellvik):
        drafted, decided = report(cast), report(cast)
        action = add_action(cast, drafted)
        plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
        services.reject(drafted, by=cast.amir, reason="Ikke vårt.")
        action.assignment.refresh_from_db()
        action.plan.refresh_from_db()
        assert (action.assignment.state, action.plan.state) == (AssignmentState.CANCELLED, PlanState.DRAFT)
        assert action.plan.statement_assignment.state == AssignmentState.CANCELLED
        under_way = add_action(cast, decided, kind="immediate")
        with pytest.raises(InvalidTransition):
            services.reject(decided, by=cast.amir, reason="Ikke vårt.")
        under_way.assignment.refresh_from_db()
        assert under_way.assignment.state == AssignmentState.OPEN
    client.force_login(cast.amir.user)
    response = client.post(url(decided, "avvis/"), {"text": "Ikke vårt."})
    assert response.status_code == 422
    assert "Ikke vårt." in response.content.decode()
    assert url(decided, "avvis/") not in client.get(url(decided)).content.decode()


# --- withdrawing ---


def test_the_reporter_takes_the_case_back_and_nothing_is_deleted(cast, client, case):
    client.force_login(cast.ingrid.user)
    assert url(case, "trekk/") in client.get(url(case)).content.decode()
    assert client.post(url(case, "trekk/"), {"text": "Det var feil trapp."}).status_code == 303
    with tenant(cast.fjellvik):
        now = fresh(case)
        assert (now.state, now.ending, now.closed_by) == (State.CLOSED, Ending.WITHDRAWN, cast.ingrid)
        assert Comment.objects.get(deviation=case).text == "Det var feil trapp."
        assert Notification.objects.filter(type="deviations.withdrawn_by", recipient=cast.amir).count() == 1
        shown = selectors.visible_to(cast.amir)
        assert not matching(shown, {}, cast.amir).exists()
        assert not matching(shown, {"status": "closed"}, cast.amir).exists()
        assert matching(shown, {"status": "withdrawn"}, cast.amir).get() == case
        assert matching(shown, {"status": "all"}, cast.amir).get() == case
    assert client.post(url(case, "trekk/"), {"text": "Igjen."}).status_code == 409
    assert client.post(url(case, "gjenapne/"), {"text": "Likevel."}).status_code == 303


def test_others_rely_on_it_then_the_reporter_cannot_take_it_back(cast, client, case):
    with tenant(cast.fjellvik):
        add_action(cast, case)
    client.force_login(cast.ingrid.user)
    assert url(case, "trekk/") not in client.get(url(case)).content.decode()
    assert client.post(url(case, "trekk/"), {"text": "Angrer."}).status_code == 422
    # Its handler may, while it is only a draft.
    client.force_login(cast.amir.user)
    assert client.post(url(case, "trekk/"), {"text": "Meldt to ganger."}).status_code == 303
    with tenant(cast.fjellvik):
        assert Notification.objects.filter(type="deviations.withdrawn", recipient=cast.ingrid).count() == 1


@pytest.mark.parametrize("said", ["injured", "notified"])
def test_a_case_with_somebody_in_the_register_is_solved_and_ends_in_no_other_way(cast, client, case, said):
    with tenant(cast.fjellvik):
        other = report(cast)
        if said == "injured":
            injure(cast, case, employee=cast.tor_erik)
        else:
            services.declare(case, by=cast.amir, is_serious=True, is_electric=False)
        for verb in (
            lambda: services.reject(fresh(case), by=cast.amir, reason="x"),
            lambda: services.withdraw_case(fresh(case), by=cast.ingrid, reason="x"),
            lambda: services.merge(fresh(case), into=other, by=cast.amir, reason="x"),
        ):
            with pytest.raises(InvalidTransition), transaction.atomic():
                verb()
        # Others may be merged into it.
        services.merge(other, into=fresh(case), by=cast.amir, reason="x")
    client.force_login(cast.amir.user)
    answer = client.post(url(case, "avvis/"), {"text": "Ikke vårt."})
    assert answer.status_code == 422
    assert "Ikke vårt." in answer.content.decode()


def test_others_cannot_withdraw_it(cast, client, case):
    for who, status in ((cast.kari, 403), (cast.tor_erik, 404), (cast.admin, 404), (cast.olav, 404)):
        client.force_login(who.user)
        assert client.post(url(case, "trekk/"), {"text": "x"}).status_code == status


def test_whistleblowing_is_looked_into_whatever_its_reporter_wants(cast, client, case):
    with tenant(cast.fjellvik):
        services.add_receiver(
            employee=cast.vigdis, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        services.make_whistleblowing(case, by=cast.amir, reason="Varsling.")
        for verb in (services.withdraw_case, services.reject):
            with pytest.raises(InvalidTransition):
                verb(fresh(case), by=cast.vigdis, reason="Nei.")
    client.force_login(cast.ingrid.user)
    assert client.post(url(case, "trekk/"), {"text": "Angrer."}).status_code == 422


def test_a_hidden_reporter_withdraws_as_nobody(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
    client.force_login(cast.ingrid.user)
    assert client.post(url(case, "trekk/"), {"text": "Det ordnet seg."}).status_code == 303
    with tenant(cast.fjellvik):
        assert fresh(case).ending == Ending.WITHDRAWN
        assert not Event.objects.filter(actor=cast.ingrid).exists()
        assert not Comment.objects.filter(author=cast.ingrid).exists()
        assert not case.history.filter(history_user_id=cast.ingrid.pk).exists()
        assert fresh(case).closed_by is None


def test_withdrawing_with_the_receipt_code(cast, client):
    with tenant(cast.fjellvik):
        sent = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="Mørkt i gangen.", severity=1,
            reporter_kind=ReporterKind.ANONYMOUS,
        )  # fmt: skip
    page = client.post("/fjellvik/f/", {"code": sent.receipt_code, "text": "Lyset virker.", "verb": "withdraw"})
    assert page.status_code == 200
    assert "Trukket" in page.content.decode()
    with tenant(cast.fjellvik):
        now = fresh(sent.deviation)
        assert now.ending == Ending.WITHDRAWN
        assert timezone.localtime(now.closed_at).time() == datetime.time(0)
        assert timezone.localtime(now.handling.ended_at).time() == datetime.time(0)
    client.post("/fjellvik/f/", {"code": sent.receipt_code, "text": "Nå er det mørkt igjen.", "verb": "reopen"})
    with tenant(cast.fjellvik):
        assert fresh(sent.deviation).state == State.IN_PROGRESS


# --- locked ---


def _ended(cast, ending) -> Deviation:
    case = report(cast)
    if ending == "closed":
        services.close(case, by=cast.amir, answer="Fikset.")
    elif ending == Ending.REJECTED:
        services.reject(case, by=cast.amir, reason="Ikke vårt.")
    elif ending == Ending.WITHDRAWN:
        services.withdraw_case(case, by=cast.ingrid, reason="Feil.")
    else:
        services.merge(case, into=report(cast, "Trappa i B er farlig."), by=cast.amir, reason="Samme trapp.")
    return fresh(case)


def _verbs(cast):
    by = {"by": cast.amir}
    return {
        "receive": lambda case: services.receive(case, **by),
        "triage": lambda case: services.triage(case, **by, version=case.version, title="Ny tittel"),
        "analyse": lambda case: services.analyse(case, **by, why=["x"], causes=[], version=case.version),
        "draw_fishbone": lambda case: services.draw_fishbone(case, **by, bones={}, version=case.version),
        "answer": lambda case: services.answer(case, **by, text="Hei"),
        "close": lambda case: services.close(case, **by, answer="Hei"),
        "hand_over": lambda case: services.hand_over(case, **by, to=cast.helene),
        "start_plan": lambda case: services.start_plan(case, **by),
        "set_confidential": lambda case: services.set_confidential(case, **by),
        "grant_access": lambda case: services.grant_access(case, **by, to=cast.helene),
        "translate": lambda case: services.translate(case, **by, language="nb", text="Hei"),
        "add_details": lambda case: services.add_details(case, by=cast.ingrid, text="Mer"),
        "make_whistleblowing": lambda case: services.make_whistleblowing(case, **by, reason="x"),
        "reject": lambda case: services.reject(case, **by, reason="x"),
        "withdraw_case": lambda case: services.withdraw_case(case, **by, reason="x"),
        "merge": lambda case: services.merge(case, into=report(cast), **by, reason="x"),
        "move_to_unit": lambda case: services.move_to_unit(case, unit=cast.teknisk, **by, reason="x"),
        "split": lambda case: services.split(
            case, **by, title="x", description="x", unit=cast.solbakken, severity=1
        ),
        "ask_for_view": lambda case: services.ask_for_view(
            case, asked=cast.kari, **by, question="x", due_on=timezone.localdate(), shows_case=True
        ),
        "stop_work": lambda case: services.stop_work(case, by=cast.kari, what="x", place="x", since=timezone.now()),
        "record_injury": lambda case: injure(cast, case),
        "declare": lambda case: services.declare(case, **by, is_serious=True, is_electric=False),
        "into": lambda case: services.merge(report(cast), into=case, **by, reason="x"),
    }  # fmt: skip


@pytest.mark.parametrize("ending", ["closed", *Ending.values])
def test_nothing_in_a_closed_case_can_be_changed(cast, ending):
    with tenant(cast.fjellvik):
        case = _ended(cast, ending)
        before = {field.attname: getattr(case, field.attname) for field in case._meta.concrete_fields}
        for name, verb in _verbs(cast).items():
            with pytest.raises(InvalidTransition), transaction.atomic():
                verb(fresh(case))
                pytest.fail(f"{name} went through")
        now = fresh(case)
        assert {field.attname: getattr(now, field.attname) for field in now._meta.concrete_fields} == before


@pytest.mark.parametrize("ending", ["closed", *Ending.values])
def test_the_addresses_answer_409(cast, client, ending):
    with tenant(cast.fjellvik):
        case = _ended(cast, ending)
    client.force_login(cast.amir.user)
    bodies = {
        "ta/": {}, "svar/": {"text": "x"}, "lukk/": {"text": "x"}, "gi-videre/": {"employee": cast.helene.pk},
        "konfidensiell/": {}, "plan/": {}, "flytt/": {"unit": cast.teknisk.pk, "reason": "x"},
        "horing/": {"asked": cast.kari.pk, "question": "x", "due_on": str(timezone.localdate())},
        "del/": {"title": "x", "description": "x", "unit": cast.solbakken.pk, "severity": 1},
        "avvis/": {"text": "x"}, "trekk/": {"text": "x"},
    }  # fmt: skip
    for verb, body in bodies.items():
        assert client.post(url(case, verb), body).status_code == 409, verb


def test_the_database_holds_the_lock_too(cast):
    with tenant(cast.fjellvik):
        case = _ended(cast, Ending.REJECTED)
        rows = Deviation.objects.filter(pk=case.pk)
        for change in ({"title": "x"}, {"answer": "x"}, {"ending": ""}, {"severity": 1}, {"unit": cast.helse}):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**change)
        # What belongs to no ending, and an ending that has no answer where it must have one.
        opened = report(cast)
        for change in ({"ending": "rejected"}, {"state": "closed", "ending": "rejected", "closed_at": timezone.now()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Deviation.objects.filter(pk=opened.pk).update(**change)


# --- counted ---


def test_only_what_is_one_is_counted(cast, client):
    today = timezone.localdate()
    months = trends.Months(today.replace(day=1), trends.month_after(today))
    with tenant(cast.fjellvik):
        for ending in ["closed", *Ending.values]:
            _ended(cast, ending)
        # The case that goes on, and the closed one.
        scope = trends.scope_of(cast.sunniva, months)
        assert trends.total_of(scope) == 2
        assert trends.not_counted_in(scope) == {"rejected": 1, "withdrawn": 1, "merged": 1}
        assert trends.not_counted_in(trends.scope_of(cast.ingrid, months)) == {}
        assert selectors.open_counts(cast.sunniva).open == 1
        seen = selectors.visible_to(cast.sunniva)
        assert matching(seen, {"status": "counted"}, cast.sunniva).count() == 2
        assert matching(seen, {"status": "all"}, cast.sunniva).count() == 5
        for ending in Ending.values:
            assert matching(seen, {"status": ending}, cast.sunniva).count() == 1
    client.force_login(cast.sunniva.user)
    page = client.get("/fjellvik/avvik/trender/").content.decode()
    assert "status=counted" in page
    assert "status=rejected" in page


def test_a_good_example_is_of_a_solved_case(cast):
    with tenant(cast.fjellvik):
        case = _ended(cast, Ending.REJECTED)
        texts = dict.fromkeys(("title", "problem", "done", "better"), "x")
        with pytest.raises(InvalidTransition):
            services.write_example(case, by=cast.amir, texts=texts)
        solved = _ended(cast, "closed")
        example = services.write_example(solved, by=cast.amir, texts=texts)
        services.keep_consent(example, yes=True, by=cast.ingrid)
        services.publish(example, by=cast.amir)
        assert selectors.shared_examples(cast.tor_erik).exists()
        services.reopen(solved, by=cast.amir, reason="x")
        services.reject(solved, by=cast.amir, reason="x")
        assert not selectors.shared_examples(cast.tor_erik).exists()

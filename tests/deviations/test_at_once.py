"""Two at once, and the same twice: nothing is lost, nothing doubled, nothing closed over open work."""

import datetime
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from deviations import services
from deviations.enums import CommentVisibility, State
from deviations.models import Comment, Deviation, Injury, Notice
from hms.actions import services as plans
from hms.actions.enums import Opinion, PlanState
from hms.actions.models import Action, Statement
from hms.assignments import services as assignments
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from tests.cast import build_cast
from tests.conftest import as_owner
from tests.deviations.helpers import add_action, report, url
from tests.deviations.injury_words import form as injured


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each answers, or the exception it ends in; each on a connection of its own, set off together."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int) -> None:
        try:
            start.wait(10)
            results[index] = acts[index]()
        except Exception as error:  # noqa: BLE001  the test looks at it
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.fixture
def world(transactional_db, serving_role):
    with as_owner():
        return build_cast()


def signed_in(employee) -> Client:
    client = Client()
    client.force_login(employee.user)
    return client


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_who_close_at_once(self, world):
        with tenant(world.fjellvik):
            case = report(world)
        clients = [signed_in(world.amir), signed_in(world.sunniva)]
        answers = at_once(*(lambda c=c: c.post(url(case, "lukk/"), {"text": "Fikset."}).status_code for c in clients))
        assert sorted(answers) == [303, 409]
        with tenant(world.fjellvik):
            assert Event.objects.filter(verb="deviation.closed").count() == 1
            assert Notification.objects.filter(type="deviations.closed").count() == 1

    def test_an_injury_and_a_checklist_are_made_once_however_often_they_are_sent(self, world):
        with tenant(world.fjellvik):
            case = report(world)
        clients = [signed_in(world.amir), signed_in(world.sunniva), signed_in(world.helene)]
        sent = injured(outcome="serious", employee=world.tor_erik.pk, idempotency_key=str(uuid.uuid4()))
        acts = [lambda c=c: c.post(url(case, "skade/"), sent).status_code for c in clients]
        acts += [lambda c=c: c.post(url(case, "alvorlig/"), {"is_serious": "on"}).status_code for c in clients]
        assert set(at_once(*acts)) == {303}
        with tenant(world.fjellvik):
            injury = Injury.objects.get()
            assert Notice.objects.filter(deviation=case).count() == 4
            assert Notification.objects.filter(type="deviations.serious", recipient=world.kari).count() == 1
            assert Assignment.objects.filter(kind="action").count() == 2
            injury.nav.delete()
        acts = [lambda c=c: c.post(url(case, f"skade/{injury.pk}/nav/ny/")).status_code for c in clients]
        assert set(at_once(*acts)) == {303}

    def test_no_case_is_closed_over_a_checklist_that_begins_at_the_same_moment(self, world):
        for _each in range(4):
            with tenant(world.fjellvik):
                case = report(world)
            clients = [signed_in(world.amir), signed_in(world.sunniva)]
            at_once(
                lambda: clients[0].post(url(case, "lukk/"), {"text": "Fikset."}).status_code,  # noqa: B023
                lambda: clients[1].post(url(case, "alvorlig/"), {"is_serious": "on"}).status_code,  # noqa: B023
            )
            with tenant(world.fjellvik):
                case.refresh_from_db()
                left = Notice.objects.filter(deviation=case).count()
                assert (case.state, left, case.open_notices) in {("closed", 0, 0), ("in_progress", 4, 4)}

    def test_the_last_two_receipts_at_once_end_the_task_once(self, world):
        with tenant(world.fjellvik):
            case = report(world)
            services.declare(case, by=world.amir, is_serious=True, is_electric=False)
        clients = [signed_in(world.amir), signed_in(world.sunniva)]
        why = {"text": "Gjelder ikke her."}
        for kind in ("labour_call", "police_call"):
            assert clients[0].post(url(case, f"melding/{kind}/ikke/"), why).status_code == 303
        acts = [
            lambda c=c, kind=kind: c.post(url(case, f"melding/{kind}/ikke/"), why).status_code
            for c, kind in zip(clients, ("labour_letter", "rep_copy"), strict=True)
        ]
        assert at_once(*acts) == [303, 303]
        with tenant(world.fjellvik):
            case.refresh_from_db()
            assert case.open_notices == 0
            assert Event.objects.filter(verb="assignment.completed").count() == 1

    def test_two_who_take_the_case_at_once(self, world):
        with tenant(world.fjellvik):
            case = report(world)
        clients = [signed_in(world.amir), signed_in(world.sunniva)]
        assert sorted(at_once(*(lambda c=c: c.post(url(case, "ta/")).status_code for c in clients))) == [303, 409]

    def test_closing_while_an_action_is_added_leaves_no_open_action_in_a_closed_case(self, world):
        for _round in range(3):
            with tenant(world.fjellvik):
                case = report(world)
                plan = services.start_plan(case, by=world.amir)
            adder, closer = signed_in(world.amir), signed_in(world.sunniva)
            action = {
                "title": "Ny", "responsible": world.tor_erik.pk, "due_on": timezone.localdate(), "kind": "corrective"
            }  # fmt: skip
            answers = at_once(
                lambda plan=plan, c=adder, a=action: c.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", a).status_code,
                lambda case=case, c=closer: c.post(url(case, "lukk/"), {"text": "Fikset."}).status_code,
            )
            with tenant(world.fjellvik):
                case.refresh_from_db()
                assert (case.state == State.CLOSED) != Action.objects.filter(plan=plan).exists(), answers

    def test_done_from_the_mail_and_in_the_browser_at_once(self, world):
        with tenant(world.fjellvik):
            action = add_action(world, report(world), kind="immediate")
            token = assignments.create_link(action.assignment, to=world.tor_erik)
        browser, anybody = signed_in(world.tor_erik), Client()
        task = f"/fjellvik/oppgaver/{action.assignment_id}/"
        answers = at_once(
            lambda: browser.post(task, {"answer": "done"}).status_code,
            lambda: anybody.post(f"/fjellvik/t/{token}/", {"answer": "done"}).status_code,
        )
        assert sorted(answers) in ([303, 409], [303, 410])
        with tenant(world.fjellvik):
            assert Event.objects.filter(verb="assignment.completed").count() == 1

    def test_two_statements_at_once(self, world):
        with tenant(world.fjellvik):
            plan = add_action(world, report(world)).plan
            plans.send_to_safety_rep(plan, to=world.kari, by=world.amir)
        said = {"opinion": "approve", "version": plan.version}
        clients = [signed_in(world.kari), signed_in(world.vigdis)]
        address = f"/fjellvik/tiltak/plan/{plan.pk}/uttalelse/"
        assert sorted(at_once(*(lambda c=c: c.post(address, said).status_code for c in clients))) == [303, 409]
        with tenant(world.fjellvik):
            assert Statement.objects.count() == 1

    def test_two_who_decide_at_once(self, world):
        with tenant(world.fjellvik):
            plan = add_action(world, report(world)).plan
            plans.send_to_safety_rep(plan, to=world.kari, by=world.amir)
            plans.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=world.kari)
        clients = [signed_in(world.amir), signed_in(world.sunniva)]
        address = f"/fjellvik/tiltak/plan/{plan.pk}/vedta/"
        assert sorted(at_once(*(lambda c=c: c.post(address).status_code for c in clients))) == [303, 409]
        with tenant(world.fjellvik):
            assert Notification.objects.filter(type="assignments.assigned", recipient=world.tor_erik).count() == 1

    def test_numbers_have_no_gaps_when_many_report_and_some_fail(self, world):
        def one(index: int) -> None:
            with tenant(world.fjellvik):
                report(world, f"Nr {index}")
                if index % 3 == 0:
                    raise ZeroDivisionError

        at_once(*(lambda i=i: one(i) for i in range(9)))
        with tenant(world.fjellvik):
            assert sorted(Deviation.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4, 5, 6]

    def test_two_connections_never_share_an_organisation(self, world):
        def count(organisation) -> list[int]:
            seen = []
            for _round in range(20):
                with tenant(organisation):
                    seen.append(Employee.objects.count())
            return seen

        fjellvik, havbris = at_once(lambda: count(world.fjellvik), lambda: count(world.havbris))
        assert (set(fjellvik), set(havbris)) == ({10}, {1})


# --- the same twice ---


def test_comment_sent_twice_is_one(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.amir.user)
    for text in ("Ringer i dag.", "Ringer i dag.", "Ringte.", "Ringer i dag."):
        client.post(url(case, "kommentar/"), {"text": text, "visibility": CommentVisibility.INTERNAL})
    with tenant(cast.fjellvik):
        said = list(Comment.objects.order_by("id").values_list("text", flat=True))
        assert said == ["Ringer i dag.", "Ringte.", "Ringer i dag."]
        assert Event.objects.filter(verb="deviation.commented").count() == 3


def test_answer_and_details_sent_twice_are_one(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
    for person, tail, text in ((cast.amir, "svar/", "Takk!"), (cast.ingrid, "mer/", "Også i trapp C.")):
        client.force_login(person.user)
        for _round in range(2):
            assert client.post(url(case, tail), {"text": text}).status_code == 303
    with tenant(cast.fjellvik):
        assert Comment.objects.count() == 2
        assert Notification.objects.filter(type="deviations.answered").count() == 1


def test_action_sent_twice_is_one(cast, client):
    with tenant(cast.fjellvik):
        plan = services.start_plan(report(cast), by=cast.amir)
    client.force_login(cast.amir.user)
    action = {"title": "Ny", "responsible": cast.tor_erik.pk, "due_on": timezone.localdate(), "kind": "corrective"}
    for _round in range(2):
        assert client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", action).status_code == 303
    with tenant(cast.fjellvik):
        assert Action.objects.count() == 1
        plan.refresh_from_db()
        assert plan.version == 2


def test_statement_on_a_plan_that_changed_meanwhile_is_not_taken(cast, client):
    with tenant(cast.fjellvik):
        plan = add_action(cast, report(cast)).plan
        plans.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)
    client.force_login(cast.kari.user)
    shown = client.get(f"/fjellvik/tiltak/plan/{plan.pk}/uttalelse/")
    seen = shown.context["form"].initial["version"]
    with tenant(cast.fjellvik):
        plans.add_action(
            plan, title="Og noe helt annet", responsible=cast.amir, due_on=timezone.localdate(), by=cast.amir
        )
        plans.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)
    answer = client.post(f"/fjellvik/tiltak/plan/{plan.pk}/uttalelse/", {"opinion": "approve", "version": seen})
    assert answer.status_code == 422
    with tenant(cast.fjellvik):
        assert not Statement.objects.exists()


# --- closed and opened again ---


def closed_with_plan(cast) -> Deviation:
    """Closed, everything done and the effect checked; call inside the scope."""
    case = report(cast)
    action = add_action(cast, case)
    plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
    plans.give_statement(action.plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
    plans.decide(action.plan, organisation=cast.fjellvik, by=cast.amir)
    action.refresh_from_db()
    assignments.complete(action.assignment, by=cast.tor_erik)
    action.plan.refresh_from_db()
    plans.check_effect(action.plan, effect="effective", note="", by=cast.amir)
    case.refresh_from_db()
    services.close(case, by=cast.amir, answer="Rekkverket er festet.")
    return case


def test_plan_of_a_closed_case_takes_no_changes(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        plan = services.start_plan(case, by=cast.amir)
        case.refresh_from_db()
        services.close(case, by=cast.amir, answer="Ingenting å gjøre.")
    client.force_login(cast.amir.user)
    action = {"title": "Ny", "responsible": cast.tor_erik.pk, "due_on": timezone.localdate(), "kind": "immediate"}
    assert client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", action).status_code == 409


def test_reopened_case_can_get_new_actions_although_its_plan_was_closed(cast):
    with tenant(cast.fjellvik):
        case = closed_with_plan(cast)
        assert case.plan.state == PlanState.CLOSED
        services.reopen(case, by=cast.ingrid, reason="Det er løst igjen.")
        action = add_action(cast, case, title="Bytt rekkverket")
        assert action.plan.state == PlanState.DRAFT
        case.refresh_from_db()
        with pytest.raises(InvalidTransition):
            services.close(case, by=cast.amir, answer="Nå da.")


def test_case_reopened_after_its_handler_left_goes_to_whoever_gets_cases_now(cast):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    with tenant(cast.fjellvik):
        case = report(cast)
        services.close(case, by=cast.amir, answer="Fikset.")
        Employee.objects.filter(pk=cast.amir.pk).update(ends_on=yesterday)
        case = Deviation.objects.get(pk=case.pk)
        services.reopen(case, by=cast.ingrid, reason="Nei.")
        case.refresh_from_db()
        assert (case.handling.assignee, case.handling.state) == (cast.helene, "open")
        assert Notification.objects.filter(recipient=cast.helene, type="assignments.assigned").exists()


def test_case_that_nobody_has_can_be_given_to_somebody(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        Deviation.objects.filter(pk=case.pk).update(handling=None)
        Assignment.objects.filter(pk=case.handling_id).update(state="cancelled", ended_at=timezone.now())
    client.force_login(cast.sunniva.user)
    assert client.post(url(case, "gi-videre/"), {"employee": cast.piotr.pk}).status_code == 303
    with tenant(cast.fjellvik):
        assert Deviation.objects.get(pk=case.pk).handling.assignee == cast.piotr

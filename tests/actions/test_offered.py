"""An action for a group: planned with the plan, offered when it is decided, taken by one."""

import pytest
from django.utils import timezone

from deviations import services as deviations
from hms.actions import services
from hms.actions.models import Action
from hms.assignments import services as assignments
from hms.assignments.models import Assignment
from hms.assignments.target import Target
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations import services as organisations
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url


@pytest.fixture
def wardens(cast):
    with tenant(cast.fjellvik):
        group = organisations.create_group(name="Brannvernledere", unit=cast.solbakken, by=cast.admin)
        for person in (cast.kari, cast.tor_erik):
            organisations.add_member(group, person, by=cast.admin)
        return group


@pytest.fixture
def plan(cast):
    with tenant(cast.fjellvik):
        return deviations.start_plan(report(cast), by=cast.amir)


def form(**changes):
    values = {"title": "Prøv alarmen", "due_on": timezone.localdate().isoformat(), "kind": "corrective", **changes}
    return {name: value for name, value in values.items() if value is not None}


def offered():
    rows = Notification.objects.filter(type="assignments.offered").order_by("recipient__given_name")
    return [row.recipient.given_name for row in rows]


def test_chosen_in_the_form_offered_with_the_decision_and_taken(cast, client, wardens, plan):
    client.force_login(cast.amir.user)
    address = f"/fjellvik/tiltak/plan/{plan.pk}/nytt/"
    assert f'value="group:{wardens.pk}"' in client.get(address).content.decode()
    assert client.post(address, form(offered_to=f"group:{wardens.pk}")).status_code == 303
    with tenant(cast.fjellvik):
        case = plan_case(plan)
        action = Action.objects.get()
        assert (action.assignment.state, action.assignment.assignee) == ("planned", cast.amir)
        assert offered() == []
    page = client.get(url(case)).content.decode()
    assert "Brannvernledere" in page
    with tenant(cast.fjellvik):
        services.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)
        services.give_statement(plan, opinion="approve", comment="", by=cast.kari)
        services.decide(plan, organisation=cast.fjellvik, by=cast.amir)
        assert offered() == ["Kari", "Tor Erik"]
        assert "Ingen har tatt den" in client.get(url(case)).content.decode()
        task = Assignment.objects.get(pk=action.assignment_id)
        assignments.take(task, by=cast.tor_erik)
    page = client.get(url(case)).content.decode()
    assert "Tor Erik Moen" in page
    assert "Ingen har tatt den" not in page
    with tenant(cast.fjellvik):
        assignments.complete(task, by=cast.tor_erik)
        plan.refresh_from_db()
        assert plan.state == "done"


def plan_case(plan):
    from deviations.models import Deviation

    return Deviation.objects.get(plan=plan)


@pytest.mark.parametrize("both", [True, False])
def test_one_person_or_many_and_not_both(cast, client, wardens, plan, both):
    client.force_login(cast.amir.user)
    chosen = {"responsible": cast.tor_erik.pk, "offered_to": f"group:{wardens.pk}"} if both else {}
    response = client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", form(**chosen))
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"offered_to" if both else "responsible"}


def test_the_same_form_twice_makes_one_action(cast, client, wardens, plan):
    client.force_login(cast.amir.user)
    for _press in range(2):
        client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", form(offered_to=f"group:{wardens.pk}"))
    with tenant(cast.fjellvik):
        assert Action.objects.count() == 1


def test_changed_from_a_group_to_a_unit_to_a_person_and_back(cast, client, wardens, plan):
    with tenant(cast.fjellvik):
        action = services.add_action(
            plan, title="Prøv alarmen", offered_to=Target(group=wardens), due_on=timezone.localdate(), by=cast.amir,
            kind="immediate",
        )  # fmt: skip
        assert offered() == ["Kari", "Tor Erik"]
    client.force_login(cast.amir.user)
    address = f"/fjellvik/tiltak/{action.pk}/endre/"
    assert f'value="group:{wardens.pk}" selected' in client.get(address).content.decode()

    def change(**who):
        assert client.post(address, form(kind="immediate", **who)).status_code == 303
        with tenant(cast.fjellvik):
            task = Assignment.objects.get(pk=action.assignment_id)
            return task.assignee, task.open_offer.name if task.open_offer else ""

    assert change(offered_to=f"unit:{cast.teknisk.pk}") == (cast.piotr, "Teknisk drift")
    assert change(offered_to="role:manager") == (cast.amir, "Leder")
    assert change(responsible=cast.ingrid.pk) == (cast.ingrid, "")
    assert change(offered_to=f"group:{wardens.pk}") == (cast.amir, "Brannvernledere")
    with tenant(cast.fjellvik):
        before = Notification.objects.count()
    assert change(offered_to=f"group:{wardens.pk}") == (cast.amir, "Brannvernledere")
    with tenant(cast.fjellvik):
        assert Notification.objects.count() == before


@pytest.mark.parametrize("choice", ["group:999999", "unit:999999", "role:administrator", "role:x", "x"])
def test_nonsense_is_answered_with_the_form(cast, client, wardens, plan, choice):
    client.force_login(cast.amir.user)
    response = client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", form(offered_to=choice))
    assert response.status_code == 422


def test_a_confidential_plans_action_is_for_one_person(cast, client, wardens):
    with tenant(cast.fjellvik):
        case = report(cast)
        deviations.set_confidential(case, by=cast.amir)
        plan = deviations.start_plan(case, by=cast.amir)
        with pytest.raises(InvalidTransition):
            services.add_action(
                plan, title="Snakk", offered_to=Target(group=wardens), due_on=timezone.localdate(), by=cast.amir
            )
    client.force_login(cast.amir.user)
    page = client.get(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/").content.decode()
    assert "offered_to" not in page

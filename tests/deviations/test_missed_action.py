"""An action that was not done in time becomes a deviation: by whom, once, linked, from the plan and from the task."""

import datetime
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from deviations import selectors, services
from deviations.enums import Category, ReportKind
from deviations.models import Deviation, MissedAction
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report, url
from tests.deviations.test_at_once import at_once, signed_in, world  # noqa: F401  a fixture


def late(cast, case, **fields):
    """An action of the case that should have been done a week ago."""
    action = add_action(cast, case, kind="immediate", **fields)
    due = timezone.localdate() - datetime.timedelta(days=7)
    Assignment.objects.filter(pk=action.assignment_id).update(due_on=due)
    action.assignment.refresh_from_db()
    return action


def address(action) -> str:
    return f"/fjellvik/avvik/tiltak/{action.pk}/"


def body(cast, **fields):
    key = str(uuid.uuid4())
    return {
        "description": "Rekkverket er ikke festet.",
        "unit": cast.solbakken.pk,
        "severity": 2,
        "idempotency_key": key,
    } | fields


def test_from_the_plan_and_the_task_once(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        action = late(cast, case)
    for person, page in ((cast.amir, url(case)), (cast.tor_erik, f"/fjellvik/oppgaver/{action.assignment_id}/")):
        client.force_login(person.user)
        assert address(action) in client.get(page).content.decode(), person.name
    form = client.get(address(action)).content.decode()
    assert "Fest rekkverket" in form
    assert client.post(address(action), body(cast, description="")).status_code == 422
    assert client.post(address(action), body(cast)).status_code == 303
    assert client.post(address(action), body(cast)).status_code == 303
    with tenant(cast.fjellvik):
        made = MissedAction.objects.get().deviation
        assert (made.reporter, made.category, made.kind) == (
            cast.tor_erik, Category.ROUTINE_BREACH, ReportKind.ROUTINE_BREACH,
        )  # fmt: skip
        assert made.handling.assignee == cast.amir
        assert [row.case for row in selectors.linked_to(case, cast.amir)] == [made]
        assert Event.objects.filter(verb="action.reported_missed").count() == 1
        assert Deviation.objects.count() == 2
    client.force_login(cast.amir.user)
    page = client.get(url(case)).content.decode()
    assert made.number in page
    assert address(action) not in page
    assert client.get(address(action)).headers["Location"] == url(made)


def test_what_is_not_late_or_is_done_is_not_reported(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        action = add_action(cast, case, kind="immediate")
        with pytest.raises(InvalidTransition):
            services.report_missed_action(action, by=cast.amir, description="x", severity=1, unit=cast.solbakken)
    client.force_login(cast.amir.user)
    assert address(action) not in client.get(url(case)).content.decode()
    assert client.get(address(action)).status_code == 409
    assert client.post(address(action), body(cast)).status_code == 409


def test_a_confidential_plan_does_not_go_out_that_way(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.set_confidential(case, by=cast.amir)
        action = late(cast, case)
    client.force_login(cast.amir.user)
    assert address(action) not in client.get(url(case)).content.decode()
    assert client.post(address(action), body(cast)).status_code == 409


def test_who_has_no_part_in_it_does_not_report_it(cast, client):
    with tenant(cast.fjellvik):
        action = late(cast, report(cast))
    for who, status in ((cast.ingrid, 403), (cast.piotr, 404), (cast.admin, 404), (cast.olav, 404), (cast.kari, 200)):
        client.force_login(who.user)
        assert client.get(address(action)).status_code == status, who.name


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_case(world):  # noqa: F811
    with tenant(world.fjellvik):
        action = late(world, report(world))
    clients: list[Client] = [signed_in(world.amir), signed_in(world.tor_erik)]
    answers = at_once(*(lambda c=c: c.post(address(action), body(world)).status_code for c in clients))
    assert answers == [303, 303]
    with tenant(world.fjellvik):
        assert MissedAction.objects.count() == 1
        assert Deviation.objects.count() == 2

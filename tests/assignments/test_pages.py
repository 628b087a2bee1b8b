"""My tasks, one task, handing over and more time, in the browser."""

import datetime

import pytest
from django.utils import timezone

from hms.assignments import services
from hms.assignments.enums import State
from hms.assignments.models import Assignment, ExtensionRequest
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant

LIST = "/fjellvik/oppgaver/"


def as_(client, employee):
    client.force_login(employee.user)
    return client


def test_my_tasks_show_the_most_overdue_first(cast, client, give, due):
    today = timezone.localdate()
    for days, title in [(5, "Om fem dager"), (-3, "Forfalt"), (0, "I dag")]:
        give(title=title, due_on=today + datetime.timedelta(days=days))
    give(title="Planlagt", planned=True)
    give(title="Piotrs", to=cast.piotr)
    response = as_(client, cast.tor_erik).get(LIST)
    assert [task.title for task, _source in response.context["rows"]] == ["Forfalt", "I dag", "Om fem dager"]
    assert "Planlagt" not in response.content.decode()


def test_what_is_done_is_listed_apart(cast, client, give):
    done, still_open = give(title="Gjort"), give(title="Ikke gjort")
    with tenant(cast.fjellvik):
        services.complete(done, by=cast.tor_erik)
    response = as_(client, cast.tor_erik).get(LIST, {"vis": "ferdig"})
    assert [task for task, _source in response.context["rows"]] == [done]
    assert still_open.title in client.get(LIST).content.decode()


def test_an_empty_list_says_so(cast, client):
    assert as_(client, cast.ingrid).get(LIST).status_code == 200
    assert client.get(LIST, {"vis": "ferdig"}).status_code == 200


def test_pages_of_tasks_are_complete_and_in_order(cast, client, give):
    titles = [f"Oppgave {number:02d}" for number in range(27)]
    for title in titles:
        give(title=title)
    as_(client, cast.tor_erik)
    first = client.get(LIST)
    second = client.get(LIST + first.context["next_url"])
    seen = [task.title for page in (first, second) for task, _source in page.context["rows"]]
    assert seen == titles
    back = client.get(LIST + second.context["previous_url"])
    assert [task.title for task, _source in back.context["rows"]] == titles[:25]
    assert client.get(LIST, {"etter": "tull"}).status_code == 400


def count_queries(client, address):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("view", ["", "?vis=ferdig"])
def test_three_tasks_cost_as_many_queries_as_one(cast, client, give, view):
    def add():
        assignment = give()
        if view:
            with tenant(cast.fjellvik):
                services.complete(assignment, by=cast.tor_erik)

    as_(client, cast.tor_erik)
    add()
    one = count_queries(client, LIST + view)
    add()
    add()
    assert count_queries(client, LIST + view) == one


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("tor_erik", 200),
        ("amir", 200),
        ("piotr", 200),
        ("sunniva", 200),
        ("ingrid", 404),
        ("kari", 404),
        ("admin", 404),
    ],
)
def test_who_may_open_a_task(cast, client, give, who, status):
    assignment = give()
    assert as_(client, getattr(cast, who)).get(f"{LIST}{assignment.pk}/").status_code == status


def test_another_organisation_never_finds_it(cast, client, give):
    assignment = give()
    as_(client, cast.olav)
    for address in (f"/havbris/oppgaver/{assignment.pk}/", f"/fjellvik/oppgaver/{assignment.pk}/"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"answer": "done"}).status_code == 404


def test_done_in_the_browser(cast, client, give):
    assignment = give()
    response = as_(client, cast.tor_erik).post(f"{LIST}{assignment.pk}/", {"answer": "done", "comment": "Ordnet"})
    assert response.status_code == 303
    page = client.get(response.headers["Location"])
    assert "Ordnet" in page.content.decode()
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert assignment.state == State.DONE
    assert client.post(f"{LIST}{assignment.pk}/", {"answer": "done"}).status_code == 409


def test_not_mine_leads_away_from_what_is_no_longer_mine(cast, client, give):
    assignment = give()
    response = as_(client, cast.tor_erik).post(
        f"{LIST}{assignment.pk}/", {"answer": "not_mine", "comment": "Snekkerens"}
    )
    assert response.headers["Location"] == LIST
    assert client.get(f"{LIST}{assignment.pk}/").status_code == 404


@pytest.mark.parametrize("who", ["amir", "piotr", "sunniva"])
def test_only_the_assignee_answers(cast, client, give, who):
    assignment = give()
    as_(client, getattr(cast, who))
    assert client.get(f"{LIST}{assignment.pk}/").context["form"] is None
    assert client.post(f"{LIST}{assignment.pk}/", {"answer": "done"}).status_code == 403


def test_work_with_its_own_page_leads_there(cast, client, give, unit_source):
    unit_source(link_verbs=frozenset(), url=lambda a: "/fjellvik/varsler/")
    assignment = give()
    assert as_(client, cast.tor_erik).get(f"{LIST}{assignment.pk}/").headers["Location"] == "/fjellvik/varsler/"
    assert client.get(f"{LIST}{assignment.pk}/overlat/").status_code == 403


@pytest.mark.parametrize(("who", "status"), [("tor_erik", 303), ("amir", 303), ("piotr", 303), ("ingrid", 404)])
def test_handing_over(cast, client, give, who, status):
    assignment = give()
    as_(client, getattr(cast, who))
    data = {"to": cast.helene.pk, "reason": "Du er der oftere"}
    assert client.post(f"{LIST}{assignment.pk}/overlat/", data).status_code == status
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert assignment.assignee == (cast.helene if status == 303 else cast.tor_erik)


def test_a_forged_employee_of_another_organisation_is_refused(cast, client, give):
    assignment = give()
    response = as_(client, cast.tor_erik).post(f"{LIST}{assignment.pk}/overlat/", {"to": cast.olav.pk})
    assert response.status_code == 422
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert assignment.assignee == cast.tor_erik


def test_a_confidential_task_is_not_handed_over_here(cast, client, give):
    assignment = give(confidential=True)
    as_(client, cast.tor_erik)
    assert client.get(f"{LIST}{assignment.pk}/").status_code == 200
    assert client.post(f"{LIST}{assignment.pk}/overlat/", {"to": cast.helene.pk}).status_code == 403


@pytest.fixture
def wish(cast, give, due):
    assignment = give()
    with tenant(cast.fjellvik):
        return services.request_extension(
            assignment, new_due_on=due + datetime.timedelta(days=5), reason="Venter på deler", by=cast.tor_erik
        )


@pytest.mark.parametrize(
    ("who", "status"), [("amir", 303), ("piotr", 303), ("sunniva", 303), ("tor_erik", 403), ("ingrid", 404)]
)
def test_who_may_give_more_time(cast, client, wish, who, status):
    address = f"{LIST}{wish.assignment_id}/frist/"
    as_(client, getattr(cast, who))
    if status == 303:
        assert "Venter på deler" in client.get(address).content.decode()
    assert client.post(address, {"answer": "yes"}).status_code == status
    with tenant(cast.fjellvik):
        moved = Assignment.objects.get(pk=wish.assignment_id).due_on == wish.new_due_on
    assert moved is (status == 303)


def test_no_to_more_time_and_a_second_answer(cast, client, wish):
    address = f"{LIST}{wish.assignment_id}/frist/"
    as_(client, cast.amir)
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"answer": "no", "comment": "Det haster"}).status_code == 303
    with tenant(cast.fjellvik):
        assert ExtensionRequest.objects.get().state == "declined"
        assert Notification.objects.get(type="assignments.extension_decided").recipient == cast.tor_erik
    assert client.post(address, {"answer": "yes"}).status_code == 409
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", ["", "1/", "1/overlat/", "1/frist/"])
def test_signing_in_is_required(cast, client, path):
    response = client.get(LIST + path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/konto/")


@pytest.mark.parametrize("path", ["99999999999999999999/", "0/", "0/frist/"])
def test_what_does_not_exist(cast, client, path):
    assert as_(client, cast.amir).get(LIST + path).status_code == 404

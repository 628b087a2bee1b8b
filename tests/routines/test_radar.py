"""Which routines sleep, and why; seen by those who can wake them."""

import datetime

import pytest
from django.utils import timezone

from deviations import services as cases
from hms.assignments.models import Assignment
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from routines import selectors, services
from routines.models import Question
from tests.deviations.helpers import report
from tests.routines.helpers import begin, publish, url


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def seen(employee) -> dict[str, list[str]]:
    return {one.routine.title: one.reasons for one in selectors.sleepers(employee)}


def test_what_is_fresh_is_awake(cast, inside):
    publish(cast)
    services.turn()
    assert seen(cast.amir) == {}


def test_sleepers_are_ranked_with_the_reason_in_words(cast, inside):
    late = publish(cast, title="Lenge siden")
    Assignment.objects.filter(pk=late.revision_id).update(due_on=timezone.localdate() - datetime.timedelta(days=40))
    unread = publish(cast, title="Ulest")
    services.turn()
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Assignment.objects.filter(kind="read", title__contains="Ulest").update(due_on=yesterday)
    asked = publish(cast, title="Uklar", must_confirm=False)
    services.ask_owner(asked, by=cast.ingrid, text="Hva betyr dette?")
    Question.objects.update(asked_at=timezone.now() - datetime.timedelta(days=20))
    found = seen(cast.amir)
    assert list(found) == ["Lenge siden", "Uklar", "Ulest"]
    assert "40" in found["Lenge siden"][0]
    assert "3" in found["Ulest"][0]
    assert unread.title in seen(cast.sunniva)


def test_routine_whose_owner_has_left_sleeps_soundest(cast, inside):
    publish(cast)
    Employee.objects.filter(pk=cast.amir.pk).update(ends_on=timezone.localdate() - datetime.timedelta(days=3))
    assert "Amir Hosseini" in seen(cast.sunniva)["Stikkskader og blodsøl"][0]


def test_one_sees_what_one_answers_for(cast, inside, client):
    routine = publish(cast)
    Assignment.objects.filter(pk=routine.revision_id).update(due_on=timezone.localdate() - datetime.timedelta(days=4))
    assert seen(cast.helene)
    assert seen(cast.piotr) == {}
    for employee, status in ((cast.amir, 200), (cast.ingrid, 403), (cast.admin, 403)):
        client.force_login(employee.user)
        assert client.get("/fjellvik/rutiner/radar/").status_code == status


def test_as_many_queries_for_many_as_for_few(cast, inside, django_assert_num_queries):
    publish(cast)
    services.turn()
    with django_assert_num_queries(12):
        selectors.sleepers(cast.sunniva)
    for number in range(3):
        publish(cast, title=f"Rutine {number}")
    services.turn()
    with django_assert_num_queries(11):
        # Who she is has been read already.
        selectors.sleepers(cast.sunniva)


def test_code_leads_to_what_holds_now(cast, inside, client):
    routine = publish(cast)
    client.force_login(cast.ingrid.user)
    page = client.get(url(routine, "plakat/")).content.decode()
    assert f"/fjellvik/rutiner/{routine.slug}/" in page
    picture = client.get(url(routine, "plakat/qr.svg"))
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"style=" not in picture.content


def test_deviations_that_name_a_routine_reach_whoever_keeps_it(cast, inside, client):
    routine = publish(cast)
    case = report(cast, routine_cover="unclear", routine_name="stikkskader og blodsøl")
    report(cast, routine_cover="followed", routine_name="Stikkskader og blodsøl")
    secret = report(cast, routine_cover="missing", routine_name="Stikkskader og blodsøl")
    cases.set_confidential(secret, by=cast.amir)
    assert "1" in seen(cast.helene)["Stikkskader og blodsøl"][0]
    client.force_login(cast.amir.user)
    assert case.number in client.get(url(routine)).content.decode()
    # Readers see no cases here, and a leader sees none of others' secrets.
    client.force_login(cast.ingrid.user)
    assert case.number not in client.get(url(routine)).content.decode()
    client.force_login(cast.helene.user)
    assert secret.number not in client.get(url(routine)).content.decode()


def test_handler_picks_the_routine_from_those_in_force(cast, inside, client):
    publish(cast)
    begin(cast, title="Ikke ferdig")
    case = report(cast)
    client.force_login(cast.amir.user)
    page = client.get(f"/fjellvik/avvik/{case.number}/vurder/").content.decode()
    assert '<option value="Stikkskader og blodsøl">' in page
    assert "Ikke ferdig" not in page

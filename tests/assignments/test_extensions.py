"""More time: the first wish is for the one who asked, the second for the manager; never for oneself, never twice."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client
from django.utils import timezone

from hms.assignments import selectors, services
from hms.assignments.enums import ExtensionState
from hms.assignments.errors import FixedByLaw
from hms.assignments.models import Assignment, ExtensionRequest
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.models import Absence
from hms.tenancy.scope import tenant
from tests.cast import build_cast
from tests.conftest import as_owner

LIST = "/fjellvik/oppgaver/"


def told(type_key):
    return [n.recipient.given_name for n in Notification.objects.filter(type=type_key).order_by("id")]


def later(days):
    return timezone.localdate() + datetime.timedelta(days=days)


def wish_of(assignment, by, days=10):
    return services.request_extension(assignment, new_due_on=later(days), reason="Venter på deler", by=by)


@pytest.fixture
def extended(cast, give):
    """Tor Erik has had more time once, from Amir; opens the organisation itself."""

    def make(**changes):
        assignment = give(**changes)
        with tenant(cast.fjellvik):
            services.decide_extension(wish_of(assignment, cast.tor_erik), grant=True, by=cast.amir)
            return Assignment.objects.get(pk=assignment.pk)

    return make


def test_the_second_wish_goes_to_the_manager(cast, extended):
    assignment = extended()
    with tenant(cast.fjellvik):
        assert selectors.extension_decider_of(assignment) == cast.piotr
        wish = wish_of(assignment, cast.tor_erik, 20)
        assert told("assignments.extension_requested") == ["Amir", "Piotr"]
        with pytest.raises(PermissionDenied):
            services.decide_extension(wish, grant=True, by=cast.amir)
        services.decide_extension(wish, grant=True, by=cast.piotr)
        assignment.refresh_from_db()
        assert assignment.due_on == later(20)
        # The one who asked for the work did not decide, and is told.
        assert told("assignments.extension_granted") == ["Amir"]
        wish_of(assignment, cast.tor_erik, 30)
        assert told("assignments.extension_requested") == ["Amir", "Piotr", "Piotr"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("amir", 403), ("tor_erik", 403), ("sunniva", 403), ("ingrid", 404), ("kari", 404), ("piotr", 303),
     ("ragnhild", 303)],
)  # fmt: skip
def test_who_may_give_more_time_once_more(cast, client, extended, who, status):
    assignment = extended()
    with tenant(cast.fjellvik):
        wish_of(assignment, cast.tor_erik, 20)
    client.force_login(getattr(cast, who).user)
    assert client.get(f"{LIST}{assignment.pk}/frist/").status_code == (200 if status == 303 else status)
    assert client.post(f"{LIST}{assignment.pk}/frist/", {"answer": "yes"}).status_code == status
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert (assignment.due_on == later(20)) is (status == 303)


def test_the_manager_who_asked_for_the_work_goes_on_deciding(cast, give):
    assignment = give(requested_by=cast.piotr, by=cast.piotr)
    with tenant(cast.fjellvik):
        for days in (10, 20, 30):
            services.decide_extension(wish_of(assignment, cast.tor_erik, days), grant=True, by=cast.piotr)
        assert set(told("assignments.extension_requested")) == {"Piotr"}
        assert told("assignments.extension_granted") == []


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_what_was_not_given_does_not_count(cast, give, state):
    assignment = give()
    with tenant(cast.fjellvik):
        wish = wish_of(assignment, cast.tor_erik)
        if state == "declined":
            services.decide_extension(wish, grant=False, by=cast.amir)
        else:
            services.set_due_date(assignment, due_on=later(3), by=cast.amir)
        assert ExtensionRequest.objects.get().state == state
        assert selectors.extension_decider_of(assignment) == cast.amir


def test_it_counts_for_the_work_whoever_has_it(cast, extended):
    assignment = extended()
    with tenant(cast.fjellvik):
        services.hand_over(assignment, to=cast.ingrid, by=cast.amir)
        assert selectors.extension_decider_of(Assignment.objects.get(pk=assignment.pk)) == cast.amir  # her manager
        services.hand_over(assignment, to=cast.helene, by=cast.amir)
        assert selectors.extension_decider_of(Assignment.objects.get(pk=assignment.pk)) == cast.ragnhild


def test_a_manager_who_is_away_is_stood_in_for(cast, extended, client):
    assignment = extended()
    with tenant(cast.fjellvik):
        Absence.objects.create(employee=cast.piotr, deputy=cast.ingrid, starts_on=later(0), ends_on=later(3))
        wish_of(assignment, cast.tor_erik, 20)
        assert told("assignments.extension_requested") == ["Amir", "Ingrid"]
        wish = ExtensionRequest.objects.get(state=ExtensionState.REQUESTED)
        services.decide_extension(wish, grant=True, by=cast.ingrid)


def test_a_deputy_does_not_answer_the_own_wish(cast, give):
    """Amir asked for the work, and stands in for Tor Erik: he may ask for more time, and then somebody else answers."""
    assignment = give()
    with tenant(cast.fjellvik):
        Absence.objects.create(employee=cast.tor_erik, deputy=cast.amir, starts_on=later(0), ends_on=later(3))
        wish = wish_of(assignment, cast.amir)
        with pytest.raises(PermissionDenied):
            services.decide_extension(wish, grant=True, by=cast.amir)
        assert told("assignments.extension_requested") == ["Piotr"]
        services.decide_extension(wish, grant=True, by=cast.piotr)


def test_after_completion_nobody_answers(cast, client, extended):
    assignment = extended()
    with tenant(cast.fjellvik):
        wish = wish_of(assignment, cast.tor_erik, 20)
        services.complete(Assignment.objects.get(pk=assignment.pk), by=cast.tor_erik)
        wish.refresh_from_db()
        with pytest.raises(InvalidTransition):
            services.decide_extension(wish, grant=True, by=cast.piotr)
    client.force_login(cast.piotr.user)
    assert client.post(f"{LIST}{assignment.pk}/frist/", {"answer": "yes"}).status_code == 409
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=assignment.pk).due_on == later(10)


def test_answering_twice_answers_once_and_says_so(cast, client, give):
    assignment = give()
    with tenant(cast.fjellvik):
        wish_of(assignment, cast.tor_erik)
    client.force_login(cast.amir.user)
    address = f"{LIST}{assignment.pk}/frist/"
    assert [client.post(address, {"answer": "yes"}).status_code for _press in range(2)] == [303, 409]
    assert client.get(address).status_code == 200
    with tenant(cast.fjellvik):
        assert told("assignments.extension_decided") == ["Tor Erik"]


def test_a_page_that_is_old_answers_no_other_wish(cast, client, give):
    assignment = give()
    client.force_login(cast.piotr.user)
    address = f"{LIST}{assignment.pk}/frist/"
    with tenant(cast.fjellvik):
        first = wish_of(assignment, cast.tor_erik)
    assert f'name="wish" value="{first.pk}"' in client.get(address).content.decode()
    with tenant(cast.fjellvik):
        services.decide_extension(first, grant=False, by=cast.amir)
        wish_of(assignment, cast.tor_erik, 40)
    assert client.post(address, {"answer": "yes", "wish": first.pk}).status_code == 409
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=assignment.pk).due_on == assignment.due_on


def test_the_link_says_who_answers_the_second_time(cast, client, extended):
    assignment = extended()
    with tenant(cast.fjellvik):
        token = services.create_link(assignment, to=cast.tor_erik)
    page = client.get(f"/fjellvik/t/{token}/").content.decode()
    assert "Du har fått mer tid én gang. Nå er det Piotr, lederen din, som svarer." in page
    answer = {"answer": "more_time", "new_due_on": later(20).isoformat(), "comment": "Venter fortsatt"}
    response = client.post(f"/fjellvik/t/{token}/", answer)
    assert "Piotr sier ja eller nei" in client.get(response.headers["Location"]).content.decode()
    client.force_login(cast.piotr.user)
    page = client.get(f"{LIST}{assignment.pk}/frist/").content.decode()
    assert "Tor Erik har fått mer tid én gang før" in page
    client.force_login(cast.amir.user)
    page = client.get(f"{LIST}{assignment.pk}/").content.decode()
    assert "Piotr Zielinski sier ja eller nei." in page
    assert "/frist/" not in page


def test_nobody_moves_a_date_that_the_law_sets(cast, client, give):
    assignment = give(statutory=True)
    with tenant(cast.fjellvik):
        with pytest.raises(FixedByLaw):
            wish_of(assignment, cast.tor_erik)
        token = services.create_link(assignment, to=cast.tor_erik)
    client.force_login(cast.tor_erik.user)
    for address in (f"/fjellvik/t/{token}/", f"{LIST}{assignment.pk}/"):
        page = client.get(address).content.decode()
        assert "Loven setter fristen" in page
        assert 'value="more_time"' not in page
        answer = {"answer": "more_time", "new_due_on": later(20).isoformat(), "comment": "Ferie"}
        response = client.post(address, answer)
        assert response.status_code == 422
        assert response.context["form"].errors["answer"] == [
            "Loven setter denne fristen, så ingen kan flytte den. Si fra hvis du står fast."
        ]
    assert client.post(f"/fjellvik/t/{token}/", {"answer": "stuck", "comment": "Rekker ikke"}).status_code == 303
    with tenant(cast.fjellvik):
        assert not ExtensionRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_wishes_and_two_answers_at_once(serving_role):
    """Of four wishes sent at once one is kept; of four yeses one counts."""
    with as_owner():
        cast = build_cast()
    with tenant(cast.fjellvik):
        assignment = services.assign(
            kind="action", title="Fest rekkverket", to=cast.tor_erik, due_on=later(1),
            source=cast.solbakken, by=cast.amir, requested_by=cast.amir,
        )  # fmt: skip
        token = services.create_link(assignment, to=cast.tor_erik)
    start = Barrier(4)

    def at_once(address, data, user=None):
        client = Client()
        if user is not None:
            client.force_login(user)
        start.wait()
        try:
            return client.post(address, data).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        wish = {"answer": "more_time", "new_due_on": later(9).isoformat(), "comment": "Deler"}
        codes = sorted(pool.map(lambda _n: at_once(f"/fjellvik/t/{token}/", wish), range(4)))
        assert codes == [303, 422, 422, 422]
        address = f"{LIST}{assignment.pk}/frist/"
        codes = sorted(pool.map(lambda _n: at_once(address, {"answer": "yes"}, cast.amir.user), range(4)))
        # Whoever comes after the yes finds it answered, or finds that the next one is the manager's to answer.
        assert codes[0] == 303
        assert set(codes[1:]) <= {403, 409}
    with tenant(cast.fjellvik):
        assert [row.state for row in ExtensionRequest.objects.all()] == ["granted"]
        assert told("assignments.extension_decided") == ["Tor Erik"]

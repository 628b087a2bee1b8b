"""The personal link of a mail: GET changes nothing, POST acts, and every closed door says why."""

import datetime
import io

import pytest
from django.utils import timezone
from PIL import Image

from hms.assignments import selectors, services
from hms.assignments.enums import State
from hms.assignments.models import ActionLink, Assignment, ExtensionRequest, Note
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.files.models import Attachment
from hms.notifications.models import Notification
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from tests.everything import everything


@pytest.fixture
def mail_link(cast, give):
    """A task of Tor Erik's and the address in his mail."""

    def make(**changes):
        assignment = give(**changes)
        with tenant(cast.fjellvik):
            token = services.create_link(assignment, to=assignment.assignee)
        return assignment, f"/fjellvik/t/{token}/"

    return make


def photo():
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "JPEG")
    stream.seek(0)
    stream.name = "ferdig.jpg"
    return stream


def test_a_storm_of_scanners_changes_nothing(cast, client, mail_link):
    _assignment, address = mail_link()
    before = everything()
    for _time in range(3):
        assert client.head(address).status_code == 200
        assert client.get(address).status_code == 200
        assert client.get(f"{address}?takk=done").status_code == 200
    assert client.put(address).status_code == 405
    assert everything() == before


def test_the_page_shows_the_task_and_whose_it_is(cast, client, mail_link):
    _assignment, address = mail_link()
    response = client.get(address)
    page = response.content.decode()
    assert "Fest rekkverket i trapp B" in page
    assert "Tor Erik Moen" in page
    assert "Stairs B" in page
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "sessionid" not in client.cookies


def test_done_with_comment_and_picture_without_signing_in(cast, client, mail_link):
    assignment, address = mail_link()
    response = client.post(address, {"answer": "done", "comment": "Nye skruer", "photos": [photo()]})
    assert response.status_code == 303
    assert response.headers["Location"] == f"{address}?takk=done"
    receipt = client.get(response.headers["Location"])
    assert receipt.status_code == 200
    assert "Nye skruer" in receipt.content.decode()
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert (assignment.state, assignment.comment, assignment.ended_by) == (State.DONE, "Nye skruer", cast.tor_erik)
        event = Event.objects.get(verb="assignment.completed")
        assert (event.actor, event.via) == (cast.tor_erik, Via.LINK)
        attachment = Attachment.objects.get()
        assert (attachment.owner_kind, attachment.owner_id) == ("assignments.assignment", assignment.pk)
        assert Notification.objects.get(type="assignments.completed").recipient == cast.amir


def test_the_answer_works_from_a_browser_that_hides_where_it_comes_from(cast, mail_link):
    from django.test import Client

    assignment, address = mail_link()
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(address, {"answer": "done"}, headers={"origin": "null"})
    assert response.status_code == 303
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert assignment.state == State.DONE


def test_who_is_signed_in_does_not_matter(cast, client, mail_link):
    assignment, address = mail_link()
    client.force_login(cast.amir.user)
    client.post(address, {"answer": "done"})
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert assignment.ended_by == cast.tor_erik


def test_more_time_needs_a_date_and_a_reason_and_keeps_what_was_typed(cast, client, mail_link, due):
    _assignment, address = mail_link()
    late = (due + datetime.timedelta(days=90)).isoformat()
    response = client.post(address, {"answer": "more_time", "new_due_on": late, "comment": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert late in page
    assert response.context["form"].errors.keys() == {"new_due_on", "comment"}
    with tenant(cast.fjellvik):
        assert not ExtensionRequest.objects.exists()

    later = due + datetime.timedelta(days=7)
    answer = {"answer": "more_time", "new_due_on": later.isoformat(), "comment": "Venter på deler"}
    assert client.post(address, answer).status_code == 303
    assert client.get(f"{address}?takk=more_time").status_code == 200
    with tenant(cast.fjellvik):
        wish = ExtensionRequest.objects.get()
        assert (wish.new_due_on, wish.reason, wish.requested_by) == (later, "Venter på deler", cast.tor_erik)

    again = client.post(address, answer)
    assert again.status_code == 422
    assert again.context["form"].errors.keys() == {"answer"}
    assert client.post(address, {"answer": "done"}).status_code == 303, "the same link can still say that it is done"


@pytest.mark.parametrize("answer", ["stuck", "not_mine"])
def test_stuck_and_not_mine_need_words(cast, client, mail_link, answer):
    assignment, address = mail_link()
    response = client.post(address, {"answer": answer, "comment": "  "})
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"comment"}
    assert client.post(address, {"answer": answer, "comment": "Fordi"}).status_code == 303
    assert client.get(f"{address}?takk={answer}").status_code == 200
    with tenant(cast.fjellvik):
        assert Note.objects.get().text == "Fordi"
        assignment.refresh_from_db()
        assert assignment.assignee == (cast.amir if answer == "not_mine" else cast.tor_erik)


@pytest.mark.parametrize(
    "data", [{}, {"answer": "delete"}, {"answer": ["done", "x"]}, {"answer": "done", "new_due_on": "x"}]
)
def test_nonsense_is_answered_with_the_form(cast, client, mail_link, data):
    _assignment, address = mail_link()
    response = client.post(address, data)
    assert response.status_code == 422
    assert "Feil:" in response.content.decode() or "Error:" in response.content.decode()


def test_only_what_the_source_offers_can_be_answered(cast, client, mail_link, unit_source):
    unit_source(link_verbs=frozenset({"comment"}))
    assignment, address = mail_link()
    assert 'value="done"' not in client.get(address).content.decode()
    assert client.post(address, {"answer": "done"}).status_code == 422
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert assignment.state == State.OPEN


def test_a_second_answer_hears_that_it_was_given(cast, client, mail_link):
    _assignment, address = mail_link()
    client.post(address, {"answer": "done"})
    for response in (client.post(address, {"answer": "not_mine", "comment": "x"}), client.get(address)):
        assert response.status_code == 410
        assert response.context["status"] == "used"
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb__in=["assignment.completed", "assignment.handed_back"]).count() == 1


def close_expired(cast, assignment):
    ActionLink.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))


def close_handed_over(cast, assignment):
    services.hand_over(assignment, to=cast.piotr, by=cast.amir)


def close_done_elsewhere(cast, assignment):
    services.complete(assignment, by=cast.tor_erik)


def close_cancelled(cast, assignment):
    services.cancel(assignment, by=cast.amir)


def close_left(cast, assignment):
    Employee.objects.filter(pk=cast.tor_erik.pk).update(ends_on=timezone.localdate() - datetime.timedelta(days=1))


@pytest.mark.parametrize(
    ("close", "status"),
    [
        (close_expired, "expired"),
        (close_handed_over, "revoked"),
        (close_done_elsewhere, "revoked"),
        (close_cancelled, "revoked"),
        (close_left, "revoked"),
    ],
)
def test_a_closed_link_explains_itself_and_leads_on(cast, client, mail_link, close, status):
    assignment, address = mail_link()
    with tenant(cast.fjellvik):
        close(cast, assignment)
    before = everything()
    for response in (client.get(address), client.post(address, {"answer": "done"})):
        assert response.status_code == 410
        assert response.context["status"] == status
        assert f"/fjellvik/oppgaver/{assignment.pk}/" in response.content.decode()
    assert everything() == before


def test_a_link_nobody_was_given(cast, client):
    for method in (client.get, client.post):
        response = method("/fjellvik/t/finnes-ikke/")
        assert response.status_code == 404
        assert response.context["status"] == "unknown"


def test_a_link_of_another_organisation_is_unknown_here(cast, client, mail_link):
    assignment, address = mail_link()
    foreign = address.replace("/fjellvik/", "/havbris/")
    client.force_login(cast.olav.user)
    assert client.get(foreign).status_code == 404
    assert client.post(foreign, {"answer": "done"}).status_code == 404
    with tenant(cast.fjellvik):
        assignment.refresh_from_db()
        assert assignment.state == State.OPEN


def test_a_confidential_task_only_says_sign_in(cast, client, mail_link):
    assignment, address = mail_link(confidential=True, title="Trakassering på vakt")
    response = client.get(address)
    assert response.status_code == 200
    assert "Trakassering" not in response.content.decode()
    assert f"/fjellvik/oppgaver/{assignment.pk}/" in response.content.decode()
    assert client.post(address, {"answer": "done"}).status_code == 403
    with tenant(cast.fjellvik):
        ActionLink.objects.update(revoked_at=timezone.now())
        assignment.refresh_from_db()
        assert assignment.state == State.OPEN
    assert "Trakassering" not in client.get(address).content.decode()


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_page_speaks_the_employees_language(cast, client, mail_link, language):
    _assignment, address = mail_link()
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.tor_erik.pk).update(language=language)
    response = client.get(address)
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_take_turns(serving_role):
    """Two threads, two connections: one is registered, the other hears that it was."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connections
    from django.test import Client

    from hms.assignments import sources
    from hms.assignments.services import assign
    from tests.cast import build_cast
    from tests.conftest import as_owner

    with as_owner():
        cast = build_cast()
    assert "organisations.unit" in sources._sources
    with tenant(cast.fjellvik):
        assignment = assign(
            kind="action", title="Fest rekkverket", to=cast.tor_erik, due_on=timezone.localdate(),
            source=cast.solbakken, by=cast.amir, requested_by=cast.amir,
        )  # fmt: skip
        tokens = [services.create_link(assignment, to=cast.tor_erik) for _number in range(2)]
    start = Barrier(4)

    def answer(token):
        start.wait()
        try:
            return Client().post(f"/fjellvik/t/{token}/", {"answer": "done", "comment": token}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(answer, [tokens[0], tokens[0], tokens[1], tokens[1]]))
    assert codes == [303, 410, 410, 410]
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb="assignment.completed").count() == 1
        assert Assignment.objects.get().comment in tokens
        assert selectors.resolve_link(tokens[0]).status in {"used", "revoked"}

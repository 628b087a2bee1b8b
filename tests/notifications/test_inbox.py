"""The inbox, the bell, what was sent about a thing, and the demo's mailbox."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import override_settings
from django.utils import timezone

from hms.notifications import selectors
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant

INBOX = "/fjellvik/varsler/"


def read_times(cast):
    with tenant(cast.fjellvik):
        return [n.read_at is not None for n in Notification.objects.order_by("id")]


def test_looking_reads_nothing_and_opening_does(cast, client, tell):
    notification = tell(parameters={"what": "stairs B"})
    tell(dedupe="2")
    client.force_login(cast.tor_erik.user)
    page = client.get(INBOX)
    assert "Look at stairs B" in page.content.decode()
    assert read_times(cast) == [False, False]
    assert client.get(f"{INBOX}{notification.pk}/").status_code == 405
    response = client.post(f"{INBOX}{notification.pk}/")
    assert (response.status_code, response.headers["Location"]) == (303, INBOX)
    assert read_times(cast) == [True, False]
    with tenant(cast.fjellvik):
        assert selectors.unread_count(cast.tor_erik) == 1


def test_all_can_be_marked_as_read_but_only_ones_own(cast, client, tell):
    tell()
    tell(dedupe="2")
    tell(cast.amir)
    client.force_login(cast.tor_erik.user)
    assert client.post(f"{INBOX}lest/").status_code == 303
    assert read_times(cast) == [True, True, False]


def test_nobody_opens_anothers_notification(cast, client, tell):
    notification = tell()
    for other in (cast.amir, cast.sunniva, cast.admin, cast.olav):
        client.force_login(other.user)
        assert client.post(f"{INBOX}{notification.pk}/").status_code == 404
    client.force_login(cast.olav.user)
    assert client.post(f"/havbris/varsler/{notification.pk}/").status_code == 404
    assert read_times(cast) == [False]


def test_the_inbox_is_paged(cast, client, tell):
    for number in range(27):
        tell(dedupe=str(number), parameters={"what": number})
    client.force_login(cast.tor_erik.user)
    first = client.get(INBOX)
    second = client.get(INBOX + first.context["next_url"])
    titles = [row["title"] for page in (first, second) for row in page.context["rows"]]
    assert titles == [f"Look at {number}" for number in reversed(range(27))]
    assert client.get(INBOX, {"etter": "tull"}).status_code == 400


def test_three_notifications_cost_as_many_queries_as_one(cast, client, tell):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(cast.tor_erik.user)

    def count():
        client.get(INBOX)
        with CaptureQueriesContext(connection) as queries:
            client.get(INBOX)
        return len(queries)

    tell()
    one = count()
    tell(dedupe="2")
    tell(dedupe="3")
    assert count() == one


def test_an_empty_inbox_says_what_will_come(cast, client):
    client.force_login(cast.ingrid.user)
    assert client.get(INBOX).status_code == 200


def test_what_was_sent_is_listed_in_two_queries(cast, tell, django_assert_num_queries):
    for number in range(3):
        tell(dedupe=str(number))
    tell("gjest@example.org")
    with tenant(cast.fjellvik), django_assert_num_queries(2):
        found = selectors.sent_about(cast.solbakken, cast.helse)
        assert [(n.recipient.name if n.recipient else None, len(n.deliveries.all())) for n in found] == [
            (None, 1), ("Tor Erik Moen", 1), ("Tor Erik Moen", 1), ("Tor Erik Moen", 1),
        ]  # fmt: skip
        assert found[0].subject == "Look at this"
    with tenant(cast.fjellvik):
        assert selectors.sent_about(cast.helse) == []
        assert selectors.sent_about() == []


def test_the_list_of_what_was_sent_hides_addresses(cast, tell):
    from django.template.loader import render_to_string

    tell()
    tell("gjest@example.org")
    with tenant(cast.fjellvik):
        html = render_to_string("notifications/_sent.html", {"sent": selectors.sent_about(cast.solbakken)})
    assert "Tor Erik Moen" in html
    assert "gjest@" not in html
    assert "fjellvik.example" not in html


# --- the demo's mailbox ---


@pytest.fixture
def folder(settings, tmp_path):
    """A demo whose mails lie in a folder of the test's own, with its addresses mounted."""
    settings.STATE_DIR = tmp_path
    settings.EMAIL_BACKEND = "hms.notifications.demo_mail.FolderBackend"
    with override_settings(ROOT_URLCONF="tests.notifications.demo_urlconf"):
        yield tmp_path / "mail"


def send(subject="Frist fredag: Fest rekkverket", html="<p style='color:red'>Hei</p>"):
    message = EmailMultiAlternatives(subject, "Hei\nhttp://127.0.0.1:8000/fjellvik/t/abc/", "hms@x.no", ["tor@x.no"])
    message.attach_alternative(html, "text/html")
    assert message.send() == 1


def test_mails_can_be_read_in_the_demo(db, client, folder):
    send("Første")
    send("Andre")
    assert len(list(folder.glob("*.eml"))) == 2
    page = client.get("/demo/epost/")
    assert [mail.subject for mail in page.context["mails"]] == ["Andre", "Første"]
    newest = page.context["mails"][0]
    assert (timezone.now() - newest.sent_at).total_seconds() < 60
    one = client.get(f"/demo/epost/{newest.name}/")
    assert 'href="http://127.0.0.1:8000/fjellvik/t/abc/"' in one.content.decode()
    html = client.get(f"/demo/epost/{newest.name}/html/")
    assert "color:red" in html.content.decode()
    policy = html.headers["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in one.headers["Content-Security-Policy"]


def test_the_demos_mailbox_is_paged_and_empty_at_first(db, client, folder):
    assert client.get("/demo/epost/").status_code == 200
    for number in range(27):
        send(str(number))
    first = client.get("/demo/epost/")
    second = client.get("/demo/epost/" + first.context["next_url"])
    assert [mail.subject for mail in second.context["mails"]] == ["1", "0"]


@pytest.mark.parametrize("name", ["finnes-ikke", "..", "a_b"])
def test_no_other_file_can_be_read(db, client, folder, name):
    assert client.get(f"/demo/epost/{name}/").status_code == 404


def test_there_is_no_mailbox_outside_the_demo(db, client, settings):
    if settings.DEMO:
        pytest.skip("this process runs as a demo")
    assert client.get("/demo/epost/").status_code == 404

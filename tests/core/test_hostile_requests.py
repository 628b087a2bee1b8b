"""Addresses, cursors, headers and forms that no browser of ours would send."""

import base64
import json

import pytest
from django.test import Client

from hms.organisations.models import Organisation
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report

MOMENT = "2026-01-01T00:00:00+00:00"


def cursor(*values: object, backwards: bool = False) -> str:
    return base64.urlsafe_b64encode(json.dumps([backwards, *values]).encode()).decode()


@pytest.mark.parametrize(
    "values",
    [
        (MOMENT, float("inf")), (MOMENT, float("nan")), (MOMENT, 10**30), (MOMENT, "x"), (MOMENT, True), (MOMENT, None),
        ("0001-01-01T00:00:00+23:59", 1), ("9999-12-31T23:59:59-23:59", 1), ("2026-01-01T00:00:00", 1), (1, 1),
        ("\0", 1), ("\ud800", 1), ("abc", 1), ({}, 1), ([], 1), ("2026-02-30", 1), (1, 2, 3), (),
        ("\0", "a", 1), ("\ud800", "a", 1),
    ],
)  # fmt: skip
def test_forged_cursor_is_a_bad_request_or_another_page(cast, client, values):
    for person, pages in (
        (cast.sunniva, ("avvik/?", "avvik/?sort=frist&", "varsler/?", "oppgaver/?", "oppgaver/?vis=ferdig&")),
        (cast.admin, ("innstillinger/folk/?",)),
    ):
        client.force_login(person.user)
        for page in pages:
            answer = client.get(f"/fjellvik/{page}etter={cursor(*values)}")
            assert answer.status_code in {200, 400}, page


@pytest.mark.parametrize(
    "query", ["²-1", "1-²", "٣-٣", "99999999-1", "1-9999999999", "'", "a:*", "!!! | &", "\\", "½½½", "-"]
)
def test_odd_search_finds_nothing_and_breaks_nothing(cast, client, query):
    client.force_login(cast.sunniva.user)
    assert client.get("/fjellvik/avvik/", {"q": query, "status": "all"}).status_code == 200


def test_nul_anywhere_in_the_address_is_a_bad_request(cast, client):
    client.force_login(cast.sunniva.user)
    for query in ("q=a%00", "q=a%00&q=b", "a%00=b"):
        assert client.get(f"/fjellvik/avvik/?{query}").status_code == 400


def test_name_of_the_organisation_cannot_carry_a_line_into_a_mails_header(cast, client):
    client.force_login(cast.admin.user)
    page = client.get("/fjellvik/innstillinger/virksomheten/")
    data = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False)}
    answer = client.post("/fjellvik/innstillinger/virksomheten/", data | {"name": "Fjellvik\r\nBcc: x@y.example"})
    assert answer.status_code == 422
    assert Organisation.objects.get(pk=cast.fjellvik.pk).name == "Fjellvik kommune"


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_no_form_leads_away_from_the_site(cast, client, away):
    for address, data in (("/sprak/", {"language": "nn"}), ("/fargevalg/", {"colour_scheme": "dark"})):
        answer = client.post(address, data | {"next": away}, headers={"referer": away})
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/"


def test_poster_shows_the_installations_address_whatever_the_request_was_called(cast, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.PUBLIC_URL = "https://hms.fjellvik.example"
    client.force_login(cast.amir.user)
    shown = client.get(f"/fjellvik/avvik/plakat/{cast.solbakken.pk}/", headers={"host": "evil.example"})
    assert "evil.example" not in shown.content.decode()
    assert shown.context["qr_url"].startswith("https://hms.fjellvik.example/fjellvik/meld/?sted=")


def test_poster_is_for_those_who_run_the_place(cast, client):
    for person, status in (
        (cast.amir, 200),
        (cast.sunniva, 200),
        (cast.admin, 200),
        (cast.ingrid, 403),
        (cast.piotr, 403),
    ):
        client.force_login(person.user)
        for tail in ("", "qr.svg"):
            assert client.get(f"/fjellvik/avvik/plakat/{cast.solbakken.pk}/{tail}").status_code == status


def test_forms_refuse_a_post_without_their_token(cast):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.amir.user)
    with tenant(cast.fjellvik):
        case = report(cast)
    address = f"/fjellvik/avvik/{case.number}/"
    for path in (f"{address}ta/", f"{address}lukk/", "/fjellvik/meld/", "/fjellvik/f/", "/sprak/", "/konto/logg-ut/"):
        assert strict.post(path, {"text": "x"}).status_code == 403, path


def test_pages_are_not_framed_cached_or_read_by_scripts(cast, client):
    client.post("/konto/logg-inn/", {"login": cast.amir.user.email, "password": cast.password})
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    answer = client.get("/fjellvik/")
    assert answer.status_code == 200
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"

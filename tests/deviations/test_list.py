"""The list: filters, search, paging, and no more queries for more rows."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deviations import services
from deviations.models import Deviation
from deviations.selectors import search, visible_to
from hms.actions import services as plans
from hms.organisations.access import visible_models
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report

LIST = "/fjellvik/avvik/"


def numbers(client, query: str = "") -> list[str]:
    rows = client.get(LIST + query).context["rows"]
    return [deviation.number for deviation, _status in rows]


def test_each_role_sees_its_own(cast, client):
    with tenant(cast.fjellvik):
        at_solbakken = report(cast).number
        at_teknisk = report(cast, unit=cast.teknisk, reporter=cast.tor_erik).number
    expected = {
        "ingrid": [at_solbakken],
        "tor_erik": [at_teknisk],
        "amir": [at_solbakken],
        "piotr": [at_teknisk],
        "helene": [at_solbakken],
        "ragnhild": [at_teknisk, at_solbakken],
        "kari": [at_solbakken],
        "vigdis": [at_teknisk, at_solbakken],
        "sunniva": [at_teknisk, at_solbakken],
        "admin": [],
    }
    for name, seen in expected.items():
        client.force_login(getattr(cast, name).user)
        assert numbers(client) == seen, name


def test_owner_of_an_action_sees_the_case(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        add_action(cast, case)
    client.force_login(cast.tor_erik.user)
    assert numbers(client) == [case.number]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=rekkverket", {"Rekkverk"}),
        ("?q=rekkverk", {"Rekkverk"}),
        ("?q=stillaset", {"Stillas"}),
        ("?q=stillas", {"Stillas"}),
        ("?q=trapp+rekkverk", {"Rekkverk"}),
        ("?q=finnesikke", set()),
        ("?severity=3", {"Stillas"}),
        ("?status=overdue", {"Stillas"}),
        ("?status=new", {"Rekkverk", "Stillas"}),
        ("?status=closed", {"Lukket"}),
        ("?status=all", {"Rekkverk", "Stillas", "Lukket"}),
        ("?q=%27%3B+DROP+TABLE+%26+%7C+%21+%3A%2A", set()),
    ],
)
def test_filters_and_search(cast, client, query, found):
    with tenant(cast.fjellvik):
        cases = {
            "Rekkverk": report(cast, "Rekkverk i trapp er løst."),
            "Stillas": report(cast, "Stillaset mangler fotplank.", severity=3, place="Byggeplassen"),
            "Lukket": report(cast, "Søl på gulvet.", place="Kantina"),
        }
        services.receive(cases["Lukket"], by=cast.amir)
        services.close(cases["Lukket"], by=cast.amir, answer="Tørket.")
        late = cases["Stillas"].handling
        late.due_on = timezone.localdate().replace(year=2020)
        late.save(update_fields=["due_on"])
    client.force_login(cast.sunniva.user)
    assert set(numbers(client, query)) == {cases[name].number for name in found}


def test_search_finds_the_case_number(cast):
    with tenant(cast.fjellvik):
        first, _second = report(cast), report(cast)
        assert list(search(visible_to(cast.amir), first.number)) == [first]


def test_search_never_reaches_another_organisation(cast):
    with tenant(cast.fjellvik):
        report(cast, "Hemmelig ord: gorilla.")
    with tenant(cast.havbris):
        assert not search(Deviation.objects.all(), "gorilla").exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT deviations_matching('gorilla'::tsquery)")
            assert cursor.fetchall() == []


def test_pages_cover_every_case_once_forwards_and_back(cast, client, monkeypatch):
    monkeypatch.setattr("deviations.views.reading.PAGE_SIZE", 4)
    with tenant(cast.fjellvik):
        made = [report(cast).number for _ in range(10)]
    client.force_login(cast.amir.user)
    seen, query = [], ""
    while True:
        response = client.get(LIST + query)
        seen += [deviation.number for deviation, _status in response.context["rows"]]
        if not response.context["next_url"]:
            break
        query = response.context["next_url"]
    assert seen == made[::-1]
    assert len(response.context["rows"]) == 2
    back = client.get(LIST + response.context["previous_url"])
    assert [deviation.number for deviation, _status in back.context["rows"]] == made[::-1][4:8]


def test_list_can_be_sorted_by_due_date(cast, client, monkeypatch):
    monkeypatch.setattr("deviations.views.reading.PAGE_SIZE", 2)
    with tenant(cast.fjellvik):
        cases = [report(cast) for _ in range(4)]
        for case, day in zip(cases, (20, 5, 10, 15), strict=True):
            case.handling.due_on = datetime.date(2030, 1, day)
            case.handling.save(update_fields=["due_on"])
        without = report(cast)
        Deviation.objects.filter(pk=without.pk).update(handling=None)
    client.force_login(cast.sunniva.user)
    seen, query = [], "?sort=frist"
    while query:
        response = client.get(LIST + query)
        seen += [deviation.number for deviation, _status in response.context["rows"]]
        query = response.context["next_url"]
    assert seen == [cases[1].number, cases[2].number, cases[3].number, cases[0].number, without.number]


def test_filter_is_kept_on_the_next_page(cast, client, monkeypatch):
    monkeypatch.setattr("deviations.views.reading.PAGE_SIZE", 1)
    with tenant(cast.fjellvik):
        report(cast), report(cast)
    client.force_login(cast.amir.user)
    assert "severity=2" in client.get(LIST + "?severity=2").context["next_url"]


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WzEsMl0", "W2ZhbHNlLCJ4IiwieSJd", "%F0%9F%98%80"])
def test_foreign_cursor_is_a_bad_request(cast, client, cursor):
    client.force_login(cast.amir.user)
    assert client.get(f"{LIST}?etter={cursor}").status_code == 400


def test_more_rows_do_not_mean_more_queries(cast, client):
    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    client.force_login(cast.amir.user)
    with tenant(cast.fjellvik):
        case = report(cast)
        add_action(cast, case)
    detail = f"/fjellvik/avvik/{case.number}/"
    client.get(LIST)
    one = {path: queries(path) for path in (LIST, "/fjellvik/", "/fjellvik/oppgaver/", "/fjellvik/varsler/", detail)}
    with tenant(cast.fjellvik):
        for number in range(2):
            other = report(cast, reporter=cast.amir)
            add_action(cast, other)
            add_action(cast, case, title=f"Tiltak {number}")
            services.comment(case, by=cast.kari, text="Ja", visibility="internal")
    assert {path: queries(path) for path in one} == one


def test_fragment_for_htmx_is_a_part_of_the_same_page(cast, client):
    client.force_login(cast.amir.user)
    whole = client.get(LIST).content.decode()
    part = client.get(LIST, headers={"HX-Request": "true"})
    assert "<html" in whole
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part.headers["Vary"]


def test_visibility_selector_and_page_agree_for_every_role(cast, client):
    """What the list shows opens, and what it does not show is not found."""
    with tenant(cast.fjellvik):
        cases = [
            report(cast),
            report(cast, unit=cast.teknisk, reporter=cast.piotr),
            report(cast, about_my_manager=True),
        ]
        plan = add_action(cast, cases[0]).plan
        plans.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)
    assert Deviation in visible_models()
    for name in ("ingrid", "amir", "kari", "tor_erik", "piotr", "helene", "sunniva", "ragnhild", "vigdis", "admin"):
        person = getattr(cast, name)
        client.force_login(person.user)
        with tenant(cast.fjellvik):
            visible = {case.pk for case in visible_to(person)}
        for case in cases:
            status = client.get(f"/fjellvik/avvik/{case.number}/").status_code
            assert status == (200 if case.pk in visible else 404), (name, case.number)

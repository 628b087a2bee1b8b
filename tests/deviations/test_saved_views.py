"""Views: a filter with a name. They show what their reader may see, and nothing in an address breaks the list."""

import datetime

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deviations import services
from deviations.models import SavedView, StartView, ViewSubscription
from hms.audit.models import Event
from hms.organisations.enums import Role
from hms.organisations.models import Unit
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report

LIST = "/fjellvik/avvik/"
VIEWS = "/fjellvik/avvik/visninger/"


def save(client, query: str = "?severity=3&sort=frist", **fields: object):
    return client.post(f"{VIEWS}ny/{query}", {"name": "Alvorlige", "frequency": "", **fields})


def tabs(client) -> list[tuple[str, bool]]:
    return [(view["label"], view["current"]) for view in client.get(LIST + "?status=closed").context["views"]]


def own(cast, name: str = "amir") -> list[str]:
    with tenant(cast.fjellvik):
        mine = SavedView.objects.filter(owner=getattr(cast, name)).order_by("position", "name")
        return list(mine.values_list("name", flat=True))


def test_a_saved_view_is_a_tab_that_shows_the_same_again(cast, client):
    with tenant(cast.fjellvik):
        serious = report(cast, severity=3).number
        report(cast, severity=1)
    client.force_login(cast.amir.user)
    shown = client.get(LIST + "?severity=3&sort=frist&ukjent=1&etter=")
    assert "visninger/ny/?severity=3&amp;sort=frist" in shown.content.decode()
    answer = save(client)
    assert answer.status_code == 303
    assert answer.headers["Location"] == LIST + "?severity=3&sort=frist"
    page = client.get(answer.headers["Location"])
    assert [deviation.number for deviation, _status in page.context["rows"]] == [serious]
    assert [view["label"] for view in page.context["views"] if view["current"]] == ["Alvorlige"]
    assert not page.context["can_save"]


def test_what_the_trends_lead_to_can_be_saved_and_says_what_it_is(cast, client):
    with tenant(cast.fjellvik):
        at_night = report(cast, occurred_at_time=datetime.time(1, 30)).number
        report(cast, occurred_at_time=datetime.time(4))
    client.force_login(cast.sunniva.user)
    query = f"?status=all&begin=2020-01-01&end=2199-12-31&hours=0&place=trapp+b&below={cast.helse.pk}"
    answer = save(client, query, name="Om natta", audience="own")
    page = client.get(answer.headers["Location"])
    assert [deviation.number for deviation, _status in page.context["rows"]] == [at_night]
    assert [view["label"] for view in page.context["views"] if view["current"]] == ["Om natta"]
    text = " ".join(page.content.decode().split())
    for words in ("Meldt fra: 01.01.2020", "Tid på døgnet: 00–03", f"Avdeling og de under den: {cast.helse.name}"):
        assert words in text, words


@pytest.mark.parametrize(
    "query",
    ["end=9999-12-31", "begin=0001-01-01", "below=99999999999999999999", "weekday=8", "hours=-1", "cause=x", "below=x"],
)
def test_nonsense_for_the_trends_is_left_out_and_named(cast, client, query):
    client.force_login(cast.sunniva.user)
    page = client.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert len(page.context["wanted"].left_out) == 1
    assert "None" not in page.context["wanted"].left_out


def test_views_are_ordered_renamed_and_removed(cast, client):
    client.force_login(cast.amir.user)
    for name in ("A", "B", "C"):
        save(client, name=name)
    with tenant(cast.fjellvik):
        ids = dict(SavedView.objects.values_list("name", "pk"))
    assert client.post(f"{VIEWS}{ids['C']}/opp/").status_code == 303
    assert own(cast) == ["A", "C", "B"]
    client.post(f"{VIEWS}{ids['A']}/opp/")
    client.post(f"{VIEWS}{ids['A']}/ned/")
    assert own(cast) == ["C", "A", "B"]
    assert client.post(f"{VIEWS}{ids['C']}/", {"name": "Nytt  navn\n", "frequency": ""}).status_code == 303
    assert own(cast) == ["Nytt navn", "A", "B"]
    taken = client.post(f"{VIEWS}{ids['B']}/", {"name": "A", "frequency": ""})
    assert taken.status_code == 422
    assert client.post(f"{VIEWS}{ids['A']}/slett/").status_code == 303
    assert own(cast) == ["Nytt navn", "B"]
    assert [label for label, _current in tabs(client)][-2:] == ["Nytt navn", "B"]


def test_the_list_opens_with_the_chosen_view(cast, client):
    client.force_login(cast.amir.user)
    save(client, is_start="on")
    assert client.get(LIST).headers["Location"] == LIST + "?severity=3&sort=frist"
    assert client.get(LIST + "?status=").status_code == 200
    with tenant(cast.fjellvik):
        pk = SavedView.objects.get().pk
    client.post(f"{VIEWS}{pk}/", {"name": "Alvorlige", "frequency": ""})
    assert client.get(LIST).status_code == 200
    with tenant(cast.fjellvik):
        assert not StartView.objects.exists()


def test_a_shared_view_shows_each_reader_their_own_cases(cast, client):
    with tenant(cast.fjellvik):
        at_solbakken = report(cast, severity=3).number
        at_teknisk = report(cast, severity=3, unit=cast.teknisk, reporter=cast.tor_erik).number
    client.force_login(cast.sunniva.user)
    shared = {"audience": "roles", "for_roles": [Role.MANAGER, Role.SAFETY_REP]}
    assert save(client, **shared).status_code == 303
    for name, seen in {"amir": [at_solbakken], "piotr": [at_teknisk], "kari": [at_solbakken]}.items():
        client.force_login(getattr(cast, name).user)
        assert ("Alvorlige", False) in tabs(client), name
        rows = client.get(LIST + "?severity=3&sort=frist").context["rows"]
        assert [deviation.number for deviation, _status in rows] == seen, name
    client.force_login(cast.ingrid.user)
    assert ("Alvorlige", False) not in tabs(client)
    with tenant(cast.fjellvik):
        pk = SavedView.objects.get().pk
        assert Event.objects.filter(verb="saved_view.shared").count() == 1
    assert client.get(f"{VIEWS}{pk}/folg/").status_code == 404


def test_only_hse_managers_share_and_only_owners_change(cast, client):
    client.force_login(cast.amir.user)
    save(client, audience="all", for_roles=[])
    with tenant(cast.fjellvik):
        view = SavedView.objects.get()
        assert not view.is_shared
    client.force_login(cast.sunniva.user)
    for tail in ("", "folg/"):
        assert client.get(f"{VIEWS}{view.pk}/{tail}").status_code == 404
    save(client, audience="all")
    with tenant(cast.fjellvik):
        shared = SavedView.objects.get(owner=cast.sunniva)
    client.force_login(cast.amir.user)
    assert client.get(f"{VIEWS}{shared.pk}/folg/").status_code == 200
    for tail in ("", "slett/", "opp/", "ned/"):
        assert client.post(f"{VIEWS}{shared.pk}/{tail}", {"name": "Min", "frequency": ""}).status_code == 403, tail
    client.force_login(cast.olav.user)
    assert client.get(f"/havbris/avvik/visninger/{shared.pk}/folg/").status_code == 404


def test_roles_must_be_chosen_where_roles_are_meant(cast, client):
    client.force_login(cast.sunniva.user)
    assert save(client, audience="roles").status_code == 422
    assert own(cast, "sunniva") == []


def test_a_view_that_is_shared_no_longer_is_nobodys_start_and_follows_nobody(cast, client):
    client.force_login(cast.sunniva.user)
    save(client, audience="all")
    with tenant(cast.fjellvik):
        view = SavedView.objects.get()
    client.force_login(cast.amir.user)
    client.post(f"{VIEWS}{view.pk}/folg/", {"is_start": "on", "frequency": "daily"})
    assert client.get(LIST).status_code == 302
    client.force_login(cast.sunniva.user)
    client.post(f"{VIEWS}{view.pk}/", {"name": "Alvorlige", "audience": "own", "frequency": ""})
    client.force_login(cast.amir.user)
    assert client.get(LIST).status_code == 200
    client.force_login(cast.sunniva.user)
    client.post(f"{VIEWS}{view.pk}/slett/")
    with tenant(cast.fjellvik):
        assert not StartView.objects.exists()
        assert not ViewSubscription.objects.exists()


def test_a_filter_that_no_longer_fits_is_left_out_and_named(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast).number
        SavedView.objects.create(owner=cast.amir, name="Gammel", query={"unit": "99999999", "severity": "2"})
        Unit.objects.filter(pk=cast.teknisk.pk).update(is_active=False)
    client.force_login(cast.amir.user)
    page = client.get(LIST + "?unit=99999999&severity=2")
    assert [deviation.number for deviation, _status in page.context["rows"]] == [case]
    assert page.context["wanted"].left_out
    assert "Avdeling" in page.content.decode()
    overview = client.get(VIEWS)
    assert overview.context["mine"][0]["left_out"]
    closed_unit = client.get(f"{LIST}?unit={cast.teknisk.pk}")
    assert closed_unit.status_code == 200
    assert "ute av bruk" in " ".join(closed_unit.context["wanted"].words)


@pytest.mark.parametrize(
    "query",
    [
        "?unit=x", "?unit=-1", "?unit=%C2%B2", "?unit=99999999999999999999999", "?severity=%F0%9F%98%80",
        "?severity=2&severity=x", "?status[]=new", "?status=%27%3B--", "?mine=1&mine=2", "?mine=" + "x" * 3000,
        "?q=" + "a" * 3000, "?q=%28%29%7C%26%21%3A%2A%3C-%3E", "?sort=drop", "?sort=frist&sort=", "?%00=1", "?=&&==",
        "?visning=7", "?q=%ED%A0%80", "?valgt=1&valgt=x&valgt=99999999999999999999",
    ],
)  # fmt: skip
def test_hostile_addresses_never_break_anything(cast, client, query):
    with tenant(cast.fjellvik):
        report(cast)
    client.force_login(cast.sunniva.user)
    for path in (LIST, f"{VIEWS}ny/", "/fjellvik/avvik/last-ned/"):
        assert client.get(path + query).status_code in {200, 400}, (path, query)


def test_nobody_keeps_views_without_end(cast, client, monkeypatch):
    monkeypatch.setattr("deviations.forms.saved_views.MOST_VIEWS", 2)
    client.force_login(cast.amir.user)
    assert [save(client, name=name).status_code for name in "ABC"] == [303, 303, 422]
    assert own(cast) == ["A", "B"]


def test_no_more_news_takes_a_button(cast, client):
    with tenant(cast.fjellvik):
        view = services.save_view(by=cast.amir, name="Alt", query={})
        services.follow(cast.amir, view, "daily")
    client.force_login(cast.amir.user)
    assert client.get(f"{VIEWS}{view.pk}/stopp/").status_code == 405
    with tenant(cast.fjellvik):
        assert ViewSubscription.objects.count() == 1
    answer = client.post(f"{VIEWS}{view.pk}/stopp/")
    assert answer.status_code == 303
    assert any("Alt" in str(message) for message in get_messages(answer.wsgi_request))
    with tenant(cast.fjellvik):
        assert not ViewSubscription.objects.exists()


def test_following_can_be_ended_where_messages_are_chosen(cast, client):
    with tenant(cast.fjellvik):
        view = services.save_view(by=cast.amir, name="Alt", query={})
        services.follow(cast.amir, view, "daily")
    client.force_login(cast.amir.user)
    address = "/fjellvik/varsler/valg/"
    page = client.get(address)
    assert page.context["form"]["view_news"].value() is True
    fields = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    sent = {name: value for name, value in fields.items() if value not in (None, False)}
    assert client.post(address, {**sent, "view_news": "on"}).status_code == 303
    with tenant(cast.fjellvik):
        assert ViewSubscription.objects.count() == 1
    sent.pop("view_news")
    assert client.post(address, sent).status_code == 303
    with tenant(cast.fjellvik):
        assert not ViewSubscription.objects.exists()
        assert SavedView.objects.get().created_at <= timezone.now()


def test_more_views_cost_no_more_queries(cast, client):
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    client.force_login(cast.amir.user)
    save(client, query="?severity=3", name="En")
    paths = [VIEWS, LIST + "?status="]
    before = [queries(path) for path in paths]
    for number in range(4):
        save(client, query=f"?unit={cast.solbakken.pk}", name=f"Nr. {number}")
    assert [queries(path) for path in paths] == before

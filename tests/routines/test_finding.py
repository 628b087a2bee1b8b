"""Found in seconds: by stems, beginnings and misspellings, by what is mine, and nothing that is not for one."""

import pytest

from hms.tenancy.scope import tenant
from routines import selectors, services
from routines.models import Favourite, Word
from tests.routines.helpers import begin, publish, url


@pytest.fixture
def shelf(cast):
    """Three routines in force, and a draft."""
    with tenant(cast.fjellvik):
        return {
            "needle": publish(cast),
            "scaffold": publish(
                cast, title="Arbeid i høyden", text="# Før du går opp\n\nSjekk stillaset hver morgen. Bruk sele.\n",
                owner=cast.piotr, by=cast.piotr, unit=cast.teknisk, category="equipment",
            ),
            "fire": publish(cast, title="Brann på sykehjemmet", text="Ring 110. Møt på parkeringsplassen.\n", category="fire"),
            "draft": begin(cast, title="Brann i hytta"),
        }  # fmt: skip


def titles(cast, text: str) -> list[str]:
    with tenant(cast.fjellvik):
        found, ids = selectors.search(selectors.in_force(), text)
        by_id = {routine.pk: routine.title for routine in found}
        return [by_id[pk] for pk in ids if pk in by_id]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("stikkskade", "Stikkskader og blodsøl"),
        ("stillas", "Arbeid i høyden"),
        ("stillasene", "Arbeid i høyden"),
        ("hansker", "Stikkskader og blodsøl"),
        # Misspelt, in the title and in the text.
        ("stikskader", "Stikkskader og blodsøl"),
        ("blodsøll", "Stikkskader og blodsøl"),
        ("arbeid i høiden", "Arbeid i høyden"),
        ("parkerinsplassen", "Brann på sykehjemmet"),
        ("sjek stilaset", "Arbeid i høyden"),
        ("brann", "Brann på sykehjemmet"),
        ("ring 110", "Brann på sykehjemmet"),
    ],
)
def test_words_find_the_routine(cast, shelf, said, first):
    assert titles(cast, said)[:1] == [first]


@pytest.mark.parametrize("said", ["kjernekraft", "zzz", "'; DROP TABLE", "!!", "a & b | !", "\\", "%", "æ" * 100])
def test_other_words_find_nothing_and_break_nothing(cast, shelf, client, said):
    assert titles(cast, said) == []
    client.force_login(cast.ingrid.user)
    assert client.get("/fjellvik/rutiner/", {"q": said}).status_code == 200


def test_words_of_a_new_version_and_of_a_new_title_are_known_when_misspelt(cast, shelf):
    assert titles(cast, "hjertestater") == []
    with tenant(cast.fjellvik):
        publish(cast, shelf["fire"], text="Hent hjertestarteren.\n")
        assert Word.objects.filter(word="hjertestarteren").count() == 1
    assert titles(cast, "hjertestater") == ["Brann på sykehjemmet"]
    # What stands nowhere any more is a word still, and finds nothing.
    assert titles(cast, "parkerinsplassen") == []
    with tenant(cast.havbris):
        assert not Word.objects.exists()


def test_found_words_are_marked_and_nothing_else_is_markup(cast, client):
    with tenant(cast.fjellvik):
        publish(cast, text="Bruk <b>hansker</b> og <script>alert(1)</script> briller.\n")
    client.force_login(cast.ingrid.user)
    page = client.get("/fjellvik/rutiner/?q=hansker").content.decode()
    assert "<mark>hansker</mark>" in page
    assert "<script>alert" not in page


def test_draft_is_found_by_nobody(cast, shelf, client):
    client.force_login(cast.sunniva.user)
    page = client.get("/fjellvik/rutiner/?q=brann").content.decode()
    assert "Brann på sykehjemmet" in page
    assert "Brann i hytta" not in page


def test_another_organisation_finds_nothing(cast, shelf):
    with tenant(cast.havbris):
        assert selectors.search(selectors.in_force(), "brann")[1] == []


def test_filters_and_tabs(cast, shelf, client):
    client.force_login(cast.tor_erik.user)

    def shown(query: str) -> list[str]:
        page = client.get(f"/fjellvik/rutiner/{query}").content.decode()
        return [routine.title for routine in shelf.values() if f">{routine.title}</a>" in page]

    assert len(shown("")) == 3
    assert shown("?vis=meg") == ["Arbeid i høyden"]
    assert shown("?category=fire") == ["Brann på sykehjemmet"]
    assert shown(f"?unit={cast.teknisk.pk}") == ["Arbeid i høyden"]
    assert shown(f"?unit={cast.helse.pk}") == ["Stikkskader og blodsøl", "Brann på sykehjemmet"]
    assert shown("?vis=favoritter") == []
    assert client.post(url(shelf["fire"], "favoritt/"), {"wanted": "1"}).status_code == 303
    assert shown("?vis=favoritter") == ["Brann på sykehjemmet"]
    assert client.get("/fjellvik/rutiner/?vis=tull&category=tull&unit=tull").status_code == 200
    assert client.get("/fjellvik/rutiner/?etter=tull").status_code == 400
    with tenant(cast.fjellvik):
        assert Favourite.objects.get().employee == cast.tor_erik


def test_role_finds_what_is_for_it_and_nothing_else(cast, shelf, client):
    with tenant(cast.fjellvik):
        services.set_audience(shelf["fire"], [{"kind": "role", "role": "manager"}], by=cast.sunniva)
    client.force_login(cast.ingrid.user)
    page = client.get("/fjellvik/rutiner/", {"role": "manager"}).content.decode()
    assert shelf["fire"].title in page
    assert shelf["needle"].title not in page
    page = client.get("/fjellvik/rutiner/", {"role": "safety_rep"}).content.decode()
    assert shelf["fire"].title not in page


def test_new_text_is_found_and_the_old_is_not(cast, shelf):
    with tenant(cast.fjellvik):
        publish(cast, shelf["fire"], text="Ring 110. Møt ved flaggstanga.\n")
    assert titles(cast, "flaggstang") == ["Brann på sykehjemmet"]
    assert titles(cast, "parkeringsplassen") == []


@pytest.mark.parametrize("tail", ["", "?q=brann", "?vis=meg", "?vis=nye", "?vis=utkast"])
def test_lists_take_as_many_queries_for_many_as_for_few(cast, shelf, client, django_assert_num_queries, tail):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(cast.amir.user)
    client.get(f"/fjellvik/rutiner/{tail}")
    with CaptureQueriesContext(connection, ) as few:  # fmt: skip
        client.get(f"/fjellvik/rutiner/{tail}")
    with tenant(cast.fjellvik):
        for number in range(4):
            publish(cast, title=f"Brann nummer {number}", text="Ring 110.\n")
            begin(cast, title=f"Utkast nummer {number}")
        services.turn()
    with CaptureQueriesContext(connection) as many:
        client.get(f"/fjellvik/rutiner/{tail}")
    assert len(many) <= len(few)

"""What somebody keeps on the phone: their own favourites in force, and nothing about anybody."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from hms.files.services import attach
from hms.tenancy.scope import tenant
from routines import services
from routines.models import Routine
from tests.cast import Cast
from tests.routines.helpers import begin, publish, url

CONTENTS = "/fjellvik/rutiner/paa-telefonen/innhold/"


@pytest.fixture
def routine(cast: Cast) -> Routine:
    with tenant(cast.fjellvik):
        routine = publish(cast)
        services.keep_favourite(routine, cast.ingrid, wanted=True)
    return routine


@pytest.fixture
def ingrid(cast, client):
    client.force_login(cast.ingrid.user)
    return client


@pytest.fixture
def picture_file() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (30, 20), "#446").save(content, "PNG")
    return content.getvalue()


def kept(client) -> dict[str, str]:
    """Address and stamp of what there is to keep."""
    return {page["page"]: page["stamp"] for page in client.get(CONTENTS).json()["pages"]}


def test_only_ones_own_favourites_in_force_are_kept(cast, routine, ingrid):
    with tenant(cast.fjellvik):
        publish(cast, title="Andres")
        services.keep_favourite(publish(cast, title="Karis"), cast.kari, wanted=True)
        services.keep_favourite(begin(cast, title="Utkast"), cast.ingrid, wanted=True)
        old = publish(cast, title="Gammel")
        services.keep_favourite(old, cast.ingrid, wanted=True)
        services.archive(old, by=cast.amir, reason="Erstattet.")
    assert list(kept(ingrid)) == [url(routine, "paa-telefonen/")]
    for title, status in (
        ("stikkskader-og-blodsol", 200),
        ("andres", 404),
        ("karis", 404),
        ("utkast", 404),
        ("gammel", 404),
    ):
        assert ingrid.get(f"/fjellvik/rutiner/{title}/paa-telefonen/").status_code == status, title


def test_a_new_version_is_another_page_and_other_changes_are_not(cast, routine, ingrid):
    before = kept(ingrid)
    with tenant(cast.fjellvik):
        services.change_routine(routine, by=cast.amir, reading_days=30)
    assert kept(ingrid) == before
    with tenant(cast.fjellvik):
        publish(cast, routine, text="# Nytt\n")
    assert kept(ingrid).keys() == before.keys()
    assert kept(ingrid) != before
    # The routine's own page says which one the phone should have.
    assert f'data-stamp="{kept(ingrid)[url(routine, "paa-telefonen/")]}"' in ingrid.get(url(routine)).content.decode()


def test_pictures_come_along_and_documents_do_not(cast, routine, ingrid, picture_file):
    with tenant(cast.fjellvik):
        photo = attach(SimpleUploadedFile("flaske.png", picture_file), owner=routine, by=cast.amir)
        sheet = attach(SimpleUploadedFile("skjema.txt", b"Hei"), owner=routine, by=cast.amir)
        publish(cast, routine, text=f"![Flaske](fil:{photo.pk}) [Skjema](fil:{sheet.pk})\n")
    [page] = ingrid.get(CONTENTS).json()["pages"]
    assert page["pictures"] == [{"address": f"/fjellvik/filer/{photo.pk}/flaske.png", "bytes": photo.size}]


def test_the_pages_name_nobody_and_ask_for_nothing(cast, routine, ingrid):
    for address in (url(routine, "paa-telefonen/"), "/fjellvik/rutiner/paa-telefonen/"):
        page = ingrid.get(address).content.decode()
        assert "Stikkskader og blodsøl" in page
        for word in ("Ingrid", "Amir", "Helene", cast.ingrid.email, "csrf", "<form", "data-person"):
            assert word not in page, (address, word)


def test_as_many_queries_for_many_favourites_as_for_one(cast, routine, ingrid):
    kept(ingrid)
    with CaptureQueriesContext(connection) as one:
        kept(ingrid)
    with tenant(cast.fjellvik):
        for number in range(5):
            services.keep_favourite(publish(cast, title=f"Rutine {number}"), cast.ingrid, wanted=True)
    with CaptureQueriesContext(connection) as many:
        assert len(kept(ingrid)) == 6
    assert len(many) == len(one)


def test_a_page_says_whose_it_is_without_saying_who(cast, routine, client):
    client.force_login(cast.ingrid.user)
    mine = client.get(CONTENTS).json()["person"]
    assert f'data-person="{mine}"' in client.get("/fjellvik/").content.decode()
    client.force_login(cast.kari.user)
    assert mine not in client.get("/fjellvik/").content.decode()
    client.logout()
    assert 'data-person=""' in client.get("/konto/logg-inn/").content.decode()
    # Drawn without a request: it does not know, and removes nothing.
    assert "data-person" not in client.get("/frakoblet/").content.decode()

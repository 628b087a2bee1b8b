"""Favourites are read without coverage, by the one who starred them, for as long as they may be read."""

import json
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Error as PlaywrightError

from hms.files.services import attach
from hms.tenancy.scope import tenant
from routines import services
from routines.models import Favourite
from tests.browser.people import PHONE
from tests.browser.site import wait_for
from tests.browser.test_axe import axe
from tests.browser.test_drafts import traces
from tests.routines.helpers import publish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STAR = 'form[action$="/favoritt/"] button'
STATE = "[data-keep]"
ON_PHONE = "Ligger på telefonen"


@pytest.fixture
def routine(cast):
    with tenant(cast.fjellvik):
        return publish(cast, text="# Skyll\n\n1. Skyll i fem minutter.\n")


def path(routine) -> str:
    return f"/fjellvik/rutiner/{routine.slug}/"


def on_phone(somebody) -> list[str]:
    """Addresses of the pages that lie on the phone."""
    return [
        line.split(" ")[0] for line in json.loads(traces(somebody))["cached"] if "/paa-telefonen/" in line.split(" ")[0]
    ]


def settled(somebody) -> str:
    """What the page says of the phone, when it is done."""
    somebody.page.wait_for_selector("[data-keep][data-ready]", state="attached")
    return somebody.see(STATE).inner_text()


def star(somebody, routine) -> None:
    somebody.open(path(routine))
    somebody.press(STAR)
    assert settled(somebody) == ON_PHONE
    somebody.page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def without_coverage(somebody, address: str) -> bool:
    """Whether anything of ours opens at an address without coverage."""
    with somebody.unwatched():
        somebody.context.set_offline(True)
        try:
            somebody.page.goto(address)
            return True
        except PlaywrightError:  # the browser's own page
            return False
        finally:
            somebody.context.set_offline(False)


def change_table(somebody, fields: str) -> None:
    """Let the phone believe that time has gone."""
    somebody.page.evaluate(
        """async (fields) => {
          const cache = await caches.open((await caches.keys()).find((name) => name.startsWith("kept ")));
          const table = await (await cache.match("/kept")).json();
          await cache.put("/kept", new Response(JSON.stringify({ ...table, ...fields })));
        }""",
        somebody.page.evaluate(f"() => ({fields})"),
    )


def test_a_star_opens_the_routine_and_the_list_without_coverage(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    assert without_coverage(ingrid, path(routine))
    assert ingrid.reads("Skyll i fem minutter.")
    assert ingrid.see("[data-kept]").inner_text().startswith("Lagret på telefonen ")
    assert ingrid.reads("Kan være endret siden.")
    assert not ingrid.see("form").count()
    assert axe(ingrid) == []
    assert without_coverage(ingrid, "/fjellvik/rutiner/?vis=favoritter")
    assert ingrid.see(".finds a").all_inner_texts() == [routine.title]
    assert without_coverage(ingrid, "/fjellvik/rutiner/paa-telefonen/")
    assert ingrid.reads(routine.title)
    assert not ingrid.reads("siden du ville til")
    assert axe(ingrid) == []
    # The installed app begins at the root; whatever else is asked for, the list is what there is.
    for address in ("/", "/fjellvik/avvik/"):
        assert without_coverage(ingrid, address)
        assert ingrid.see(".finds a").all_inner_texts() == [routine.title]
        assert ingrid.reads("ligger ikke på telefonen")


def test_pictures_of_a_favourite_are_read_too(cast, person, routine, picture):
    with tenant(cast.fjellvik):
        photo = SimpleUploadedFile("flaske.jpg", Path(picture).read_bytes(), content_type="image/jpeg")
        file = attach(photo, owner=routine, by=cast.amir)
        publish(cast, routine, text=f"# Skyll\n\n![Flaska ved vasken](fil:{file.pk})\n")
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    assert without_coverage(ingrid, path(routine))
    # The tab has never shown it: it is on the phone, and nowhere else.
    assert ingrid.see("article img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_new_version_is_on_the_phone_after_a_visit_with_coverage(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    with tenant(cast.fjellvik):
        publish(cast, routine, text="# Skyll\n\n1. Skyll i ti minutter.\n")
    ingrid.open(path(routine))
    assert settled(ingrid) == ON_PHONE
    assert without_coverage(ingrid, path(routine))
    assert ingrid.reads("Skyll i ti minutter.")
    assert ingrid.reads("Versjon 2")


def test_an_hour_later_any_of_ones_pages_brings_it_up_to_date(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    with tenant(cast.fjellvik):
        publish(cast, routine, text="# Skyll\n\n1. Skyll i ti minutter.\n")
    asked: list[str] = []
    ingrid.page.on("request", lambda request: asked.append(request.url))
    ingrid.open("/fjellvik/")
    settled(ingrid)
    assert not any("/innhold/" in url for url in asked)
    change_table(ingrid, "{ checked: Date.now() - 3700000 }")
    ingrid.open("/fjellvik/")
    settled(ingrid)
    assert without_coverage(ingrid, path(routine))
    assert ingrid.reads("Skyll i ti minutter.")


def test_without_the_star_it_is_gone(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    ingrid.press(STAR)
    assert settled(ingrid) == ""
    assert on_phone(ingrid) == []
    assert "Skyll" not in traces(ingrid)
    assert not without_coverage(ingrid, path(routine))


def test_out_of_force_it_is_gone_and_the_others_stay(cast, person, routine):
    with tenant(cast.fjellvik):
        other = publish(cast, title="Fall")
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    star(ingrid, other)
    with tenant(cast.fjellvik):
        services.archive(routine, by=cast.amir, reason="Erstattet.")
    ingrid.open(path(routine))
    settled(ingrid)
    assert sorted(on_phone(ingrid)) == [f"{path(other)}paa-telefonen/", "/fjellvik/rutiner/paa-telefonen/"]
    assert "Skyll i fem" not in traces(ingrid)
    assert without_coverage(ingrid, path(routine))
    assert ingrid.see(".finds a").all_inner_texts() == ["Fall"]


def test_signing_out_leaves_nothing_to_the_next_one(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    ingrid.page.evaluate("document.querySelector('[data-sign-out]').click()")
    ingrid.page.wait_for_url(lambda address: "/fjellvik/" not in address)
    wait_for(lambda: not on_phone(ingrid), "the favourites to be gone")
    assert "Skyll" not in traces(ingrid)
    assert not without_coverage(ingrid, path(routine))


def test_session_that_ended_leaves_nothing_to_the_next_one(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    Session.objects.all().delete()
    ingrid.open("/fjellvik/")
    assert ingrid.path.startswith("/konto/")
    wait_for(lambda: not on_phone(ingrid), "the favourites to be gone")
    assert not without_coverage(ingrid, path(routine))


def test_the_phone_shows_nothing_longer_than_the_session_lasts(cast, person, routine):
    """The phone has had no coverage since: nobody has told it that the session is over."""
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    assert without_coverage(ingrid, path(routine))
    change_table(ingrid, "{ until: Date.now() - 1 }")
    assert not without_coverage(ingrid, path(routine))
    ingrid.open("/healthz")  # no page of ours, that could have tidied up
    assert "Skyll" not in traces(ingrid)


def test_another_person_who_signs_in_finds_nothing_of_the_first(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    ingrid.sign_in(cast.kari)
    ingrid.open("/fjellvik/")
    wait_for(lambda: not on_phone(ingrid), "the favourites to be gone")
    assert not without_coverage(ingrid, path(routine))


def test_a_phone_that_others_use_keeps_nothing(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    ingrid.open("/fjellvik/meld/")
    ingrid.page.wait_for_selector("form[data-ready]", state="attached")
    ingrid.see("details summary").first.click()
    ingrid.see("label[for=shared-device]").click()
    wait_for(lambda: not on_phone(ingrid), "the favourites to be gone")
    ingrid.open(path(routine))
    assert settled(ingrid) == "Ikke lagret på telefonen, fordi andre også bruker den"
    assert on_phone(ingrid) == []


def test_nothing_is_kept_or_installed_for_whoever_has_no_star(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    with tenant(cast.fjellvik):
        services.keep_favourite(routine, cast.kari, wanted=True)
    for address in ("/fjellvik/", "/fjellvik/rutiner/", path(routine)):
        ingrid.open(address)
        assert settled(ingrid) == ""
    assert json.loads(traces(ingrid))["cached"] == []
    assert ingrid.page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_a_machine_in_the_office_keeps_nothing(cast, person, routine):
    ingrid = person(cast.ingrid)
    ingrid.open(path(routine))
    ingrid.press(STAR)
    ingrid.page.wait_for_load_state("networkidle")
    assert json.loads(traces(ingrid))["cached"] == []


def test_a_full_phone_says_so(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    ingrid.open(path(routine))
    devtools = ingrid.context.new_cdp_session(ingrid.page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": ingrid.site.url, "quotaSize": 1})
    ingrid.press(STAR)
    assert settled(ingrid) == "Får ikke lagret på telefonen: ingen plass"
    assert not without_coverage(ingrid, path(routine))


def test_what_is_kept_names_nobody(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    cached = " ".join(json.loads(traces(ingrid))["cached"])
    for word in ("Ingrid", "Amir", "Helene", cast.ingrid.user.email, "csrf"):
        assert word not in cached


def test_without_script_the_star_works_as_before(cast, person, routine):
    ingrid = person(cast.ingrid, java_script_enabled=False, **PHONE)
    ingrid.open(path(routine))
    assert ingrid.press(STAR) == 200
    with tenant(cast.fjellvik):
        assert Favourite.objects.get().employee == cast.ingrid

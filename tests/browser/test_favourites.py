"""Favourites are read without coverage, by the one who starred them, for as long as they may be read."""

import json

import pytest

from hms.tenancy.scope import tenant
from routines import services
from tests.browser.people import PHONE
from tests.browser.site import wait_for
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
    return [line.split(" ")[0] for line in json.loads(traces(somebody))["cached"] if "/paa-telefonen/" in line.split(" ")[0]]


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
        except Exception:
            return False
        finally:
            somebody.context.set_offline(False)


def test_a_star_opens_the_routine_and_the_list_without_coverage(cast, person, routine):
    ingrid = person(cast.ingrid, **PHONE)
    star(ingrid, routine)
    assert without_coverage(ingrid, path(routine))
    assert ingrid.reads("Skyll i fem minutter.")
    assert ingrid.see("[data-kept]").inner_text().startswith("Lagret på telefonen ")
    assert ingrid.reads("Kan være endret siden.")
    assert not ingrid.see("form").count()
    assert without_coverage(ingrid, "/fjellvik/rutiner/?vis=favoritter")
    assert ingrid.see(".finds a").all_inner_texts() == [routine.title]

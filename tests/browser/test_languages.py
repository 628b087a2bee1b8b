"""A routine in two languages, as a reader on a phone meets it."""

import pytest

from hms.tenancy.scope import tenant
from routines import services
from routines.models import Receipt, Routine
from tests.browser.people import PHONE
from tests.routines.helpers import TEXT, publish, translate, url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_reader_switches_language_and_confirms_the_text_in_force(cast, site, person):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        translate(cast, routine, title="Needlestick injuries", text="# Do this at once\n\n1. Rinse for five minutes.\n")
    cast.ingrid.user.language = "en"
    cast.ingrid.user.save(update_fields=["language"])
    ingrid = person(cast.ingrid, **PHONE)

    # Her own language first; the other one is a link away, and says which language it is.
    ingrid.open(url(routine))
    assert ingrid.reads("Rinse for five minutes.")
    assert ingrid.see("article [lang=en]").count() == 1
    ingrid.press("nav a[hreflang=nb]")
    assert ingrid.reads("rennende vann")
    assert ingrid.see("nav a[hreflang=nb]").get_attribute("aria-current") == "page"
    ingrid.press("nav a[hreflang=en]")
    ingrid.press('form[action*="/lest/"] button')
    assert ingrid.reads("You read it in English.")

    # The routine goes on: the translation says so, shows what is new, and leads to what is to be confirmed.
    with tenant(cast.fjellvik):
        publish(cast, Routine.objects.get(), text=TEXT.replace("fem minutter", "ti minutter"))
        services.turn()
    ingrid.open(url(routine))
    assert ingrid.reads("version 2 is in force")
    assert ingrid.see(".diff ins").first.inner_text().strip().endswith("ti")
    assert ingrid.see('form[action*="/lest/"]').count() == 0
    ingrid.press("#main a:has-text('Go to the text in force')")
    assert ingrid.reads("ti minutter")
    ingrid.press('form[action*="/lest/"] button')
    assert ingrid.reads("You have read it")
    with tenant(cast.fjellvik):
        rows = Receipt.objects.filter(employee=cast.ingrid).order_by("version__number")
        assert [(row.version.number, row.read_in and row.read_in.language) for row in rows] == [(1, "en"), (2, None)]

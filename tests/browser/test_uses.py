"""A routine is used: written down on a phone, seen to by the owner; and a training asks its holder to read."""

import pytest

from hms.tenancy.scope import tenant
from routines import services
from routines.models import Use
from tests.browser.people import PHONE
from tests.browser.site import wait_for
from tests.routines.helpers import publish
from tests.training.helpers import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_use_on_a_phone_becomes_the_owners_task(cast, site, person):
    with tenant(cast.fjellvik):
        routine = publish(cast)
    base = f"/fjellvik/rutiner/{routine.slug}/"
    helene, amir = person(cast.helene, **PHONE), person(cast.amir)

    helene.open(base)
    helene.press('a[href$="/bruk/ny/"]')
    helene.see("[name=kind]").select_option("drill")
    helene.see("[name=unit]").select_option(str(cast.solbakken.pk))
    helene.fill(people=6)
    helene.choose("worked", "unclear")
    # Unclear without a word is nothing the owner can do anything about.
    assert helene.press() == 422
    assert helene.see("[name=people]").input_value() == "6"
    helene.fill(note="Ingen visste hvor den gule boksen står.")
    assert helene.press() == 200
    assert helene.path == base
    assert helene.reads("Brukt 1 gang: 1 × Den var uklar.")
    assert helene.page.evaluate("document.documentElement.scrollWidth") <= 390

    # Amir gets it as a task and by mail, and says what he did.
    mail = site.mail_to(cast.amir.email, "Gjør den bedre")
    assert "gule boksen" not in str(mail)
    amir.open("/fjellvik/oppgaver/")
    amir.press("main a:has-text('Gjør den bedre')")
    with tenant(cast.fjellvik):
        use = Use.objects.get()
    amir.open(f"{base}bruk/{use.pk}/")
    assert amir.reads("Ingen visste hvor den gule boksen står.")
    amir.fill(outcome="Boksen henger ved døra nå.")
    assert amir.press("main form:has([name=outcome]) button[type=submit]") == 200
    helene.open(f"{base}bruk/{use.pk}/")
    assert helene.reads("Boksen henger ved døra nå.")


def test_whoever_is_registered_for_a_training_is_asked_to_read(cast, site, person):
    with tenant(cast.fjellvik):
        training = make(cast)
        routine = publish(cast, title="Varmt arbeid")
        parts = [{"kind": "training", "training_id": training.pk}]
        services.set_audience(routine, parts, by=cast.amir)
        services.turn()
    amir, ingrid = person(cast.amir), person(cast.ingrid, **PHONE)
    ingrid.open(f"/fjellvik/rutiner/{routine.slug}/")
    assert not ingrid.reads("Har du lest den?")

    amir.open(f"/fjellvik/opplaering/{training.pk}/")
    amir.press('a[href$="/registrer/"]')
    amir.see(f'input[name=people][value="{cast.ingrid.pk}"]').check()
    assert amir.press("main form[method=post] button[type=submit]") == 200
    assert amir.reads("Ingrid Solheim")

    def is_asked() -> bool:
        ingrid.open(f"/fjellvik/rutiner/{routine.slug}/")
        return ingrid.reads("Har du lest den?")

    wait_for(is_asked, "the worker to ask whoever has the training now")
    ingrid.open("/fjellvik/opplaering/mine/")
    assert ingrid.reads("Varme arbeider")
    assert ingrid.page.evaluate("document.documentElement.scrollWidth") <= 390

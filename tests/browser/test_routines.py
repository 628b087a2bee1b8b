"""A routine's life as those who live it: author, safety representative, approver, readers; with a real worker."""

import pytest

from hms.tenancy.scope import tenant
from routines import services
from routines.models import Draft, Opening, Receipt
from tests.browser.people import PHONE
from tests.browser.site import wait_for
from tests.routines.helpers import publish, url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_a_blank_page_to_what_is_new_since_one_read_it(cast, site, person):
    amir, kari, helene, ingrid = person(cast.amir), person(cast.kari), person(cast.helene), person(cast.ingrid, **PHONE)

    # Amir writes. The toolbar types the marks, the page shows how it looks, and what he types is saved.
    amir.open("/fjellvik/rutiner/ny/")
    amir.fill(title="Stikkskader")
    amir.see("[name=category]").select_option("first_aid")
    amir.press()
    base = amir.path.removesuffix("utkast/skriv/")
    area = amir.see("[data-editor]")
    area.fill("Skyll i fem minutter\nRing fastlegen")
    area.evaluate("area => area.setSelectionRange(0, area.value.length)")
    amir.see("[data-mark=numbers]").click()
    assert area.input_value() == "1. Skyll i fem minutter\n2. Ring fastlegen"
    amir.see("#preview li").nth(1).wait_for()
    amir.see("[data-draft-status]:has-text('Lagret')").wait_for()
    with tenant(cast.fjellvik):
        assert Draft.objects.get().text == "1. Skyll i fem minutter\n2. Ring fastlegen"

    # Saved while typing or not, the button works, and the draft goes on its way.
    amir.press("button[name=send]")
    assert amir.reads("Kari Lunde")
    amir.press()
    kari.open(f"{base}utkast/uttalelse/")
    kari.choose("opinion", "comment")
    kari.fill(comment="Ti minutter.")
    assert kari.press() == 200
    amir.open(f"{base}utkast/")
    assert amir.reads("Ti minutter.")
    amir.press('form[action$="/til-godkjenning/"] button')
    helene.open(f"{base}utkast/")
    assert helene.reads("Godkjenne det?")
    helene.open(f"{base}utkast/godkjenn/")
    helene.press()
    assert helene.reads("Gjelder nå")

    # The worker asks those it is for; Ingrid reads it on her phone.
    mail = site.mail_to(cast.ingrid.email, "Stikkskader")
    assert "Stikkskader" in str(mail["subject"])
    ingrid.open("/fjellvik/rutiner/?vis=meg")
    ingrid.press(".finds a.t")
    ingrid.press('form[action$="/lest/"] button')
    assert ingrid.reads("Du har lest den")

    # A change that matters: she sees what is new, and nothing else.
    amir.open(base)
    amir.press('form[action$="/utkast/nytt/"] button')
    amir.see("[data-editor]").fill("1. Skyll i ti minutter\n2. Ring fastlegen")
    amir.fill(change_note="Etter råd fra bedriftshelsetjenesten.")
    amir.press("button[name=send]")
    amir.press()
    kari.open(f"{base}utkast/uttalelse/")
    kari.choose("opinion", "endorse")
    kari.press()
    helene.open(f"{base}utkast/godkjenn/")
    helene.press()

    def is_asked_again() -> bool:
        ingrid.open(base)
        return ingrid.reads("Har du lest den?")

    wait_for(is_asked_again, "the worker to ask again")
    news = ingrid.see("section:has(#news)")
    assert news.locator("del").inner_text().endswith("fem")
    assert news.locator("ins").inner_text().endswith("ti")
    ingrid.press('form[action$="/lest/"] button')
    with tenant(cast.fjellvik):
        assert [receipt.version.number for receipt in Receipt.objects.filter(employee=cast.ingrid)] == [1, 2]


def test_two_who_write_see_each_other(cast, person):
    amir, sunniva = person(cast.amir), person(cast.sunniva)
    amir.open("/fjellvik/rutiner/ny/")
    amir.fill(title="Fall")
    amir.see("[name=category]").select_option("first_aid")
    amir.press()
    sunniva.open(amir.path)
    amir.see("[data-editor]").fill("Amirs tekst")
    amir.see("[data-draft-status]:has-text('Lagret')").wait_for()
    with sunniva.unwatched():
        sunniva.see("[data-editor]").fill("Sunnivas tekst")
        sunniva.see("[data-draft-status]:has-text('Amir')").wait_for()
        assert sunniva.press() == 422
    assert sunniva.see("[data-editor]").input_value() == "Sunnivas tekst"
    assert sunniva.see("section:has(#differences) ins").inner_text().endswith("Sunnivas")
    # Having seen both she saves what she has put together.
    sunniva.see("[data-editor]").fill("Begges tekst")
    assert sunniva.press() == 200
    with tenant(cast.fjellvik):
        assert Draft.objects.get().text == "Begges tekst"


def test_everything_works_without_script(cast, person):
    amir = person(cast.amir, java_script_enabled=False)
    amir.open("/fjellvik/rutiner/ny/")
    amir.fill(title="Fall")
    amir.see("[name=category]").select_option("first_aid")
    amir.press()
    assert not amir.see("[data-toolbar]").is_visible()
    amir.fill(text="# Ring 113")
    assert amir.press() == 200
    assert amir.reads("Ring 113")


def test_control_question_wrong_then_right_with_the_keyboard(cast, person):
    with tenant(cast.fjellvik):
        routine = publish(
            cast, control_question="Hvor lenge skyller du?", control_answers=["Ett minutt", "Fem minutter"],
            control_right=1, control_why="Se «Blodsøl».",
        )  # fmt: skip
        services.turn()
    ingrid = person(cast.ingrid, **PHONE)
    ingrid.open(url(routine))
    # The question has a name of its own, and stands before the button.
    group = ingrid.page.get_by_role("group", name="Hvor lenge skyller du?")
    assert group.get_by_role("radio").count() == 2
    keys = ingrid.page.keyboard
    group.get_by_role("radio", name="Ett minutt").focus()
    keys.press("Space")
    with ingrid.unwatched():
        with ingrid.page.expect_navigation() as going:
            keys.press("Enter")
        assert going.value.status == 422
        assert ingrid.page.title().startswith("Feil:")
        # The summary has the focus, and leads to the answers; what was chosen is chosen still.
        assert ingrid.see("[data-error-summary]").evaluate("one => one === document.activeElement")
        ingrid.see("[data-error-summary] a").focus()
        keys.press("Enter")
        wrong = ingrid.page.get_by_role("radio", name="Ett minutt")
        assert wrong.is_checked()
        assert ingrid.see("section:has(#read) a[href^='#om-']").inner_text() == "Les «Blodsøl»"
        assert ingrid.see("section:has(#read) a[href$='/sporsmal/']").is_visible()
        assert ingrid.page.evaluate("document.documentElement.scrollWidth") == 390
        # The next tries: the arrow moves the choice, Enter sends it.
        wrong.focus()
        keys.press("ArrowDown")
        with ingrid.page.expect_navigation():
            keys.press("Enter")
    assert ingrid.reads("Du har lest den")
    with tenant(cast.fjellvik):
        assert Receipt.objects.get().employee == cast.ingrid


def test_routine_that_is_looked_at_is_counted_and_one_that_is_fetched_is_not(cast, person):
    with tenant(cast.fjellvik):
        routine = publish(cast)
    ingrid = person(cast.ingrid)
    ingrid.page.clock.install()
    ingrid.open(url(routine))
    ingrid.page.clock.run_for(4000)
    with tenant(cast.fjellvik):
        assert not Opening.objects.exists()
    with ingrid.page.expect_response(lambda answer: answer.url.endswith("/apnet/")) as told:
        ingrid.page.clock.run_for(2000)
    assert told.value.status == 204
    with tenant(cast.fjellvik):
        assert Opening.objects.get().count == 1

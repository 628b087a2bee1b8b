"""The main job as the people who do it, in a real browser, with a real server, worker and mails."""

import datetime
import io
import re

import pytest
from django.utils import timezone
from PIL import Image

from deviations.models import Deviation
from hms.audit.models import Event
from hms.tenancy.scope import tenant
from tests.browser.people import PHONE
from tests.browser.site import wait_for, whole
from tests.deviations.helpers import url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHAT = "Rekkverket i trapp B løsnet da jeg tok i det. Ingen ble skadet."
ANSWER = "Rekkverket er boltet fast, og alle trapper er kontrollert."
NINA = "nina.besokende@post.example"


def through_the_door(somebody, employee, password):
    """Sign in on the real page, from the page one wanted to see."""
    somebody.open("/fjellvik/")
    assert somebody.path.startswith("/konto/")
    somebody.fill(login=employee.user.email, password=password)
    somebody.press("main form:has([name=password]) button[type=submit]")
    assert somebody.path == "/fjellvik/"


def link_in(mail):
    """The address in a mail that acts without sign-in."""
    return re.search(r"http://\S+/t/[^/\s]+/", whole(mail))[0]


def photo_on(somebody):
    """The first photo of the page, as whoever may see it downloads it."""
    address = somebody.see('main a[href*="/filer/"]').first.get_attribute("href")
    return Image.open(io.BytesIO(somebody.context.request.get(address).body()))


def test_from_a_loose_railing_to_an_answer(cast, site, person, picture):
    nina, amir, kari, tor_erik, olav = person(**PHONE), person(), person(), person(**PHONE), person(cast.olav)

    # Nina, a visitor, scans the code on the wall and has half a minute.
    assert nina.open(f"/fjellvik/meld/?sted={cast.solbakken.report_token}") == 200
    nina.fill(description=WHAT, place="Trapp B")
    nina.choose("severity", 2)
    nina.take_picture(picture)
    nina.fill(reporter_name="Nina Besøkende", reporter_email=NINA)
    assert nina.press(".sendbar button") == 200
    code = nina.see(".code").inner_text()
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
    assert nina.reads(case.number)
    receipt = site.mail_to(NINA, case.number)
    assert "rekkverk" not in whole(receipt).lower()

    # Amir is told, signs in, and takes the case.
    told = whole(site.mail_to(cast.amir.email, case.number))
    assert "/fjellvik/" in told
    assert "rekkverk" not in told.lower(), "what a reporter wrote stays out of mails"
    through_the_door(amir, cast.amir, cast.password)
    assert amir.see('header a[href$="/varsler/"] .dot').inner_text() == "1"
    amir.press('main a:has-text("Rekkverket i trapp B")')
    assert amir.path == url(case)
    assert amir.reads(WHAT)
    shown = photo_on(amir)
    assert max(shown.size) <= 2000
    assert not shown.getexif()
    amir.press('form[action$="/ta/"] button')
    assert NINA in {mail["To"] for mail in [site.mail_to(NINA, "Amir")]}

    # He assesses it, and asks why.
    amir.press('main a[href$="/vurder/"]')
    amir.fill(title="Løst rekkverk i trapp B", immediate_measure="Trappa er sperret.")
    amir.press()
    amir.press('main a[href$="/arsak/"]')
    amir.fill(why_1="To skruer manglet.", why_2="Ingen kontrollerer trappene.")
    amir.press()
    assert amir.reads("Ingen kontrollerer trappene.")

    # He plans an action for Tor Erik, and asks Kari, the safety representative.
    amir.press('form[action$="/plan/"] button')
    amir.fill(title="Fest rekkverket i trapp B", due_on=timezone.localdate() + datetime.timedelta(days=7))
    amir.see("[name=responsible]").select_option(str(cast.tor_erik.pk))
    amir.press()
    amir.press('main a[href$="/send/"]')
    amir.press()
    assert not site.mails_to(cast.tor_erik.email), "nothing is decided yet"

    # Kari finds it on her page, and approves.
    through_the_door(kari, cast.kari, cast.password)
    kari.press('main a[href*="/oppgaver/"]:has-text("rekkverk")')
    assert kari.path == url(case)
    kari.fill(comment="Bra. Ta trapp A også.")
    kari.press("button[name=opinion][value=approve]")
    assert kari.path == url(case)
    assert kari.reads("Bra. Ta trapp A også.")

    # Amir decides; the mail goes to Tor Erik.
    amir.open(url(case))
    amir.press('main a[href$="/vedta/"]')
    amir.press()
    mail = site.mail_to(cast.tor_erik.email, "/t/")
    assert "Fest rekkverket i trapp B" in mail["Subject"]

    # Tor Erik opens it on his phone without signing in. Looking changes nothing.
    with tenant(cast.fjellvik):
        before = Event.objects.count()
    for _time in range(2):
        assert tor_erik.open(link_in(mail)) == 200
    with tenant(cast.fjellvik):
        assert Event.objects.count() == before
    tor_erik.choose("answer", "done")
    tor_erik.fill(comment="Fire nye bolter i begge ender.")
    tor_erik.take_picture(picture)
    assert tor_erik.press(".sendbar button") == 200
    assert tor_erik.reads("Fire nye bolter i begge ender.")
    assert tor_erik.open(link_in(mail)) == 410

    # Amir is told, and closes with an answer.
    site.mail_to(cast.amir.email, "Fest rekkverket i trapp B")
    amir.press('header a[href$="/varsler/"]')
    amir.press(f"main form button:has-text('{case.number}')")
    amir.open(url(case))
    assert amir.reads("Fire nye bolter i begge ender.")
    amir.press('main a.ds-button[href$="/lukk/"]')
    amir.fill(text=ANSWER)
    amir.press()
    assert amir.path == url(case)

    # Nina gets a mail that says so and no more, and reads the answer with her code.
    told = wait_for(
        lambda: next((mail for mail in site.mails_to(NINA) if "/f/" in whole(mail) and "30" in whole(mail)), None),
        "the mail to the reporter",
    )
    assert "bolt" not in whole(told).lower()
    assert code not in whole(told)
    assert nina.open(re.search(r"http://\S+/f/", whole(told))[0]) == 200
    nina.fill(code=code.lower())
    nina.press()
    assert nina.reads(ANSWER)

    # Olav, HSE manager of another organisation, sees nothing of it.
    for path in (url(case), "/fjellvik/", "/fjellvik/avvik/", url(case).replace("fjellvik", "havbris")):
        assert olav.open(path) == 404
        assert "rekkverk" not in olav.page.content().lower()
    for tail in ("", "avvik/?status=all", "avvik/?q=rekkverk&status=all", "varsler/"):
        path = f"/havbris/{tail}"
        assert olav.open(path) == 200
        assert case.number not in olav.see("main").inner_text()
        assert "Rekkverket i trapp" not in olav.page.content()
        assert olav.see("main tbody tr").count() == 0
    assert not site.mails_to(cast.olav.email)

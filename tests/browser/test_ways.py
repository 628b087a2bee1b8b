"""Other ways through the work: anonymously, in disagreement, without a mouse, without JavaScript, in other languages."""

import datetime
import re

import pytest
from django.utils import timezone

from deviations import services
from deviations.models import Deviation
from hms.actions import services as plans
from hms.actions.enums import Opinion, PlanState
from hms.actions.models import ActionPlan, Statement
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.browser.people import PHONE
from tests.browser.site import whole
from tests.deviations.helpers import add_action, report, url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHAT = "Det er glatt i inngangen. Jeg holdt på å falle."


@pytest.fixture
def inside(cast):
    """Work in Fjellvik for a moment."""
    return lambda: tenant(cast.fjellvik)


@pytest.fixture
def sent(cast, inside):
    """A plan that waits for Kari."""
    with inside():
        case = report(cast)
        services.receive(case, by=cast.amir)
        action = add_action(cast, case)
        plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
        return case


@pytest.fixture
def decided(cast, inside, sent):
    """An action that Tor Erik has, with Kari's approval behind it."""
    with inside():
        plan = ActionPlan.objects.get()
        plans.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
        plans.decide(plan, organisation=cast.fjellvik, by=cast.amir)
        return sent


def test_somebody_signed_in_reports_anonymously(cast, inside, person):
    ingrid = person(cast.ingrid, **PHONE)
    with inside():
        heard = Notification.objects.count()
    ingrid.open("/fjellvik/meld/")
    ingrid.fill(description=WHAT)
    ingrid.choose("severity", 2)
    ingrid.choose("who", "anonymous")
    assert ingrid.press(".sendbar button") == 200
    code = ingrid.see(".code").inner_text()
    with inside():
        case = Deviation.objects.get()
        event = Event.objects.get(verb="deviation.reported")
        assert (case.reporter, case.reporter_name, case.reporter_email, event.actor) == (None, "", "", None)
        assert not Notification.objects.filter(recipient=cast.ingrid).exists()
        assert Notification.objects.count() > heard, "those who handle it are told"
    # She has no more to do with it than others: not on her page, not in her list; only with the code.
    for path in ("/fjellvik/", "/fjellvik/avvik/?status=all"):
        ingrid.open(path)
        assert not ingrid.reads(case.number)
    assert ingrid.open(url(case)) == 404
    ingrid.open("/fjellvik/f/")
    ingrid.fill(code=code)
    assert ingrid.press() == 200
    assert ingrid.reads(case.number)
    ingrid.fill(text="Det var ved den innerste døra.")
    ingrid.press("main form:has([name=text]) button[type=submit]")
    assert ingrid.reads("Det var ved den innerste døra.")
    amir = person(cast.amir)
    amir.open(url(case))
    assert amir.reads("Det var ved den innerste døra.")
    assert not amir.reads("Ingrid")


def test_disagreement_is_answered_before_the_plan_is_decided(cast, inside, sent, person):
    kari, amir = person(cast.kari), person(cast.amir)
    kari.open(url(sent))
    assert kari.press("button[name=opinion][value=disagree]") == 422, "a disagreement says why"
    kari.choose("opinion", "disagree")
    kari.fill(comment="Skruer holder ikke. Det må sveises.")
    kari.press()
    assert kari.path == url(sent)
    amir.open(url(sent))
    assert amir.reads("Det må sveises.")
    assert amir.see('main a[href$="/vedta/"]').count() == 0, "first a reply"
    amir.press('main a[href*="/tiltak/uttalelse/"]')
    assert amir.reads("Det må sveises.")
    amir.fill(reply="Vi sveiser i januar. Skruene holder til da.")
    amir.press()
    amir.press('main a[href$="/vedta/"]')
    amir.press()
    with inside():
        assert ActionPlan.objects.get().state == PlanState.RUNNING
        statement = Statement.objects.get()
        assert (statement.opinion, statement.replied_by) == ("disagree", cast.amir)
    kari.open(url(sent))
    assert kari.reads("Vi sveiser i januar.")


def test_more_time_is_asked_for_from_the_mail_and_granted(cast, inside, site, sent, person):
    kari, amir, tor_erik = person(cast.kari), person(cast.amir), person(**PHONE)
    kari.open(url(sent))
    kari.press("button[name=opinion][value=approve]")
    amir.open(url(sent))
    amir.press('main a[href$="/vedta/"]')
    amir.press()
    address = re.search(r"http://\S+/t/[^/\s]+/", whole(site.mail_to(cast.tor_erik.email, "/t/")))[0]
    new = timezone.localdate() + datetime.timedelta(days=12)
    tor_erik.open(address)
    assert not tor_erik.see("[name=new_due_on]").is_visible()
    tor_erik.choose("answer", "more_time")
    tor_erik.fill(new_due_on=new)
    assert tor_erik.press(".sendbar button") == 422, "a wish says why"
    assert tor_erik.see("[name=new_due_on]").input_value() == str(new)
    tor_erik.fill(comment="Delene kommer fredag.")
    assert tor_erik.press(".sendbar button") == 200
    # The same link can still say that it is done.
    assert tor_erik.open(address) == 200
    assert tor_erik.see('input[value="more_time"]').count() == 0
    wish = site.mail_to(cast.amir.email, "/frist/")
    amir.open(re.search(r"http://\S+/frist/", whole(wish))[0])
    assert amir.reads("Delene kommer fredag.")
    amir.choose("answer", "yes")
    amir.press()
    with inside():
        assert Assignment.objects.get(kind="action").due_on == new
    site.mail_to(cast.tor_erik.email, f"{new.day}. ")


def test_reporter_reopens_what_is_not_solved(cast, inside, person):
    with inside():
        case = report(cast)
        services.receive(case, by=cast.amir)
        services.close(case, by=cast.amir, answer="Rekkverket er festet.")
    ingrid, amir = person(cast.ingrid, **PHONE), person(cast.amir)
    ingrid.open("/fjellvik/")
    assert ingrid.reads("Rekkverket er festet.")
    ingrid.press(f'main a.strong[href="{url(case)}"]')
    ingrid.press('main a[href$="/gjenapne/"]')
    ingrid.fill(text="Det er løst igjen.")
    ingrid.press()
    assert ingrid.path == url(case)
    amir.open("/fjellvik/")
    amir.press('main a[href*="/oppgaver/"]:has-text("rekkverk")')
    assert amir.path == url(case)
    assert amir.reads("Det er løst igjen.")
    with inside():
        assert Deviation.objects.get().state == "in_progress"


def test_language_follows_the_person(cast, person):
    ingrid = person(cast.ingrid)
    said = {}
    for language in ("nb", "nn", "en"):
        ingrid.open("/fjellvik/profil/")
        ingrid.see("[name=language]").select_option(language)
        ingrid.press("form:has([name=language]) button[type=submit]")
        ingrid.open("/fjellvik/meld/")
        assert ingrid.see("html").get_attribute("lang") == language
        said[language] = ingrid.see("h1").inner_text(), ingrid.see("main").inner_text()
    assert len({words for _heading, words in said.values()}) == 3
    assert said["en"][0] == "Report a deviation"
    # She keeps it on another device.
    phone = person(cast.ingrid, **PHONE)
    phone.open("/fjellvik/")
    assert phone.see("html").get_attribute("lang") == "en"


def test_dark_is_kept_and_shown_at_once(cast, person):
    ingrid = person(cast.ingrid)

    def background() -> str:
        return ingrid.page.evaluate("getComputedStyle(document.body).backgroundColor")

    ingrid.open("/fjellvik/profil/")
    light = background()
    ingrid.see("[name=colour_scheme]").select_option("dark")
    ingrid.press("form:has([name=colour_scheme]) button[type=submit]")
    assert ingrid.see("html").get_attribute("data-color-scheme") == "dark"
    dark = background()
    assert dark != light
    ingrid.open("/fjellvik/avvik/")
    assert background() == dark


def test_report_with_the_keyboard_only(cast, inside, person):
    ingrid = person(cast.ingrid)
    page = ingrid.page
    ingrid.open("/fjellvik/meld/")

    def focused() -> str:
        return page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")

    def tab_to(name: str) -> None:
        for _step in range(40):
            page.keyboard.press("Tab")
            if focused() == name:
                # What has the focus is seen, and nothing lies over it.
                assert page.evaluate(
                    "(() => { const b = document.activeElement.getBoundingClientRect();"
                    " return b.bottom > 0 && b.top < innerHeight })()"
                )
                return
        raise AssertionError(f"{name} is not reached with the tabulator key")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", "the skip link comes first"
    page.keyboard.press("Enter")
    tab_to("description")
    page.keyboard.type(WHAT)
    tab_to("place")
    page.keyboard.type("Inngangen")
    tab_to("severity")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to("photos")
    tab_to("who")
    send = ingrid.see(".sendbar button").inner_text()
    tab_to(send)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with inside():
        case = Deviation.objects.get()
        assert (case.description, case.place, case.severity, case.reporter) == (WHAT, "Inngangen", 2, cast.ingrid)
    assert ingrid.path == f"/fjellvik/meld/kvittering/{case.number}/"


COVERED = """() => {
  const focused = document.activeElement;
  const bars = [...document.querySelectorAll(".sendbar, .botnav, header.top")];
  if (focused === document.body || focused.matches(".ds-skip-link") || bars.some(bar => bar.contains(focused))) return "";
  const box = focused.getBoundingClientRect();
  const over = bars.filter(bar => bar.checkVisibility()).map(bar => bar.getBoundingClientRect());
  const covered = over.some(bar => box.top >= bar.top - 1 && box.bottom <= bar.bottom + 1);
  return covered || box.bottom <= 0 || box.top >= innerHeight ? focused.name || focused.textContent.trim() : "";
}"""


def test_focus_is_never_under_the_bars_of_a_phone(cast, inside, person):
    """WCAG 2.2, 2.4.11: forwards and backwards, on a low screen."""
    with inside():
        case = report(cast)
        services.receive(case, by=cast.amir)
    amir = person(cast.amir, viewport={"width": 390, "height": 640})
    for path in ("/fjellvik/meld/", url(case), "/fjellvik/avvik/"):
        amir.open(path)
        for key in ["Tab"] * 40 + ["Shift+Tab"] * 40:
            amir.page.keyboard.press(key)
            assert not amir.page.evaluate(COVERED), path


def test_slash_goes_to_the_search_box_and_filters_keep_the_focus(cast, inside, person):
    with inside():
        report(cast)
        report(cast, "Lyset i gangen blinker.", severity=3)
    amir = person(cast.amir)
    page = amir.page
    amir.open("/fjellvik/avvik/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    amir.see("[name=severity]").first.focus()
    with page.expect_response(re.compile("severity=3")):
        amir.see("[name=severity]").first.select_option("3")
    amir.see("#results tbody tr").nth(1).wait_for(state="detached")
    assert amir.see("#results tbody tr").count() == 1
    assert page.evaluate("document.activeElement.name") == "severity"
    assert "severity=3" in page.url
    page.reload()
    assert amir.see("#results tbody tr").count() == 1


def test_report_and_statement_without_javascript(cast, inside, sent, picture, person):
    nina = person(java_script_enabled=False, **PHONE)
    nina.open(f"/fjellvik/meld/?sted={cast.solbakken.report_token}")
    nina.fill(description=WHAT)
    assert nina.press(".sendbar button") == 422
    assert nina.see("[name=description]").input_value() == WHAT
    nina.choose("severity", 1)
    nina.fill(reporter_name="Nina")
    nina.see("input[name=photos]").set_input_files(picture)
    assert nina.press(".sendbar button") == 200
    assert nina.see(".code").count() == 1
    with inside():
        case = Deviation.objects.get(reporter_name="Nina")
    kari = person(cast.kari, java_script_enabled=False)
    kari.open(url(case))
    assert kari.see('main a[href*="/filer/"] img').count() == 1
    kari.open(url(sent))
    kari.fill(comment="Bruk lengre skruer.")
    kari.press("button[name=opinion][value=request_changes]")
    with inside():
        statement = Statement.objects.get()
        assert (statement.opinion, statement.comment) == ("request_changes", "Bruk lengre skruer.")
    assert kari.reads("Bruk lengre skruer.")


def test_what_is_missing_is_said_and_what_was_typed_is_kept(cast, inside, person):
    nina = person(**PHONE)
    page = nina.page
    nina.open(f"/fjellvik/meld/?sted={cast.solbakken.report_token}")
    nina.fill(place="Trapp B", reporter_email="ikke en adresse")
    nina.choose("severity", 3)
    nina.choose("who", "named")
    assert nina.press(".sendbar button") == 422
    assert page.title().startswith("Feil:")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert nina.see("[name=place]").input_value() == "Trapp B"
    assert nina.see("[name=reporter_email]").input_value() == "ikke en adresse"
    assert nina.see('input[name="severity"][value="3"]').is_checked()
    description = nina.see("[name=description]")
    assert description.get_attribute("aria-invalid") == "true"
    # The message is said with the field, and the summary leads there.
    says = page.evaluate(
        "document.getElementById(document.querySelector('[name=description]')"
        ".getAttribute('aria-describedby').split(' ').pop()).textContent"
    )
    link = nina.see(f'[data-error-summary] a:has-text("{says.strip()}")')
    link.click()
    assert page.evaluate("document.activeElement.name") == "description"
    with inside():
        assert not Deviation.objects.exists()


def test_sent_twice_is_one_case(cast, inside, person):
    """The answer did not come through, so Nina goes back and sends again."""
    nina = person(**PHONE)
    nina.open(f"/fjellvik/meld/?sted={cast.solbakken.report_token}")
    key = nina.see("[name=idempotency_key]").input_value()
    for _time in range(2):
        nina.open(f"/fjellvik/meld/?sted={cast.solbakken.report_token}")
        nina.page.evaluate("key => { document.querySelector('[name=idempotency_key]').value = key }", key)
        nina.fill(description=WHAT, reporter_name="Nina")
        nina.choose("severity", 1)
        assert nina.press(".sendbar button") == 200
    with inside():
        assert Deviation.objects.count() == 1


def test_one_person_in_two_organisations_sees_which_one_is_open(cast, person):
    from hms.organisations.models import Membership
    from tests.cast import make_employee
    from tests.conftest import as_owner

    with as_owner(), tenant(cast.havbris):
        colleague = make_employee(cast.havbris, "Amir Hosseini", cast.havbris_unit, user=False)
        colleague.user = cast.amir.user
        colleague.save()
        Membership.objects.create(user=cast.amir.user, organisation=cast.havbris)
    amir = person(cast.amir)
    amir.open("/")
    amir.press('main a[href="/fjellvik/"]')
    assert cast.fjellvik.name in amir.page.title()
    amir.see("nav.side .brand").click()
    amir.press('#organisations a[href="/havbris/"]')
    assert amir.path == "/havbris/"
    assert cast.havbris.name in amir.see("nav.side .brand").inner_text()

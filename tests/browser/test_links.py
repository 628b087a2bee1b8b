"""Links from mails in a real browser: looking ahead, looking and hovering change nothing; one click acts once."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hms.assignments import services
from hms.assignments.models import Assignment, Note
from hms.notifications.models import Notification
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from tests.browser.people import PHONE
from tests.browser.site import wait_for
from tests.browser.world import World
from tests.deviations.helpers import add_action, report
from tests.everything import SESSIONS, changed, everything

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(cast, picture):
    return World(cast, picture)


def open_addresses(world):
    """Everything that whoever has the mail or stands at the poster can open."""
    Client().post(reverse("account_reset_password"), {"email": world.cast.vigdis.user.email})
    reset = re.search(r"/konto/passord/nytt/\S+", mail.outbox[-1].body)[0]
    at = "/fjellvik/"
    return [
        f"{at}t/{world.link}/",
        f"{at}t/{world.waiting_link}/",
        f"{at}t/{world.secret_link}/",
        f"{at}t/{world.expired_link}/",
        f"{at}t/{world.revoked_link}/",
        f"{at}invitasjon/{world.invitation_token}/",
        reset,
        f"{at}f/",
        f"{at}meld/?sted={world.cast.solbakken.report_token}",
    ]


def look_ahead(somebody, address):
    """A mail program's page that fetches what it links to before anybody clicks."""
    page, url = somebody.page, somebody.site.url
    letter = (
        f'<link rel="preconnect" href="{url}"><link rel="dns-prefetch" href="{url}">'
        f'<link rel="prefetch" href="{url}{address}"><a href="{url}{address}">Svar</a>'
    )
    page.route("**/innboks/brev.html", lambda route: route.fulfill(body=letter, content_type="text/html"))
    page.goto(f"{url}/innboks/brev.html")
    page.wait_for_function("address => performance.getEntriesByName(address).length", arg=f"{url}{address}")
    page.hover("a")


def test_a_browser_that_looks_and_hovers_changes_nothing(world, site, person):
    addresses = open_addresses(world)
    site.settle()
    before = everything(without=SESSIONS)
    for address in addresses:
        scanner = person()
        with scanner.unwatched():
            look_ahead(scanner, address)
            assert scanner.open(address) in {200, 410}
            for button in scanner.see("main button:visible, main a:visible, main label:visible").all()[:12]:
                button.hover()
            scanner.page.reload()
            scanner.page.close()
    site.settle()
    assert changed(before, everything(without=SESSIONS)) == []


@pytest.fixture
def mailed(cast):
    """A task of Tor Erik's and the address in his mail."""

    def make(title):
        with tenant(cast.fjellvik):
            task = add_action(cast, report(cast), title=title).assignment
            services.start(task, by=cast.amir)
            return task.pk, f"/fjellvik/t/{services.create_link(task, to=cast.tor_erik)}/"

    return make


def counts(cast, pk):
    with tenant(cast.fjellvik):
        return (
            Assignment.objects.get(pk=pk).state,
            Note.objects.filter(assignment=pk).count(),
            Notification.objects.filter(about_id=pk, type__in=["assignments.completed", "assignments.comment"]).count(),
        )


def test_a_double_click_acts_once_and_going_back_does_not_act_again(cast, mailed, person):
    pk, address = mailed("Fest rekkverket")
    tor_erik = person(**PHONE)
    assert tor_erik.open(address) == 200
    assert counts(cast, pk) == ("open", 0, 0)
    tor_erik.choose("answer", "comment")
    tor_erik.fill(comment="Jeg trenger en stige")
    tor_erik.see(".sendbar button").dblclick()
    tor_erik.page.wait_for_url("**takk=comment")
    wait_for(lambda: counts(cast, pk) == ("open", 1, 1), "one comment")
    # Back, forward and reload show; they send nothing.
    tor_erik.page.go_back()
    tor_erik.page.go_forward()
    tor_erik.page.reload()
    assert tor_erik.reads("Amir")
    assert counts(cast, pk) == ("open", 1, 1)
    tor_erik.open(address)
    tor_erik.choose("answer", "done")
    tor_erik.see(".sendbar button").dblclick()
    tor_erik.page.wait_for_url("**takk=done")
    wait_for(lambda: counts(cast, pk) == ("done", 1, 2), "done once")
    tor_erik.page.go_back()
    tor_erik.page.reload()
    assert tor_erik.reads("Du har allerede svart") or tor_erik.reads("Du har svart")
    assert counts(cast, pk) == ("done", 1, 2)


def test_an_invitation_is_accepted_by_a_click_and_once(world, cast, site, person):
    nora = person()
    nora.open(f"/fjellvik/invitasjon/{world.invitation_token}/")
    with tenant(cast.fjellvik):
        assert Employee.objects.get(pk=world.newcomer.pk).user is None
    nora.fill(password="fire små grønne fisker")
    assert nora.press() == 200, nora.see("main").inner_text()
    assert nora.path == "/fjellvik/"
    with tenant(cast.fjellvik):
        assert Employee.objects.get(pk=world.newcomer.pk).user is not None
    again = person()
    assert again.open(f"/fjellvik/invitasjon/{world.invitation_token}/") == 410

"""Push in a real browser, as far as one goes that reaches no push service: its part is played by the test."""

import json

import pytest

from hms.notifications import devices
from hms.notifications.models import PushSubscription
from hms.tenancy.scope import tenant
from tests.browser.people import PHONE
from tests.browser.site import wait_for
from tests.notifications.push_device import Device

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MINE = "/fjellvik/varsler/valg/"
ON, DENIED, FAILED = '[data-push-say="off"]', '[data-push-say="denied"]', '[data-push-say="failed"]'
# The browser's own answer, in place of a push service that isn't there.
SUBSCRIBES = """
PushManager.prototype.subscribe = async (options) => {
  window.subscribedWith = options;
  return { toJSON: () => (%s) };
};
"""


@pytest.fixture(autouse=True)
def demo(settings):
    """As the running site: it makes its own key."""
    settings.DEMO = True


def kept(cast):
    with tenant(cast.fjellvik):
        return list(PushSubscription.objects.values_list("endpoint", "device"))


def test_a_device_is_turned_on_shows_what_comes_and_is_removed(cast, person, site):
    tor_erik = person(cast.tor_erik, **PHONE)
    tor_erik.context.grant_permissions(["notifications"], origin=site.url)
    form = Device().form
    answer = {"endpoint": form["endpoint"], "keys": {"p256dh": form["p256dh"], "auth": form["auth"]}}
    tor_erik.context.add_init_script(SUBSCRIBES % json.dumps(answer))
    tor_erik.open(MINE)
    tor_erik.see(ON).wait_for()
    assert not tor_erik.see(DENIED).is_visible()
    tor_erik.press(f"{ON} button")
    [(endpoint, name)] = kept(cast)
    assert endpoint == form["endpoint"]
    assert name.startswith("Chrome")
    assert tor_erik.reads(name)

    # What a push service would bring: the worker shows it.
    devtools = tor_erik.context.new_cdp_session(tor_erik.page)
    versions = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: versions.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    registration = wait_for(lambda: tor_erik.page.evaluate("1") and versions, "the service worker")[0]
    message = {"title": "Fjellvik kommune", "body": "Frist 3. mai: Fest rekkverket", "url": "/fjellvik/oppgaver/",
               "language": "nb", "tag": "1-1"}  # fmt: skip
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": site.url, "registrationId": registration["registrationId"], "data": json.dumps(message)},
    )
    shown = wait_for(
        lambda: tor_erik.page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
               .map(({ title, body, tag, data }) => [title, body, tag, data.page])"""
        ),
        "the notification",
    )
    assert shown == [[message["title"], message["body"], "1-1", f"{site.url}/fjellvik/oppgaver/"]]

    # Afresh: the toast of the first time lies over the button.
    tor_erik.open(MINE)
    tor_erik.press("[data-endpoint] button")
    assert kept(cast) == []


def test_a_message_cannot_lead_out_of_hms(cast, person, site):
    tor_erik = person(cast.tor_erik)
    tor_erik.context.grant_permissions(["notifications"], origin=site.url)
    tor_erik.open(MINE)
    page = tor_erik.page
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    devtools = tor_erik.context.new_cdp_session(page)
    versions = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: versions.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    registration = wait_for(lambda: page.evaluate("1") and versions, "the service worker")[0]
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": site.url, "registrationId": registration["registrationId"],
            "data": json.dumps({"title": "x", "body": "y", "url": "https://evil.example/"}),
        },
    )  # fmt: skip
    places = (
        "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) => n.data.page))"
    )
    assert wait_for(lambda: page.evaluate(places), "the notification") == [site.url]


def test_whoever_has_said_no_is_told_how_to_say_yes(cast, person, site):
    tor_erik = person(cast.tor_erik)
    # Nothing of all that can be allowed.
    tor_erik.context.grant_permissions([], origin=site.url)
    tor_erik.open(MINE)
    tor_erik.see(DENIED).wait_for()
    assert not tor_erik.see(ON).is_visible()


def test_a_push_service_that_does_not_answer_is_said(cast, person, site):
    tor_erik = person(cast.tor_erik)
    tor_erik.context.grant_permissions(["notifications"], origin=site.url)
    tor_erik.context.add_init_script(
        "PushManager.prototype.subscribe = async () => { throw new Error('no service'); };"
    )
    tor_erik.open(MINE)
    tor_erik.see(f"{ON} button").click()
    tor_erik.see(FAILED).wait_for()
    assert kept(cast) == []


def test_without_script_the_devices_can_be_removed(cast, person):
    with tenant(cast.fjellvik):
        devices.add(cast.tor_erik, **Device().form, device="Firefox, Android")
    tor_erik = person(cast.tor_erik, java_script_enabled=False)
    tor_erik.open(MINE)
    assert tor_erik.reads("Firefox, Android")
    assert not tor_erik.see(ON).is_visible()
    tor_erik.press("[data-endpoint] button")
    assert kept(cast) == []

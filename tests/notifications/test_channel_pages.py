"""The pages: what I want to be told and where, and what an organisation sets up."""

import re

import pytest

from hms.audit.models import Event
from hms.core.sealing import seal, unseal
from hms.notifications import devices, webpush
from hms.notifications.enums import Channel, SmsUse
from hms.notifications.models import ChannelSettings, Delivery, Notification, Preference, PushSubscription
from hms.organisations.models import Organisation
from hms.tenancy.scope import tenant
from tests.notifications.push_device import Device

MINE = "/fjellvik/varsler/valg/"
SETTINGS = "/fjellvik/innstillinger/kanaler/"
GATEWAY = "46elks://bruker:hemmelig@Fjellvik"
FORM = {"gateway": "", "sms_use": "without_email", "sms_limit": "200", "push_allowed": "on"}


@pytest.fixture(autouse=True)
def vapid(settings):
    settings.VAPID_PRIVATE_KEY = webpush.new_private_key()


@pytest.fixture
def me(cast, client):
    client.force_login(cast.tor_erik.user)
    return client


@pytest.fixture
def admin(cast, client):
    client.force_login(cast.admin.user)
    return client


def set_up(cast, **fields):
    with tenant(cast.fjellvik):
        ChannelSettings.objects.update_or_create(
            organisation_id=cast.fjellvik.pk, defaults={"sms_gateway": seal(GATEWAY), "sms_service": "46elks", **fields}
        )


def give_phone(cast, employee, number="912 34 567"):
    with tenant(cast.fjellvik):
        employee.phone = number
        employee.save()


# --- what I want ---


def test_an_sms_can_only_be_chosen_where_it_can_come(cast, me):
    assert "urgent_sms" not in me.get(MINE).content.decode()
    set_up(cast, sms_use=SmsUse.WITHOUT_EMAIL)
    assert "urgent_sms" not in me.get(MINE).content.decode()
    set_up(cast, sms_use=SmsUse.URGENT)
    page = me.get(MINE).content.decode()
    assert "urgent_sms" not in page
    assert "/fjellvik/profil/" in page, "without a number it says where to write one"
    give_phone(cast, cast.tor_erik)
    assert "urgent_sms" in me.get(MINE).content.decode()


def test_choices_are_kept(cast, me):
    set_up(cast, sms_use=SmsUse.URGENT)
    give_phone(cast, cast.tor_erik)
    assert me.post(MINE, {"routine_mail": "weekly", "urgent_sms": "on"}).status_code == 303
    with tenant(cast.fjellvik):
        mine = Preference.objects.get()
        assert (mine.employee_id, mine.routine_mail, mine.urgent_sms) == (cast.tor_erik.pk, "weekly", True)
    page = me.get(MINE).content.decode()
    assert re.search(r'name="urgent_sms"[^>]*checked', page)
    assert me.post(MINE, {"routine_mail": "never"}).status_code == 422


def test_what_the_organisation_has_decided_cannot_be_chosen(cast, me):
    with tenant(cast.fjellvik):
        Organisation.objects.filter(pk=cast.fjellvik.pk).update(people_choose_reminders=False)
    assert "routine_mail" not in me.get(MINE).content.decode()
    assert me.post(MINE, {"routine_mail": "inbox"}).status_code == 403


def test_a_device_is_added_named_and_removed(cast, me):
    agent = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
    assert me.post(f"{MINE}enheter/", Device().form, headers={"User-Agent": agent}).status_code == 303
    page = me.get(MINE).content.decode()
    assert "Chrome, Android" in page
    assert webpush.public_key() in page
    with tenant(cast.fjellvik):
        device = PushSubscription.objects.get()
    assert device.employee_id == cast.tor_erik.pk
    assert me.get(f"{MINE}enheter/{device.pk}/fjern/").status_code == 405
    assert me.post(f"{MINE}enheter/{device.pk}/fjern/").status_code == 303
    assert me.post(f"{MINE}enheter/{device.pk}/fjern/").status_code == 404
    with tenant(cast.fjellvik):
        assert not PushSubscription.objects.exists()


def test_the_browser_itself_can_stop(cast, me):
    me.post(f"{MINE}enheter/", Device().form)
    assert me.post(f"{MINE}enheter/fjern/", {"endpoint": "https://fcm.googleapis.com/other"}).status_code == 303
    with tenant(cast.fjellvik):
        assert PushSubscription.objects.count() == 1
    me.post(f"{MINE}enheter/fjern/", {"endpoint": Device().endpoint})
    with tenant(cast.fjellvik):
        assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("change", [{"endpoint": "https://evil.example/x"}, {"p256dh": "x"}, {"auth": ""}])
def test_a_made_up_device_is_refused(cast, me, change):
    assert me.post(f"{MINE}enheter/", Device().form | change).status_code == 400
    with tenant(cast.fjellvik):
        assert not PushSubscription.objects.exists()


def test_nobody_touches_anothers_device(cast, client):
    with tenant(cast.fjellvik):
        device = devices.add(cast.tor_erik, **Device().form, device="Chrome, Android")
    for other in (cast.amir, cast.admin, cast.olav):
        client.force_login(other.user)
        assert client.post(f"{MINE}enheter/{device.pk}/fjern/").status_code == 404
        client.post(f"{MINE}enheter/fjern/", {"endpoint": device.endpoint})
    client.force_login(cast.olav.user)
    assert client.post(f"/havbris/varsler/valg/enheter/{device.pk}/fjern/").status_code == 404
    client.force_login(cast.amir.user)
    assert "Chrome, Android" not in client.get(MINE).content.decode()
    with tenant(cast.fjellvik):
        assert PushSubscription.objects.count() == 1


def test_push_that_is_not_allowed_is_not_offered(cast, me):
    set_up(cast, push_allowed=False)
    page = me.get(MINE).content.decode()
    assert "data-push=" not in page
    assert "push.js" not in page
    assert me.post(f"{MINE}enheter/", Device().form).status_code == 403


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604", "Safari, iPhone"),
        ("curl/8", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_devices_are_called_what_people_call_them(agent, name):
    from hms.notifications.useragent import device_name

    assert device_name(agent) == name


# --- what the organisation sets up ---


def test_only_administrators_set_up_channels(cast, client):
    for other in (cast.tor_erik, cast.sunniva, cast.ragnhild, cast.amir):
        client.force_login(other.user)
        assert client.get(SETTINGS).status_code == 403
        for address in (SETTINGS, f"{SETTINGS}prove/", f"{SETTINGS}fjern/"):
            assert client.post(address, FORM).status_code == 403
    with tenant(cast.fjellvik):
        assert not ChannelSettings.objects.exists()


def test_the_gateway_is_sealed_and_never_shown_again(cast, admin):
    assert admin.post(SETTINGS, FORM | {"gateway": GATEWAY}).status_code == 303
    with tenant(cast.fjellvik):
        saved = ChannelSettings.objects.get()
        assert "hemmelig" not in saved.sms_gateway
        assert unseal(saved.sms_gateway) == GATEWAY
        assert (saved.sms_limit, saved.sms_use, saved.push_allowed) == (200, "without_email", True)
        event = Event.objects.get(verb="channels.changed")
        assert "hemmelig" not in str(event.data)
        assert "sms_gateway" in event.data["fields"]
    page = admin.get(SETTINGS).content.decode()
    assert "46elks: satt" in page
    for secret in ("hemmelig", "bruker:", saved.sms_gateway):
        assert secret not in page


def test_an_empty_field_keeps_the_gateway_and_removing_forgets_it(cast, admin):
    admin.post(SETTINGS, FORM | {"gateway": GATEWAY})
    admin.post(SETTINGS, FORM | {"sms_limit": "300"})
    with tenant(cast.fjellvik):
        saved = ChannelSettings.objects.get()
        assert (saved.sms_limit, unseal(saved.sms_gateway)) == (300, GATEWAY)
    admin.post(f"{SETTINGS}fjern/")
    with tenant(cast.fjellvik):
        assert ChannelSettings.objects.get().sms_gateway == ""
    assert "46elks: satt" not in admin.get(SETTINGS).content.decode()


def test_a_wrong_gateway_is_explained_and_not_sent_back(cast, admin):
    response = admin.post(SETTINGS, FORM | {"gateway": "json://169.254.169.254/hemmelig", "sms_limit": "77"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Denne SMS-tjenesten kan vi ikke bruke" in page
    assert "169.254" not in page
    assert 'value="77"' in page
    with tenant(cast.fjellvik):
        assert not ChannelSettings.objects.exists()


@pytest.mark.parametrize("change", [{"sms_limit": "-1"}, {"sms_limit": ""}, {"sms_use": "everybody"}])
def test_wrong_settings_are_refused(cast, admin, change):
    assert admin.post(SETTINGS, FORM | change).status_code == 422


def test_one_organisations_gateway_is_not_anothers(cast, admin, client):
    admin.post(SETTINGS, FORM | {"gateway": GATEWAY})
    client.force_login(cast.olav.user)
    assert "46elks: satt" not in client.get("/havbris/innstillinger/kanaler/").content.decode()
    with tenant(cast.havbris):
        assert not ChannelSettings.objects.exists()


def test_the_page_says_how_many_were_used(cast, admin):
    from django.utils import timezone

    set_up(cast, sms_limit=40, sms_used=40, sms_month=timezone.localdate().replace(day=1))
    page = admin.get(SETTINGS).content.decode()
    assert "40 av 40" in page
    assert "Grensen er nådd" in page


def test_an_administrator_tries_the_gateway_out(cast, admin):
    admin.post(f"{SETTINGS}prove/")
    assert "Lagre en SMS-tjeneste først" in admin.get(SETTINGS).content.decode()
    set_up(cast)
    admin.post(f"{SETTINGS}prove/")
    assert "Du har ikke noe mobilnummer" in admin.get(SETTINGS).content.decode()
    give_phone(cast, cast.admin)
    admin.post(f"{SETTINGS}prove/")
    with tenant(cast.fjellvik):
        delivery = Delivery.objects.get()
        assert (delivery.channel, delivery.notification.recipient_id) == (Channel.SMS, cast.admin.pk)
    assert "Siste prøve" in admin.get(SETTINGS).content.decode()
    for _time in range(6):
        admin.post(f"{SETTINGS}prove/")
    assert "Det holder for nå" in admin.get(SETTINGS).content.decode()
    with tenant(cast.fjellvik):
        assert Delivery.objects.count() == Notification.objects.count() == 5


# --- the service worker ---


def test_the_service_worker_may_serve_every_page_and_is_never_old(client, db):
    response = client.get("/sw.js")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response.headers["Cache-Control"]
    assert "worker-src 'self'" in response.headers["Content-Security-Policy"]
    assert b"notificationclick" in response.content
    assert client.post("/sw.js").status_code == 405


def test_what_was_sent_on_a_case_names_the_channel(cast):
    from django.template.loader import render_to_string

    from hms.notifications import selectors, services

    set_up(cast)
    with tenant(cast.fjellvik):
        cast.tor_erik.email, cast.tor_erik.user, cast.tor_erik.phone = "", None, "91234567"
        cast.tor_erik.save()
        services.notify("tests.poke", to=cast.tor_erik, about=cast.solbakken, dedupe="1")
        html = render_to_string("notifications/_sent.html", {"sent": selectors.sent_about(cast.solbakken)})
    assert "SMS" in html
    assert "91234567" not in html

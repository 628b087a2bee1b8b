"""Push: subscriptions, encryption, the push services, and what happens when a device is gone."""

import logging

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hms.notifications import devices, tasks, webpush
from hms.notifications.enums import Channel, DeliveryState, Urgency
from hms.notifications.models import ChannelSettings, Delivery, PushSubscription
from hms.tenancy.scope import tenant
from tests.internet import small_internet
from tests.notifications.push_device import Device, decode

FIREFOX = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA-_x"
SAFARI = "https://web.push.apple.com/QGuQyavXutnMH"


@pytest.fixture(autouse=True)
def vapid(settings):
    settings.VAPID_PRIVATE_KEY = webpush.new_private_key()
    settings.PUSH_CONTACT = "drift@hms.example"


@pytest.fixture
def internet():
    with small_internet() as internet:
        internet.answer = lambda call: 201
        yield internet


@pytest.fixture
def device(cast):
    """Tor Erik's phone."""
    device = Device()
    with tenant(cast.fjellvik):
        devices.add(cast.tor_erik, **device.form, device="Chrome, Android")
    return device


def push(cast):
    with tenant(cast.fjellvik):
        return Delivery.objects.get(channel=Channel.PUSH)


def kept(cast):
    with tenant(cast.fjellvik):
        return list(PushSubscription.objects.order_by("id").values_list("endpoint", flat=True))


# --- what is sent ---


def test_the_test_device_reads_the_standards_own_example():
    """RFC 8291, section 5: the reader that the other tests trust is right."""
    numbers = int.from_bytes(decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big")
    device = Device(key=ec.derive_private_key(numbers, ec.SECP256R1()), secret=decode("BTBZMqHH6r4Tts7J_aSIgg"))
    body = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
        "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert device.decrypt(decode(body)) == b"When I grow up, I want to be a watermelon"


def test_the_device_reads_what_a_mails_subject_says_and_nothing_more(cast, tell, device, internet):
    notification = tell(parameters={"what": "trapp B", "name": "Amir"})
    tasks.deliver(cast.fjellvik.pk)
    [call] = internet.calls
    assert (call.host, call.path) == ("fcm.googleapis.com", "/fcm/send/abc:DEF-1")
    assert device.read(call.body) == {
        "title": "Fjellvik kommune",
        "body": "Look at trapp B",
        "url": "/fjellvik/varsler/",
        "language": "nb",
        "tag": f"{cast.fjellvik.pk}-{notification.pk}",
    }
    assert b"trapp" not in call.body
    assert push(cast).state == DeliveryState.SENT
    with tenant(cast.fjellvik):
        assert PushSubscription.objects.get().last_success_at is not None


def test_the_push_service_can_tell_who_sends(cast, tell, device, internet):
    tell()
    tasks.deliver(cast.fjellvik.pk)
    headers = internet.calls[0].headers
    scheme, token, key = headers["Authorization"].replace(",", "").split()
    assert scheme == "vapid"
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(key.removeprefix("k=")))
    claims = jwt.decode(token.removeprefix("t="), point, algorithms=["ES256"], audience="https://fcm.googleapis.com")
    assert claims["sub"] == "mailto:drift@hms.example"
    assert key.removeprefix("k=") == webpush.public_key()
    assert (headers["Content-Encoding"], headers["Urgency"]) == ("aes128gcm", "normal")
    assert int(headers["TTL"]) >= 24 * 3600, "a phone that is off hears tomorrow"


def test_what_cannot_wait_wakes_the_phone(cast, tell, device, internet, monkeypatch):
    from dataclasses import replace

    from hms.notifications import types

    monkeypatch.setitem(types._types, "tests.poke", replace(types.get("tests.poke"), urgency=Urgency.CRITICAL))
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert internet.calls[0].headers["Urgency"] == "high"


def test_the_mail_comes_too(cast, tell, device, internet, mailoutbox):
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert (len(mailoutbox), len(internet.calls)) == (1, 1)


def test_every_device_gets_it(cast, tell, device, internet):
    with tenant(cast.fjellvik):
        devices.add(cast.tor_erik, **Device(FIREFOX).form, device="Firefox, Linux")
        devices.add(cast.amir, **Device(SAFARI).form, device="Safari, iPhone")
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert sorted(call.host for call in internet.calls) == ["fcm.googleapis.com", "updates.push.services.mozilla.com"]


# --- when something is wrong ---


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(cast, tell, device, internet, status):
    internet.answer = lambda call: status
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert kept(cast) == []
    assert (push(cast).state, push(cast).error) == (DeliveryState.FAILED, "NoDevice")


def test_one_gone_device_does_not_stop_the_other(cast, tell, device, internet):
    with tenant(cast.fjellvik):
        devices.add(cast.tor_erik, **Device(FIREFOX).form, device="")
    internet.answer = lambda call: 410 if "google" in call.host else 201
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert kept(cast) == [FIREFOX]
    assert push(cast).state == DeliveryState.SENT


@pytest.mark.parametrize("status", [302, 400, 413, 429, 500])
def test_a_push_service_in_trouble_is_tried_again(cast, tell, device, internet, status):
    internet.answer = lambda call: status
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert (push(cast).state, push(cast).error, push(cast).attempts) == (DeliveryState.QUEUED, "Refused", 1)
    assert kept(cast) == [device.endpoint]
    assert {call.host for call in internet.calls} == {"fcm.googleapis.com"}, "a redirect is not followed"


def test_a_push_service_that_is_not_there_is_waited_for(cast, tell, device, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    tell()
    tasks.deliver(cast.fjellvik.pk)
    assert (push(cast).state, push(cast).error) == (DeliveryState.QUEUED, "ProxyError")


def test_push_that_was_forbidden_meanwhile_is_not_sent(cast, tell, device, internet):
    tell()
    with tenant(cast.fjellvik):
        ChannelSettings.objects.create(push_allowed=False)
    tasks.deliver(cast.fjellvik.pk)
    assert internet.calls == []
    assert push(cast).state == DeliveryState.FAILED


def test_no_address_or_text_in_the_log(cast, tell, device, internet, caplog):
    caplog.set_level(logging.DEBUG)
    for status in (201, 500, 410):
        internet.answer = lambda call, status=status: status
        tell(dedupe=str(status), parameters={"what": "Hemmelig tittel"})
        tasks.deliver(cast.fjellvik.pk)
    for secret in ("abc:DEF", "Hemmelig", "Moen", device.form["auth"]):
        assert secret not in caplog.text


# --- subscriptions ---


@pytest.mark.parametrize("host", ["fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com",
                                  "db5p.notify.windows.com", "eu1.push.services.mozilla.com"])  # fmt: skip
def test_the_browsers_push_services_are_known(host):
    webpush.check(**Device(f"https://{host}/x").form)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x", "https://fcm.googleapis.com.evil.example/x", "https://evil.example/x",
        "https://fcm.googleapis.com@evil.example/", "https://evil.example#fcm.googleapis.com",
        "https://evil.example\\@fcm.googleapis.com/", "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8080/x", "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x",
        "https://169.254.169.254/latest/meta-data/", "https://push.apple.com.evil.example/", "https://notpush.apple.com/x",
        "file:///etc/passwd", "", "https://", "https://fcm.googleapis.com:x/", "https://fcm.googleapis.com/\r\nX: y",
        "https://fcm.googleapis.com\t.evil.example/", "//fcm.googleapis.com/x",
    ],
)  # fmt: skip
def test_no_other_host_can_be_called(cast, endpoint):
    with tenant(cast.fjellvik), pytest.raises(webpush.BadSubscription):
        devices.add(cast.tor_erik, **Device(endpoint).form, device="")
    assert kept(cast) == []


@pytest.mark.parametrize("change", [{"auth": "c2hvcnQ"}, {"auth": "###"}, {"p256dh": "AAAA"}, {"p256dh": ""},
                                    {"p256dh": "BA" + "A" * 85}])  # fmt: skip
def test_keys_that_are_none_are_refused(change):
    with pytest.raises(webpush.BadSubscription):
        webpush.check(**Device().form | change)


def test_an_installation_may_know_more_services(settings):
    settings.PUSH_HOSTS = ["push.fjellvik.example", ".varsel.example"]
    webpush.check(**Device("https://push.fjellvik.example/x").form)
    webpush.check(**Device("https://a.varsel.example/x").form)
    with pytest.raises(webpush.BadSubscription):
        webpush.check(**Device("https://varsel.example.evil.example/x").form)


def test_whoever_signs_in_at_a_shared_browser_takes_it_over(cast, device):
    with tenant(cast.fjellvik):
        devices.add(cast.amir, **device.form, device="")
        assert PushSubscription.objects.get().employee_id == cast.amir.pk


def test_the_same_browser_in_two_organisations_is_two(cast, device):
    with tenant(cast.havbris):
        devices.add(cast.olav, **device.form, device="")
        assert PushSubscription.objects.count() == 1
    assert kept(cast) == [device.endpoint]


def test_the_oldest_of_very_many_devices_is_forgotten(cast):
    with tenant(cast.fjellvik):
        for number in range(devices.MOST + 2):
            devices.add(cast.tor_erik, **Device(f"{FIREFOX}{number}").form, device="")
    assert len(kept(cast)) == devices.MOST
    assert f"{FIREFOX}0" not in kept(cast)


# --- the key ---


def test_the_command_makes_a_key_that_works(settings, capsys):
    from django.core.management import call_command

    call_command("make_push_key")
    line = capsys.readouterr().out.strip()
    assert line.startswith("VAPID_PRIVATE_KEY=")
    settings.VAPID_PRIVATE_KEY = line.partition("=")[2]
    assert len(decode(webpush.public_key())) == 65


def test_a_key_that_is_none_is_said_at_once(settings):
    from django.core.exceptions import ImproperlyConfigured

    settings.VAPID_PRIVATE_KEY = "no key"
    with pytest.raises(ImproperlyConfigured):
        webpush.public_key()


def test_the_demo_makes_its_own_key_and_keeps_it(settings):
    settings.VAPID_PRIVATE_KEY, settings.DEMO = "", True
    assert webpush.is_configured()
    first = webpush.public_key()
    webpush._private_key.cache_clear()
    assert webpush.public_key() == first

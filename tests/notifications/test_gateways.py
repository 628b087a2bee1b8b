"""An administrator chooses an SMS gateway; never which host our servers call, nor how."""

import contextlib

import pytest

from hms.notifications import gateways
from tests.internet import small_internet

PHONE = "+4791234567"
KEY = "a1b2c3d4e5f6a7b8c9d0e1f2a"
# Schema: a whole address, and where it may lead.
HOMES = {
    "46elks": ("46elks://user:password@Fjellvik", "api.46elks.com"),
    "bulksms": ("bulksms://user:password@", "api.bulksms.com"),
    "clickatell": (f"clickatell://{KEY}", "platform.clickatell.com"),
    "clicksend": ("clicksend://user:password@", "rest.clicksend.com"),
    "cm": ("cm://Fjellvik@12345678-1234-1234-1234-123456789012", "gw.messaging.cm.com"),
    "msgbird": (f"msgbird://{KEY}/+4740612345", "rest.messagebird.com"),
    "plivo": (f"plivo://{'A' * 25}@{'b' * 40}/+4740612345", "api.plivo.com"),
    "seven": (f"seven://{KEY}", "gateway.seven.io"),
    "sinch": (f"sinch://{'a' * 32}:{'b' * 32}@+46701234567", "us.sms.api.sinch.com"),
    "telnyx": ("telnyx://KEY01234_x@+4740612345", "api.telnyx.com"),
    "twilio": (f"twilio://AC{'a' * 32}:{'b' * 32}@+46701234567", "api.twilio.com"),
    "vonage": ("vonage://abcd1234:abcdefghij012345@+4740612345", "rest.nexmo.com"),
}
# What somebody might add to lead it elsewhere, past the certificate, to others, or to make it a call.
HOSTILE = (
    "?verify=no&redirect=yes&to=+4799999999,+4788888888&from=+46709999999&host=169.254.169.254&region=evil.example"
    "&method=call&url=https://evil.example/&endpoint=https://evil.example/&batch=yes&format=html&rto=600&retry=5&wait=60"
)


@pytest.fixture
def internet():
    with small_internet() as internet:
        yield internet


def test_every_service_is_held_here():
    assert set(HOMES) == set(gateways.SERVICES)


@pytest.mark.parametrize("schema", list(HOMES))
def test_each_service_calls_its_own_host_and_the_one_number(schema, internet):
    address, home = HOMES[schema]
    gateways.send(gateways.gateway(address), PHONE, "Fjellvik kommune: Prøve")
    [call] = internet.calls
    assert call.host == home
    said = f"{call.path} {call.body.decode()}"
    assert PHONE[1:] in said
    assert "Fjellvik" in said


@pytest.mark.parametrize("schema", list(HOMES))
@pytest.mark.parametrize("addition", [HOSTILE, "/+4799999999", "/evil.example/169.254.169.254" + HOSTILE])
def test_no_addition_leads_elsewhere_or_to_others(schema, addition, internet):
    address, home = HOMES[schema]
    with contextlib.suppress(gateways.BadGateway, gateways.GatewayRefused):
        gateways.send(gateways.gateway(address + addition), PHONE, "Prøve")
    assert {call.host for call in internet.calls} <= {home}
    assert len(internet.calls) <= 1
    for call in internet.calls:
        said = f"{call.path} {call.body.decode()}"
        assert "99999999" not in said.replace("46709999999", "")
        assert "88888888" not in said
        assert "Calls.json" not in said


@pytest.mark.parametrize("schema", list(HOMES))
def test_a_certificate_nobody_vouches_for_is_refused(schema, internet, monkeypatch):
    # Put back before the small internet is gone: afterwards it would name a file that is gone too.
    with monkeypatch.context() as patched, pytest.raises(gateways.GatewayRefused):
        patched.delenv("REQUESTS_CA_BUNDLE")
        gateways.send(gateways.gateway(HOMES[schema][0]), PHONE, "Prøve")
    assert internet.calls == []


@pytest.mark.parametrize(
    "address",
    [
        "json://169.254.169.254/latest/meta-data/", "jsons://localhost", "xml://10.0.0.1", "form://127.0.0.1:6379",
        "mailto://user:password@example.org", "http://api.46elks.com", "https://user:pw@api.46elks.com/a1/sms?to=1",
        "smseagle://token@192.168.0.1/+4791234567", "infobip://key@evil.example/+4791234567", "kaleyra://key@sid/+47",
        "file:///etc/passwd", "syslog://localhost", "dbus://", "vapid://a@b.no?keyfile=/etc/passwd",
        "46elks", "", " ", "://", "46elks://", "twilio://x", "json://x?schema=46elks", "ELKS2://a:b@c",
    ],
)  # fmt: skip
def test_everything_else_is_refused_in_plain_words(address):
    with pytest.raises(gateways.BadGateway) as refused:
        gateways.gateway(address)
    assert len(str(refused.value)) > 20


def test_a_refusal_does_not_repeat_the_secret():
    with pytest.raises(gateways.BadGateway) as refused:
        gateways.gateway("twilio://hemmelig:enda-hemmeligere@+47")
    assert "hemmelig" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "name"), [("nexmo://abcd1234:abcdefghij012345@+4740612345", "Vonage"), (" 46ELKS://u:p@F ", "46elks")]
)
def test_other_names_of_the_same_are_known(written, name):
    assert gateways.gateway(written).name == name

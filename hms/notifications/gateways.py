"""SMS gateways, by Apprise. An administrator chooses which; never which host our servers call."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

# Apprise takes half a second to load, and few requests need it.
if TYPE_CHECKING:
    from apprise import Apprise


@dataclass(frozen=True)
class Service:
    """A hosted SMS service: its name, Apprise's class for it, and an address with made-up secrets."""

    name: str
    plugin: str
    example: str


# By Apprise's schema. Each calls fixed hosts of its own, whatever the address says
# (tests/notifications/test_gateways.py holds that).
SERVICES = {
    "46elks": Service("46elks", "fortysixelks.Notify46Elks", "46elks://USER:SECRET@SENDER"),
    "bulksms": Service("BulkSMS", "bulksms.NotifyBulkSMS", "bulksms://USER:SECRET@"),
    "clickatell": Service("Clickatell", "clickatell.NotifyClickatell", "clickatell://KEY"),
    "clicksend": Service("ClickSend", "clicksend.NotifyClickSend", "clicksend://USER:KEY@"),
    "cm": Service("CM.com", "cm.NotifyCM", "cm://SENDER@PRODUCT-TOKEN"),
    "msgbird": Service("MessageBird", "messagebird.NotifyMessageBird", "msgbird://KEY/+4740612345"),
    "plivo": Service("Plivo", "plivo.NotifyPlivo", "plivo://AUTH-ID@TOKEN/+4740612345"),
    "seven": Service("seven", "seven.NotifySeven", "seven://KEY"),
    "sinch": Service("Sinch", "sinch.NotifySinch", "sinch://PLAN:TOKEN@+46701234567"),
    "telnyx": Service("Telnyx", "telnyx.NotifyTelnyx", "telnyx://KEY@+4740612345"),
    "twilio": Service("Twilio", "twilio.NotifyTwilio", "twilio://ACCOUNT:TOKEN@+46701234567"),
    "vonage": Service("Vonage", "vonage.NotifyVonage", "vonage://KEY:SECRET@+4740612345"),
}
ALIASES = {"elks": "46elks", "nexmo": "vonage"}
# What an address may not decide: who gets it, how the connection is made, how the text is cut, calls in place of SMS.
_OURS = {
    "batch", "cto", "emojis", "format", "method", "mtype", "overflow", "redirect", "retry", "rto", "store", "tag",
    "targets", "verify", "wait",
}  # fmt: skip
# For trying an address out; libphonenumber's own example of a Norwegian mobile.
_NOBODY = "+4740612345"


class BadGateway(ValueError):
    """The address names no gateway that we send through; the message is for the administrator."""


class GatewayRefused(Exception):
    """The gateway was not reached, or did not take the SMS. Apprise does not tell which."""


@dataclass(frozen=True)
class Gateway:
    """A checked address."""

    address: str
    schema: str

    @property
    def name(self) -> str:
        return SERVICES[self.schema].name


def gateway(address: str) -> Gateway:
    """Check a gateway's address.

    Raises:
        BadGateway: when it is not one of the named services, or something is missing in it.
    """
    address = address.strip()
    schema, separator, _rest = address.partition("://")
    schema = ALIASES.get(schema.lower(), schema.lower())
    if not separator or schema not in SERVICES:
        names = ", ".join(service.name for service in SERVICES.values())
        raise BadGateway(_("This is not a gateway that we can use. Use one of these: %(names)s.") % {"names": names})
    found = Gateway(address, schema)
    if _sender(found, _NOBODY) is None:
        example = SERVICES[schema].example
        raise BadGateway(_("Something is missing or misspelt. It looks like this: %(example)s") % {"example": example})
    return found


def send(gateway: Gateway, phone: str, text: str) -> None:
    """Send one SMS. Raises GatewayRefused."""
    sender = _sender(gateway, phone)
    if sender is None or not sender.notify(body=text, body_format="text"):
        raise GatewayRefused


def _sender(gateway: Gateway, phone: str) -> "Apprise | None":
    """Apprise with one service and one target; None when the address is not whole."""
    from apprise import Apprise, AppriseAsset

    # This one class, and none of Apprise's hundred others: they are never even loaded.
    plugin = import_string(f"apprise.plugins.{SERVICES[gateway.schema].plugin}")
    parsed = plugin.parse_url(gateway.address)
    if not parsed:
        return None
    details = {name: value for name, value in parsed.items() if name not in _OURS and not name.startswith("qsd")}
    # Nothing on disk, nothing followed, nothing in threads that outlive the task.
    asset = AppriseAsset(
        app_id="HMS", async_mode=False, http_redirects=False, storage_mode="memory", result_log_disk_size=0
    )
    try:
        service = plugin(**details, targets=[phone], asset=asset, cto=5, rto=20)
    except TypeError:
        # Apprise's word for «improperly configured»; its text repeats the secrets.
        return None
    sender = Apprise(asset=asset)
    return sender if sender.add(service) else None

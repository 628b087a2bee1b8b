"""SMS gateways, by Apprise. An administrator chooses which; never which host our servers call."""

from dataclasses import dataclass

from apprise import Apprise, AppriseAsset, NotificationManager, NotifyFormat
from django.utils.translation import gettext as _

# Apprise's schema: the service's name, and an address with made-up secrets. All are hosted services whose plugin
# calls fixed hosts of its own, whatever the address says (tests/notifications/test_gateways.py holds that).
SERVICES = {
    "46elks": ("46elks", "46elks://USER:PASSWORD@SENDER"),
    "bulksms": ("BulkSMS", "bulksms://USER:PASSWORD@"),
    "clickatell": ("Clickatell", "clickatell://KEY"),
    "clicksend": ("ClickSend", "clicksend://USER:KEY@"),
    "cm": ("CM.com", "cm://SENDER@PRODUCT-TOKEN"),
    "msgbird": ("MessageBird", "msgbird://KEY/+4740612345"),
    "plivo": ("Plivo", "plivo://AUTH-ID@TOKEN/+4740612345"),
    "seven": ("seven", "seven://KEY"),
    "sinch": ("Sinch", "sinch://PLAN:TOKEN@+46701234567"),
    "telnyx": ("Telnyx", "telnyx://KEY@+4740612345"),
    "twilio": ("Twilio", "twilio://ACCOUNT:TOKEN@+46701234567"),
    "vonage": ("Vonage", "vonage://KEY:SECRET@+4740612345"),
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
        return SERVICES[self.schema][0]


def gateway(address: str) -> Gateway:
    """Check a gateway's address.

    Raises:
        BadGateway: when it is not one of the named services, or something is missing in it.
    """
    address = address.strip()
    schema, separator, _rest = address.partition("://")
    schema = ALIASES.get(schema.lower(), schema.lower())
    if not separator or schema not in SERVICES:
        names = ", ".join(name for name, _example in SERVICES.values())
        raise BadGateway(_("This is not a gateway that we can use. Use one of these: %(names)s.") % {"names": names})
    found = Gateway(address, schema)
    if _sender(found, _NOBODY) is None:
        example = SERVICES[schema][1]
        raise BadGateway(_("Something is missing or misspelt. It looks like this: %(example)s") % {"example": example})
    return found


def send(gateway: Gateway, phone: str, text: str) -> None:
    """Send one SMS. Raises GatewayRefused."""
    sender = _sender(gateway, phone)
    if sender is None or not sender.notify(body=text, body_format=NotifyFormat.TEXT):
        raise GatewayRefused


def _sender(gateway: Gateway, phone: str) -> Apprise | None:
    """Apprise with one service and one target; None when the address is not whole."""
    plugin = NotificationManager()[gateway.schema]
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

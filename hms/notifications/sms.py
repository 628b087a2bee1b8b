"""A message as an SMS: who writes, the mail's subject, and the way in. One part of 160 characters where it fits."""

import unicodedata
from functools import partial

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from hms.core.sealing import CannotUnseal, unseal
from hms.notifications import channel_settings, demo_mail, gateways
from hms.notifications.models import Delivery
from hms.notifications.phones import e164
from hms.notifications.rendering import full_context, spoken_to
from hms.tenancy.scope import tenant

# The GSM 03.38 alphabet without the signs that count double.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_PLAIN = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "..."})
ONE_PART = 160
# Of each part when there are several.
JOINED_PART = 153
# Less than this tells nothing: rather one part more.
SHORTEST_SUBJECT = 40


class NoSms(Exception):
    """It can't be sent, now or later: no number, no gateway, or the month's limit is reached."""


def prepare(delivery: Delivery) -> "partial[None]":
    """The SMS of a delivery, ready to be sent. Effects: its parts count against the month's limit.

    Raises:
        NoSms: when there is no number or gateway (any more), or the limit is reached.
    """
    recipient = delivery.notification.recipient
    phone = e164(recipient.phone) if recipient is not None else ""
    if not phone:
        raise NoNumber
    gateway = None if settings.DEMO else _gateway()
    with spoken_to(delivery.notification) as language:
        context = full_context(delivery, language)
    text = compose(context["organisation_name"], context["subject"], context.get("short_url") or context["action_url"])
    parts = parts_of(text)
    if not channel_settings.take_sms(parts):
        raise LimitReached
    return partial(_send, delivery, gateway, phone, text, parts)


class NoNumber(NoSms):
    """The person has no number that SMS reach any more."""


class NoGateway(NoSms):
    """The organisation has no gateway any more, or its secret can't be read."""


class LimitReached(NoSms):
    """The organisation has used its SMS of this month."""


def _gateway() -> gateways.Gateway:
    try:
        return gateways.gateway(unseal(channel_settings.current().sms_gateway))
    except (CannotUnseal, gateways.BadGateway):
        raise NoGateway from None


def _send(
    delivery: Delivery, gateway: gateways.Gateway | None, phone: str, text: str, parts: int, _mail: BaseEmailBackend
) -> None:
    if gateway is None:
        demo_mail.keep_sms(phone, text)
        return
    try:
        gateways.send(gateway, phone, text)
    except gateways.GatewayRefused:
        with tenant(delivery.organisation_id):
            channel_settings.give_back_sms(parts)
        raise


def compose(organisation: str, subject: str, url: str) -> str:
    """«Fjellvik kommune: Frist 3. mai: Fest rekkverket», and the address on a line of its own.

    The subject is cut to make it one part, unless too little of it would be left.
    """
    start, end = f"{gsm(organisation)[:30].strip()}: ", f"\n{url}"
    words = gsm(subject)
    room = max(ONE_PART - len(start) - len(end), SHORTEST_SUBJECT)
    if len(words) > room:
        words = words[: room - 3].rsplit(" ", 1)[0].rstrip(" ,.:;-") + "..."
    return f"{start}{words}{end}"


def gsm(text: str) -> str:
    """The text in letters that every phone has. What has no such letter loses its accent, or is left out."""
    letters = []
    for letter in unicodedata.normalize("NFC", text.translate(_PLAIN)):
        if letter in GSM:
            letters.append(letter)
        else:
            letters += [plain for plain in unicodedata.normalize("NFKD", letter) if plain in GSM]
    return " ".join("".join(letters).split())


def parts_of(text: str) -> int:
    """How many SMS the gateway bills. An address with a sign outside the alphabet is close enough."""
    return 1 if len(text) <= ONE_PART else -(-len(text) // JOINED_PART)

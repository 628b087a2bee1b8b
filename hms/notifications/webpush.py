"""Web Push: RFC 8030 (sending), 8291 (encryption), 8292 (VAPID, who sends). Nothing here knows people.

Apprise does the encryption. Its own Web Push service is not used; docs/adr/0008 says why.
"""

import base64
import binascii
import datetime
import json
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from hms.core.sealing import derived_key

# The push services of Chrome and Edge on Android, Firefox, Safari, and Edge on Windows; a dot takes what is below it.
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
CURVE = ec.SECP256R1()
# Order of the curve's group: a private key is a number below it.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
AUTH_BYTES = 16
# A phone that was off for a weekend still hears.
KEPT_SECONDS = 3 * 24 * 3600
TOKEN_LIFE = datetime.timedelta(hours=12)
# Connect, read.
TIMEOUT = (5, 15)
GONE = {404, 410}


class BadSubscription(ValueError):
    """What a browser sent is no subscription, or its push service is not one we know."""


class Gone(Exception):
    """The browser has ended the subscription."""


class Refused(Exception):
    """The push service did not take it."""


def is_configured() -> bool:
    """Whether this installation has a key to send with."""
    return bool(settings.VAPID_PRIVATE_KEY) or settings.DEMO


def new_private_key() -> str:
    """A fresh key for VAPID_PRIVATE_KEY: the number, base64url."""
    return _encode(ec.generate_private_key(CURVE).private_numbers().private_value.to_bytes(32, "big"))


def public_key() -> str:
    """What browsers subscribe with, base64url."""
    return _encode(_point(_private_key(settings.VAPID_PRIVATE_KEY, settings.SECRET_KEY).public_key()))


def check(endpoint: str, p256dh: str, auth: str) -> None:
    """Raise BadSubscription unless we can, and may, send to it."""
    try:
        # Not `str.isascii` alone: what a URL parser repairs silently must not pass.
        parts = urlsplit(endpoint)
        is_address = parts.scheme == "https" and parts.username is None and parts.port in (None, 443)
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _decode(p256dh))
        has_secret = len(_decode(auth)) == AUTH_BYTES
    except (ValueError, TypeError):
        raise BadSubscription from None
    plain = endpoint.isascii() and endpoint.isprintable() and not set(endpoint) & set(" \\")
    if not (plain and is_address and has_secret and _is_known(parts.hostname or "")):
        raise BadSubscription


def _is_known(host: str) -> bool:
    services = (*SERVICES, *settings.PUSH_HOSTS)
    return any(host.endswith(known) if known.startswith(".") else host == known for known in services)


def send(endpoint: str, p256dh: str, auth: str, payload: dict[str, Any], *, urgent: bool) -> None:
    """Hand one encrypted message to a browser's push service.

    Raises:
        Gone: when the subscription has ended.
        BadSubscription: when its push service is not one that we send to (any more).
        Refused: when it was not taken; the message is only the answer's number.
        requests.RequestException: when the service was not reached.
    """
    # Half a second to load, and only a worker needs it.
    from apprise.utils.pem import ApprisePEMController

    check(endpoint, p256dh, auth)
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _decode(p256dh))
    body = ApprisePEMController(path="").encrypt_webpush(json.dumps(payload), public_key=key, auth_secret=_decode(auth))
    answer = requests.post(
        endpoint,
        data=body,
        headers={
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_SECONDS),
            # A phone that saves its battery wakes for what cannot wait.
            "Urgency": "high" if urgent else "normal",
            "Authorization": f"vapid t={_token(endpoint)}, k={public_key()}",
        },
        timeout=TIMEOUT,
        # A push service never sends us elsewhere.
        allow_redirects=False,
    )
    if answer.status_code in GONE:
        raise Gone
    if not 200 <= answer.status_code < 300:
        raise Refused(answer.status_code)


def _token(endpoint: str) -> str:
    """Says to one push service who we are, and whom to write to when we misbehave."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": timezone.now() + TOKEN_LIFE,
        "sub": f"mailto:{settings.PUSH_CONTACT}",
    }
    return jwt.encode(claims, _private_key(settings.VAPID_PRIVATE_KEY, settings.SECRET_KEY), algorithm="ES256")


@lru_cache(maxsize=2)
def _private_key(configured: str, secret: str) -> ec.EllipticCurvePrivateKey:
    """The installation's key; the demo makes one from its SECRET_KEY."""
    try:
        number = int.from_bytes(_decode(configured) if configured else derived_key("webpush", secret), "big")
        return ec.derive_private_key(number if configured else number % (ORDER - 1) + 1, CURVE)
    except ValueError:
        raise ImproperlyConfigured("VAPID_PRIVATE_KEY is no key; `manage.py make_push_key` makes one.") from None


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None

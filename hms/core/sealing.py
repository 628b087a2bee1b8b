"""Secrets that must be readable again (a gateway's password): encrypted at rest with a key from SECRET_KEY.

To change SECRET_KEY, put the old one into SECRET_KEY_FALLBACKS: what it sealed still opens, and is sealed anew
when it is next saved.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class CannotUnseal(Exception):
    """Sealed with a key that is neither SECRET_KEY nor one of its fallbacks."""


def derived_key(purpose: str, secret: str | None = None) -> bytes:
    """32 bytes for one purpose, from SECRET_KEY (or another secret): no use of one key weakens another."""
    source = (secret or settings.SECRET_KEY).encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"hms.{purpose}".encode()).derive(source)


def seal(text: str) -> str:
    """Encrypt, and protect against change."""
    return _ring().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises CannotUnseal."""
    try:
        return _ring().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotUnseal from None


def _ring() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(derived_key("sealing", secret))) for secret in secrets])

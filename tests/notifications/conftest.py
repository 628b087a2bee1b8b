import pytest

from hms.notifications import types
from hms.notifications.services import notify
from hms.tenancy.scope import tenant
from tests.notifications.kinds import POKE
from tests.smtp import smtp_sink


@pytest.fixture(autouse=True)
def poke(monkeypatch):
    """A kind of message of the tests' own."""
    monkeypatch.setitem(types._types, POKE.key, POKE)


@pytest.fixture
def tell(cast):
    """Tell somebody something in Fjellvik; returns the notification (or None)."""

    def tell(to=None, *, dedupe="1", organisation=None, **changes):
        with tenant(organisation or cast.fjellvik):
            return notify("tests.poke", to=to or cast.tor_erik, about=cast.solbakken, dedupe=dedupe, **changes)

    return tell


@pytest.fixture
def sink(settings):
    """A real mail server, and settings that use it."""
    with smtp_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server

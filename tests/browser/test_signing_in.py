"""Ways in that need a browser: a passkey, and a code from a mail."""

import re

import pytest
from allauth.account.models import EmailAddress

from tests.browser.people import Person
from tests.browser.site import whole

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A phone's own lock, as the browser knows it.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def amir_is_confirmed(cast):
    """His address came with an invitation."""
    known = {"user": cast.amir.user, "email": cast.amir.email}
    EmailAddress.objects.update_or_create(**known, defaults={"verified": True, "primary": True})


def with_password(somebody: Person, address: str, password: str) -> None:
    somebody.open("/konto/logg-inn/")
    somebody.fill(login=address, password=password)
    somebody.press("main form:has([name=password]) button[type=submit]")


def test_passkey_instead_of_password(cast, amir_is_confirmed, person):
    amir = person()
    devtools = amir.context.new_cdp_session(amir.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    with_password(amir, cast.amir.email, cast.password)
    amir.open("/konto/passnokler/ny/")
    assert amir.path == "/konto/bekreft/", "whoever finds the screen open cannot add a way in"
    amir.fill(password=cast.password)
    amir.press("main form:has([name=password]) button[type=submit]")
    amir.fill(name="Telefonen")
    amir.see("[name=passwordless]").check()
    amir.press("#mfa_webauthn_add")
    amir.open("/konto/passnokler/")
    assert amir.reads("Telefonen")
    # Out, and in again without a password.
    amir.open("/fjellvik/")
    amir.see("button[popovertarget=profile]").click()
    amir.press("[data-sign-out]")
    amir.open("/fjellvik/")
    assert amir.path == "/konto/logg-inn/"
    amir.press("#passkey_login")
    assert amir.path == "/fjellvik/"
    assert cast.amir.name in amir.page.content()


def test_code_from_a_mail(cast, site, person):
    kari = person()
    kari.open("/konto/logg-inn/kode/")
    kari.fill(email=cast.kari.email)
    kari.press()
    code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", whole(site.mail_to(cast.kari.email, "")), re.MULTILINE)
    kari.fill(code=code[1])
    kari.press()
    assert kari.path == "/fjellvik/"

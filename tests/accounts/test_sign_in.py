"""Signing in: password, code by e-mail, two steps; limits; sessions; nothing inline on any page."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.urls import reverse

from hms.accounts.demo import DEMO_PASSWORD, SIGN_INS
from hms.accounts.models import User

LOGIN = "account_login"


def post(client, name, **data):
    return client.post(reverse(name), data)


def sign_in(client, user, password):
    return post(client, LOGIN, login=user.email, password=password)


def confirm(client, password):
    """Type the password once more, as important pages demand."""
    return post(client, "account_reauthenticate", password=password)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_password_opens_the_front_door(cast, client):
    response = sign_in(client, cast.ingrid.user, cast.password)
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.get("/")["Location"] == "/fjellvik/"


def test_sign_in_goes_on_to_the_page_that_was_asked_for_but_never_away(cast, client):
    for wanted, lands in [("/fjellvik/profil/", "/fjellvik/profil/"), ("https://evil.example/", "/")]:
        response = post(client, LOGIN, login=cast.ingrid.user.email, password=cast.password, next=wanted)
        assert response["Location"] == lands
        client.logout()


@pytest.mark.parametrize("email", ["ingrid.solheim@fjellvik.example", "nobody@fjellvik.example"])
def test_wrong_password_says_the_same_whoever_it_is(cast, client, email):
    response = post(client, LOGIN, login=email, password="feil feil feil feil")
    assert response.status_code == 422
    page = response.content.decode()
    assert "<title>Feil:" in page or "<title>Error:" in page
    assert email in page
    assert "feil feil" not in page
    assert len(response.context["form"].non_field_errors()) == 1


def test_guessing_is_stopped_with_words(cast, client):
    for _attempt in range(6):
        response = post(client, LOGIN, login=cast.ingrid.user.email, password="feil feil feil feil")
    assert response.status_code in {422, 429}
    assert "For mange" in response.content.decode()
    # Even the right password waits now, from wherever it is tried.
    assert not is_signed_in(client)
    sign_in(Client(REMOTE_ADDR="203.0.113.7"), cast.ingrid.user, cast.password)
    response = sign_in(client, cast.ingrid.user, cast.password)
    assert not is_signed_in(client)


def test_closed_user_cannot_sign_in(cast, client):
    User.objects.filter(pk=cast.ingrid.user_id).update(is_active=False)
    sign_in(client, cast.ingrid.user, cast.password)
    assert not is_signed_in(client)


def test_code_by_mail_signs_in_and_works_once(cast, client):
    response = post(client, "account_request_login_code", email=cast.ingrid.user.email)
    assert response.status_code == 302
    message = mail.outbox[0]
    assert message.to == [cast.ingrid.user.email]
    assert "Ingrid" not in message.body
    code = re.search(r"^([A-Z0-9-]{6,})$", message.body, re.MULTILINE)[1]
    assert code in message.alternatives[0].content
    assert code not in message.subject
    wrong = post(client, "account_confirm_login_code", code="AAAAAA")
    assert wrong.status_code == 422
    assert not is_signed_in(client)
    assert post(client, "account_confirm_login_code", code=code).status_code == 302
    assert is_signed_in(client)
    other = Client()
    assert other.get(reverse("account_confirm_login_code")).status_code == 302


def test_mail_speaks_the_language_of_whoever_gets_it(cast, client):
    User.objects.filter(pk=cast.ingrid.user_id).update(language="en")
    post(client, "account_request_login_code", email=cast.ingrid.user.email)
    post(Client(), "account_request_login_code", email=cast.amir.user.email)
    assert mail.outbox[0].subject == "Your code for signing in"
    assert '<html lang="en">' in mail.outbox[0].alternatives[0].content
    assert mail.outbox[1].subject != mail.outbox[0].subject


def test_code_for_unknown_address_looks_the_same(cast, client):
    known = post(client, "account_request_login_code", email=cast.ingrid.user.email)
    unknown = post(Client(), "account_request_login_code", email="nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mail.outbox[1].to == ["nobody@example.org"]
    assert not re.search(r"^[A-Z0-9-]{6,}$", mail.outbox[1].body, re.MULTILINE)


def test_nobody_signs_up(client, db):
    assert "invit" in client.get(reverse("account_signup")).content.decode().lower()
    post(
        client,
        "account_signup",
        email="new@example.org",
        password1="riktig hest batteri",
        password2="riktig hest batteri",
    )
    assert not User.objects.exists()


def test_forgotten_password_is_made_anew_from_the_mail(cast, client):
    assert post(client, "account_reset_password", email=cast.ingrid.user.email).status_code == 302
    link = re.search(r"http://\S+/konto/passord/nytt/\S+/", mail.outbox[0].body)[0].split("testserver", 1)[1]
    page = client.get(link, follow=True)
    assert page.status_code == 200
    form = page.redirect_chain[-1][0]
    assert client.post(form, {"password1": "kort", "password2": "kort"}).status_code == 422
    new = "nytt passord med mange ord"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert User.objects.get(pk=cast.ingrid.user_id).check_password(new)
    assert Client().get(link, follow=True).context["token_fail"]


def test_signing_out_needs_a_click(cast, client):
    client.force_login(cast.ingrid.user)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    assert client.post(reverse("account_logout")).status_code == 302
    assert not is_signed_in(client)


def test_other_sessions_are_listed_and_ended(cast, client):
    here, elsewhere = Client(headers={"user-agent": "Nettleser her"}), Client(headers={"user-agent": "Gammel telefon"})
    for browser in (here, elsewhere):
        sign_in(browser, cast.ingrid.user, cast.password)
        browser.get("/")
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Gammel telefon" in page
    assert here.post(reverse("usersessions_list")).status_code == 302
    assert elsewhere.get("/fjellvik/profil/")["Location"].startswith(reverse(LOGIN))
    assert here.get("/fjellvik/profil/").status_code == 200


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_two_steps_are_turned_on_and_asked_for(cast, client):
    sign_in(client, cast.ingrid.user, cast.password)
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    assert confirm(client, "feil feil feil feil").status_code == 422
    assert confirm(client, cast.password).status_code == 302
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    assert post(client, "mfa_activate_totp", code="000000").status_code == 422
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    assert post(client, "mfa_activate_totp", code=code_of(secret)).status_code == 302
    codes = client.get(reverse("mfa_view_recovery_codes"))
    assert codes.status_code == 200
    one_code = codes.context["unused_codes"][0]
    client.logout()
    response = sign_in(client, cast.ingrid.user, cast.password)
    assert response["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    assert post(client, "mfa_authenticate", code=one_code).status_code == 302
    assert is_signed_in(client)


SECURITY_PAGES = [
    "account_change_password",
    "account_email",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
    "account_reauthenticate",
    "account_logout",
]
OPEN_PAGES = [
    LOGIN,
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_signup",
    "account_inactive",
]
INLINE = re.compile(
    r'<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)(?![^>]*type="application/json")|javascript:', re.IGNORECASE
)


def check(response, name):
    assert response.status_code == 200, name
    page = response.content.decode()
    assert not INLINE.search(page), (name, INLINE.search(page))
    assert page.count("<h1") == 1, name
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_pages_of_security_render_without_anything_inline(cast, client, settings):
    settings.DEMO = True
    for name in OPEN_PAGES:
        check(client.get(reverse(name)), name)
    post(client, "account_request_login_code", email=cast.ingrid.user.email)
    check(client.get(reverse("account_confirm_login_code")), "confirm")
    client = Client()
    sign_in(client, cast.ingrid.user, cast.password)
    confirm(client, cast.password)
    for name in SECURITY_PAGES:
        check(client.get(reverse(name)), name)


def test_page_for_making_a_password_is_for_those_without(cast, client):
    user = User.objects.create_user("ny@fjellvik.example")
    client.force_login(user)
    check(client.get(reverse("account_set_password")), "set")


def test_passkey_sign_in_is_offered_and_a_forged_one_refused(cast, client):
    options = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    assert options.json()["request_options"]["publicKey"]["challenge"]
    response = post(client, "mfa_login_webauthn", credential='{"id": "x"}')
    assert response.status_code < 500
    assert not is_signed_in(client)


# --- the demo ---


def test_demo_signs_in_with_one_click_only_in_the_demo(cast, client, settings):
    email = SIGN_INS[0][0]
    assert email == cast.ingrid.user.email
    settings.DEMO = False
    assert email not in client.get(reverse(LOGIN)).content.decode()
    assert post(client, "demo_sign_in", email=email).status_code == 404
    settings.DEMO = True
    assert email in client.get(reverse(LOGIN)).content.decode()
    assert client.get(reverse("demo_sign_in")).status_code == 405
    assert post(client, "demo_sign_in", email="helene.dahl@fjellvik.example").status_code == 404
    assert post(client, "demo_sign_in", email=email).status_code == 303
    assert is_signed_in(client)


def test_demo_password_is_what_the_command_prints(cast, settings, capsys):
    from django.core.management import CommandError, call_command

    settings.DEMO = True
    call_command("demo_signins")
    printed = capsys.readouterr().out
    assert SIGN_INS[0][0] in printed
    assert DEMO_PASSWORD in printed
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_signins")


@pytest.mark.django_db(transaction=True)
def test_second_step_is_turned_off_again_and_every_change_is_told_by_mail(cast, client):
    sign_in(client, cast.ingrid.user, cast.password)
    confirm(client, cast.password)
    new = "enda et passord med ord"
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    post(client, "mfa_activate_totp", code=code_of(secret))
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        check(client.get(reverse(name)), name)
    assert post(client, "mfa_generate_recovery_codes").status_code == 302
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 200
    assert post(client, "mfa_deactivate_totp").status_code == 302
    data = {"oldpassword": cast.password, "password1": new, "password2": new}
    assert post(client, "account_change_password", **data).status_code == 302
    assert len(mail.outbox) == 4
    for message in mail.outbox:
        assert message.to == [cast.ingrid.user.email]
        assert "127.0.0.1" not in message.body
        assert "Ingrid" not in message.body
        assert new not in message.body


def test_passkeys_are_listed_renamed_and_removed(cast, client):
    key = Authenticator.objects.create(
        user=cast.ingrid.user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Min telefon", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}},
    )
    sign_in(client, cast.ingrid.user, cast.password)
    # The key is a second step, which a recovery code or the key itself would pass; here the session is given.
    client.force_login(cast.ingrid.user)
    confirm(client, cast.password)
    check(client.get(reverse("mfa_list_webauthn")), "list")
    edit, remove = (reverse(name, args=[key.pk]) for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"))
    check(client.get(edit), "edit")
    assert client.post(edit, {"name": "Jobbtelefon"}).status_code == 302
    assert "Jobbtelefon" in client.get(reverse("mfa_list_webauthn")).content.decode()
    check(client.get(remove), "remove")
    other = Client()
    other.force_login(cast.amir.user)
    confirm(other, cast.password)
    assert other.post(remove).status_code == 404
    assert client.post(remove).status_code == 302
    assert not Authenticator.objects.exists()


def test_address_is_changed_through_a_confirmation(cast, client):
    sign_in(client, cast.ingrid.user, cast.password)
    confirm(client, cast.password)
    assert post(client, "account_email", action_add="1", email="ingrid@privat.example").status_code == 302
    link = re.search(r"http://\S+/konto/e-post/bekreft/\S+/", mail.outbox[0].body)[0].split("testserver", 1)[1]
    check(client.get(link), "confirm")
    assert User.objects.get(pk=cast.ingrid.user_id).email == cast.ingrid.user.email
    assert client.post(link).status_code == 302
    assert post(client, "account_email", action_primary="1", email="ingrid@privat.example").status_code == 302
    assert User.objects.get(pk=cast.ingrid.user_id).email == "ingrid@privat.example"
    assert client.get("/konto/e-post/bekreft/tull/").status_code == 200

"""From an invitation to a sign-in: the link shows, a click acts; nothing secret is stored."""

import datetime
import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hms.accounts.models import User
from hms.audit.models import Event
from hms.organisations import services
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, Invitation, Membership, Organisation
from hms.tenancy.scope import tenant
from tests.cast import make_employee
from tests.conftest import as_owner

PASSWORD = "tre ord og litt til"


def url(cast, name, *args):
    return reverse(f"organisations:{name}", args=[cast.fjellvik.slug, *args])


@pytest.fixture
def nora(cast):
    with tenant(cast.fjellvik):
        return make_employee(cast.fjellvik, "Nora Aas", cast.solbakken, user=False)


@pytest.fixture
def link(cast, nora, client, django_capture_on_commit_callbacks):
    """The link in Nora's mail, as a path."""
    client.force_login(cast.admin.user)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url(cast, "invite"), {"id": nora.pk}).status_code == 303
    client.logout()
    return re.search(r"https?://[^/]+(/fjellvik/invitasjon/\S+/)", mail.outbox[-1].body)[1]


def test_invitation_is_mailed_in_the_organisations_language_without_storing_the_token(cast, nora, link):
    message = mail.outbox[0]
    assert message.to == [nora.email]
    assert "Fjellvik kommune" in message.subject
    assert link in message.alternatives[0].content
    token = link.split("/")[-2]
    with tenant(cast.fjellvik):
        invitation = Invitation.objects.get()
        assert token not in invitation.token_hash
        assert invitation.sent_at
        assert invitation.expires_at - timezone.now() > datetime.timedelta(days=13)
        assert not Event.objects.filter(data__icontains=token).exists()


def test_opening_the_link_changes_nothing(cast, nora, link, client):
    response = client.get(link)
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "same-origin"
    with tenant(cast.fjellvik):
        assert Invitation.objects.get().accepted_at is None
    assert not User.objects.filter(email=nora.email).exists()


def test_password_is_chosen_and_the_link_is_used_up(cast, nora, link, client):
    for bad in ("", "kort", "passordpassord1"[:11], "nora.aas@fjellvik.example"):
        response = client.post(link, {"password": bad, "how": "password"})
        assert response.status_code == 422, bad
        assert 'id="id_password_error"' in response.content.decode()
    response = client.post(link, {"password": PASSWORD, "how": "password"})
    assert response["Location"] == "/fjellvik/"
    assert client.get("/fjellvik/profil/").status_code == 200
    user = User.objects.get(email=nora.email)
    assert user.check_password(PASSWORD)
    with tenant(cast.fjellvik):
        assert Employee.objects.get(pk=nora.pk).user == user
        assert Event.objects.filter(verb="invitation.accepted", actor=nora).exists()
    again = Client().get(link)
    assert again.status_code == 410
    assert Client().post(link, {"password": PASSWORD, "how": "password"}).status_code == 410


def test_code_is_chosen_instead(cast, nora, link, client):
    assert client.post(link, {"password": "", "how": "code"}).status_code == 303
    assert not User.objects.get(email=nora.email).has_usable_password()
    assert client.get("/fjellvik/profil/").status_code == 200


@pytest.mark.parametrize("spoil", ["expired", "withdrawn", "again", "left"])
def test_link_that_no_longer_counts_opens_nothing(cast, nora, link, client, spoil):
    with tenant(cast.fjellvik):
        invitation = Invitation.objects.get()
        if spoil == "expired":
            Invitation.objects.update(expires_at=timezone.now())
        elif spoil == "withdrawn":
            services.withdraw_invitation(invitation, by=cast.admin)
        elif spoil == "again":
            services.invite(nora, by=cast.admin)
        else:
            yesterday = timezone.localdate() - datetime.timedelta(days=1)
            services.end_employment(nora, last_day=yesterday, by=cast.admin)
    client.post(link, {"password": PASSWORD, "how": "password"})
    assert client.get("/fjellvik/profil/").status_code != 200
    if spoil != "left":
        assert not User.objects.filter(email=nora.email).exists()


def test_unknown_token_and_other_organisations_address_say_the_same(cast, link, client):
    assert client.get(url(cast, "invitation", "tull")).status_code == 410
    assert client.get(link.replace("fjellvik", "havbris")).status_code == 410


def test_somebody_who_has_a_sign_in_must_use_it(cast, client, django_capture_on_commit_callbacks):
    """Elin works in both organisations with the address she has in Havbris."""
    with tenant(cast.havbris):
        elin = make_employee(cast.havbris, "Elin Fosseng", cast.havbris_unit)
    with tenant(cast.fjellvik), django_capture_on_commit_callbacks(execute=True):
        here = services.add_employee(
            given_name="Elin", family_name="Fosseng", unit=cast.kommune, email=elin.email, by=cast.admin
        )
        services.invite(here, by=cast.admin)
    link = re.search(r"https?://[^/]+(/fjellvik/invitasjon/\S+/)", mail.outbox[-1].body)[1]
    response = client.get(link)
    assert response["Location"].startswith(reverse("account_login"))
    assert client.post(link, {"password": PASSWORD, "how": "password"})["Location"].startswith(reverse("account_login"))
    assert User.objects.get(email=elin.email).check_password(cast.password)
    client.force_login(cast.ingrid.user)
    assert "Logg ut" in client.post(link).content.decode() or client.post(link).status_code == 200
    client.force_login(elin.user)
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 303
    home = client.get("/").content.decode()
    assert "Fjellvik kommune" in home
    assert "Havbris Bygg" in home


def test_who_cannot_be_invited_is_told(cast, client, nora):
    client.force_login(cast.admin.user)
    client.post(url(cast, "invite"), {"id": cast.amir.pk})
    with tenant(cast.fjellvik):
        assert not Invitation.objects.exists()
        services.change_employee(nora, email="", by=cast.admin)
        with pytest.raises(Refused):
            services.invite(nora, by=cast.admin)
    for nonsense in ([], ["x"], [cast.olav.pk], ["9" * 30], ["²"]):
        assert client.post(url(cast, "invite"), {"id": nonsense}).status_code == 303
    with tenant(cast.fjellvik):
        assert not Invitation.objects.exists()
    assert not mail.outbox


def test_invitations_are_listed_and_withdrawn(cast, nora, client):
    client.force_login(cast.admin.user)
    assert "Nora Aas" in client.get(url(cast, "invitations")).content.decode()
    client.post(url(cast, "invite"), {"id": nora.pk})
    with tenant(cast.fjellvik):
        invitation = Invitation.objects.get()
    assert client.post(url(cast, "withdraw_invitation", invitation.pk)).status_code == 303
    with tenant(cast.fjellvik):
        invitation.refresh_from_db()
        assert invitation.state == "withdrawn"


def test_everybody_shown_is_invited_at_once(cast, nora, client, django_capture_on_commit_callbacks):
    with tenant(cast.fjellvik):
        make_employee(cast.fjellvik, "Per Berg", cast.teknisk, user=False)
        nobody = make_employee(cast.fjellvik, "Uten Adresse", cast.teknisk, user=False)
        services.change_employee(nobody, email="", by=None)
    client.force_login(cast.admin.user)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url(cast, "invite"), {"shown": "1"}).status_code == 303
    assert sorted(message.to[0] for message in mail.outbox) == [nora.email, "per.berg@fjellvik.example"]
    client.post(url(cast, "invite"), {"shown": "1"})
    with tenant(cast.fjellvik):
        assert Invitation.objects.count() == 2


# --- a new organisation ---

NEW = {"name": "Ny Kommune", "slug": "ny", "given_name": "Eva", "family_name": "Li", "email": "eva@ny.example"}


def test_new_organisation_is_ready_for_its_administrator(cast, client, capsys):
    options = {f"--{name.replace('_', '-')}={value}" for name, value in NEW.items()}
    with as_owner():
        call_command("create_organisation", *options, "--send")
    link = re.search(r"https?://[^/]+(/ny/invitasjon/\S+/)", capsys.readouterr().out)[1]
    assert mail.outbox[0].to == ["eva@ny.example"]
    assert link in mail.outbox[0].body
    assert client.post(link, {"password": PASSWORD, "how": "password"})["Location"] == "/ny/"
    assert client.get("/ny/innstillinger/").status_code == 200
    assert client.get("/fjellvik/innstillinger/").status_code == 404


@pytest.mark.parametrize("changes", [{"slug": "konto"}, {"slug": "fjellvik"}, {"slug": "Ny!"}, {"name": ""}])
def test_organisation_that_cannot_be_is_refused_whole(cast, changes):
    data = NEW | changes
    with as_owner(), pytest.raises(Refused):
        services.create_organisation(**data)
    assert Organisation.objects.count() == 2


def test_serving_role_cannot_make_organisations(cast):
    options = [f"--{name.replace('_', '-')}={value}" for name, value in NEW.items()]
    with pytest.raises((CommandError, Exception), match="permission denied"):
        call_command("create_organisation", *options)


# --- leaving ---


def test_access_ends_with_the_employment(cast, client):
    client.force_login(cast.ingrid.user)
    assert client.get("/fjellvik/profil/").status_code == 200
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    with tenant(cast.fjellvik):
        services.end_employment(cast.ingrid, last_day=yesterday, by=cast.admin)
    assert client.get("/fjellvik/profil/").status_code == 404
    assert "Fjellvik kommune" not in client.get("/").content.decode()
    with tenant(cast.fjellvik):
        services.resume_employment(cast.ingrid, by=cast.admin)
    assert client.get("/fjellvik/profil/").status_code == 200
    assert Membership.objects.get(user=cast.ingrid.user).ends_on is None


def test_leaving_ends_roles_and_deputyships(cast, client):
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        absence = services.register_absence(
            cast.helene, starts_on=today, ends_on=today + datetime.timedelta(days=30), deputy=cast.amir, by=cast.admin
        )
    client.force_login(cast.admin.user)
    page = url(cast, "end_employment", cast.amir.pk)
    assert "Solbakken sykehjem" in client.get(page).content.decode()
    assert client.post(page, {"last_day": today}).status_code == 303
    with tenant(cast.fjellvik):
        amir = Employee.objects.get(pk=cast.amir.pk)
        assert amir.ends_on == today
        assert amir.role_holdings.get().ends_on == today
        absence.refresh_from_db()
        assert absence.deputy is None
    assert client.post(page, {"last_day": "2019-01-01"}).status_code == 422
    assert client.post(url(cast, "resume_employment", cast.amir.pk)).status_code == 303

"""Outside and at the edge of an organisation: front door, language, appearance, theme, own profile."""

import pytest
from django.urls import reverse

from hms.accounts.models import User
from hms.audit.models import Event
from hms.organisations.models import Absence, Employee, Membership
from hms.tenancy.scope import tenant
from tests.cast import make_employee


def profile(cast):
    return reverse("organisations:profile", args=[cast.fjellvik.slug])


def test_front_door_leads_in(cast, client):
    assert client.get("/")["Location"].startswith(reverse("account_login"))
    client.force_login(cast.ingrid.user)
    assert client.get("/")["Location"] == "/fjellvik/"


def test_front_door_offers_a_choice_and_only_ones_own(cast, client):
    with tenant(cast.havbris):
        Employee.objects.create(given_name="Ingrid", family_name="S", unit=cast.havbris_unit, user=cast.ingrid.user)
    Membership.objects.create(user=cast.ingrid.user, organisation=cast.havbris)
    client.force_login(cast.ingrid.user)
    page = client.get("/").content.decode()
    assert 'href="/fjellvik/"' in page
    assert 'href="/havbris/"' in page
    Membership.objects.filter(user=cast.ingrid.user).update(ends_on="2020-01-01")
    page = client.get("/").content.decode()
    assert 'href="/fjellvik/"' not in page


def test_language_is_remembered_in_cookie_and_on_the_user(cast, client):
    response = client.post("/sprak/", {"language": "nn", "next": "/konto/logg-inn/"})
    assert (response.status_code, response["Location"]) == (303, "/konto/logg-inn/")
    assert client.get("/konto/logg-inn/")["Content-Language"] == "nn"
    client.force_login(cast.ingrid.user)
    client.post("/sprak/", {"language": "en"})
    assert User.objects.get(pk=cast.ingrid.user_id).language == "en"
    client.post("/sprak/", {"language": "xx"})
    assert User.objects.get(pk=cast.ingrid.user_id).language == "en"
    assert client.get("/sprak/").status_code == 405


def test_appearance_is_remembered(cast, client):
    client.post("/fargevalg/", {"colour_scheme": "dark"})
    assert 'data-color-scheme="dark"' in client.get("/konto/logg-inn/").content.decode()
    client.force_login(cast.ingrid.user)
    client.post("/fargevalg/", {"colour_scheme": "light"})
    assert User.objects.get(pk=cast.ingrid.user_id).colour_scheme == "light"
    client.post("/fargevalg/", {"colour_scheme": '"><script>'})
    assert User.objects.get(pk=cast.ingrid.user_id).colour_scheme == "light"


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_choices_never_lead_away_from_the_site(cast, client, there):
    response = client.post("/sprak/", {"language": "nb", "next": there}, headers={"referer": there})
    assert response["Location"] == "/"


def test_theme_is_public_lasting_and_nothing_but_colours(cast, client):
    response = client.get("/fjellvik/tema/7a3e9d.css")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/css")
    assert "immutable" in response["Cache-Control"]
    assert "--ds-color-accent-base-default:#7a3e9d" in response.content.decode()
    for bad in ("red", "7A3E9D", "7a3e9", "7a3e9d;}", "zzzzzz"):
        assert client.get(f"/fjellvik/tema/{bad}.css").status_code == 404, bad
    assert client.get("/finnesikke/tema/7a3e9d.css").status_code == 404


# --- profile ---


def test_own_choices_are_saved(cast, client):
    client.force_login(cast.ingrid.user)
    assert client.get(profile(cast)).status_code == 200
    data = {"part": "preferences", "language": "nn", "colour_scheme": "dark"}
    assert client.post(profile(cast), data).status_code == 303
    user = User.objects.get(pk=cast.ingrid.user_id)
    assert (user.language, user.colour_scheme, user.keyboard_shortcuts) == ("nn", "dark", False)
    page = client.get(profile(cast)).content.decode()
    assert 'data-shortcuts="off"' in page
    assert '<html lang="nn"' in page


def test_contact_is_saved_and_wrong_phone_told(cast, client):
    client.force_login(cast.ingrid.user)
    response = client.post(profile(cast), {"part": "contact", "contact-phone": "ring meg", "contact-note": "Vakta"})
    assert response.status_code == 422
    assert "Vakta" in response.content.decode()
    data = {"part": "contact", "contact-phone": "+47 912 34 567", "contact-note": "Vakta"}
    assert client.post(profile(cast), data).status_code == 303
    with tenant(cast.fjellvik):
        me = Employee.objects.get(pk=cast.ingrid.pk)
        assert (me.phone, me.note) == ("+47 912 34 567", "Vakta")
        assert Event.objects.get(verb="employee.changed").actor_id == me.pk
    assert client.post(profile(cast), {"part": "tull"}).status_code == 422


def test_own_absence_with_a_deputy(cast, client):
    client.force_login(cast.ingrid.user)
    page = reverse("organisations:my_absence", args=["fjellvik"])
    assert client.get(page).status_code == 200
    data = {"starts_on": "2030-07-01", "ends_on": "2030-07-20", "deputy": cast.kari.pk}
    assert client.post(page, data | {"deputy": cast.ingrid.pk}).status_code == 422
    assert client.post(page, data | {"ends_on": "2030-06-01"}).status_code == 422
    assert client.post(page, data).status_code == 303
    assert "Kari Lunde" in client.get(profile(cast)).content.decode()
    with tenant(cast.fjellvik):
        assert Absence.objects.get().employee == cast.ingrid


def test_same_person_sees_each_organisation_by_itself(cast, client):
    with tenant(cast.havbris):
        elin = make_employee(cast.havbris, "Elin Fosseng", cast.havbris_unit)
    client.force_login(elin.user)
    assert client.get("/havbris/profil/").status_code == 200
    assert client.get("/fjellvik/profil/").status_code == 404

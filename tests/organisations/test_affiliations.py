"""Which organisation belongs under which: agreed by both, ended by either, and no more seen than was agreed."""

import datetime

import pytest
from django.utils import timezone

from hms.audit.models import Event
from hms.organisations import affiliations, services
from hms.organisations.errors import Refused
from hms.organisations.models import Affiliation, AffiliationOffer
from hms.tenancy.scope import tenant
from tests.routines.kin import code_from, found, havbris_under_fjellvik, join

SETTINGS = "innstillinger/konsern/"


def verbs_in(organisation) -> list[str]:
    with tenant(organisation):
        return list(Event.objects.filter(verb__startswith="affiliation.").order_by("id").values_list("verb", flat=True))


def test_from_invitation_to_belonging_under(cast, client):
    client.force_login(cast.sunniva.user)
    assert "Dere står alene" in client.get(f"/fjellvik/{SETTINGS}").content.decode()
    form = {"label": "Havbris", "organisation_number": ""}
    assert client.post(f"/fjellvik/{SETTINGS}inviter/", form).headers["Location"] == f"/fjellvik/{SETTINGS}"
    with tenant(cast.fjellvik):
        code = affiliations.code_of(AffiliationOffer.objects.get())
    assert code in client.get(f"/fjellvik/{SETTINGS}").content.decode()

    client.force_login(cast.olav.user)
    page = client.post(f"/havbris/{SETTINGS}bli-med/", {"code": code.lower().replace("-", " ")})
    assert page.status_code == 200
    assert "Hører dere inn under Fjellvik kommune?" in page.content.decode()
    assert "ingenting annet" in page.content.decode()
    with tenant(cast.havbris):
        assert not Affiliation.objects.exists()
    answer = client.post(f"/havbris/{SETTINGS}bli-med/", {"code": code, "answer": "yes"})
    assert answer.headers["Location"] == f"/havbris/{SETTINGS}"
    page = client.get(f"/havbris/{SETTINGS}").content.decode()
    assert "Dere hører inn under Fjellvik kommune" in page
    assert "Olav godtok invitasjonen" in page

    client.force_login(cast.sunniva.user)
    page = client.get(f"/fjellvik/{SETTINGS}").content.decode()
    assert "Havbris Bygg" in page
    assert code not in page
    assert "Olav" not in page
    assert verbs_in(cast.fjellvik) == ["affiliation.offered", "affiliation.accepted_there"]
    assert verbs_in(cast.havbris) == ["affiliation.accepted"]
    with tenant(cast.fjellvik):
        assert Event.objects.get(verb="affiliation.accepted_there").actor is None
        assert AffiliationOffer.objects.get().sealed_code == ""


def test_saying_no_settles_it_without_saying_who(cast, client):
    code = code_from(cast.fjellvik, cast.sunniva)
    client.force_login(cast.olav.user)
    client.post(f"/havbris/{SETTINGS}bli-med/", {"code": code, "answer": "no"})
    assert client.post(f"/havbris/{SETTINGS}bli-med/", {"code": code, "answer": "yes"}).status_code == 422
    assert verbs_in(cast.fjellvik) == ["affiliation.offered", "affiliation.refused_there"]
    assert verbs_in(cast.havbris) == ["affiliation.refused"]
    client.force_login(cast.sunniva.user)
    page = client.get(f"/fjellvik/{SETTINGS}").content.decode()
    assert "Takket nei" in page
    assert "Havbris" not in page


@pytest.mark.parametrize("how", ["expired", "withdrawn", "used", "other number", "never made"])
def test_code_that_cannot_be_used(cast, client, how):
    number = {"organisation_number": "974760673"} if how == "other number" else {}
    code = "AAAA-BBBB-CCCC-DDDD" if how == "never made" else code_from(cast.fjellvik, cast.sunniva, **number)
    with tenant(cast.fjellvik):
        if how == "expired":
            AffiliationOffer.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
        elif how == "withdrawn":
            services.withdraw_affiliation_offer(AffiliationOffer.objects.get(), by=cast.sunniva)
    if how == "used":
        third = found("Nordvik", "nordvik")
        with tenant(third.organisation):
            services.accept_affiliation(code, by=third.boss)
    client.force_login(cast.olav.user)
    for answer in ("", "yes", "no"):
        page = client.post(f"/havbris/{SETTINGS}bli-med/", {"code": code, "answer": answer})
        assert page.status_code == 422
        assert code in page.content.decode()
        assert "Fjellvik" not in page.content.decode()
    with tenant(cast.havbris):
        assert not Affiliation.objects.exists()
        with pytest.raises(Refused):
            services.accept_affiliation(code, by=cast.olav)


def test_code_for_a_number_is_that_organisations(cast):
    code = code_from(cast.fjellvik, cast.sunniva, organisation_number="974760673")
    owner = found("Nordvik", "nordvik", organisation_number="974760673")
    with tenant(owner.organisation):
        assert services.accept_affiliation(code, by=owner.boss).parent == cast.fjellvik


def test_one_parent_one_level_no_circles(cast):
    """Havbris is below Fjellvik: it gets no other parent, has nobody below it, and Fjellvik goes below nobody."""
    third = found("Nordvik", "nordvik")
    by_havbris = code_from(cast.havbris, cast.olav)
    havbris_under_fjellvik(cast)
    with tenant(cast.havbris), pytest.raises(Refused):
        services.offer_affiliation(label="Under oss", by=cast.olav)
    for code, below, boss, problem in (
        (code_from(third.organisation, third.boss), cast.havbris, cast.olav, "has_parent"),
        (code_from(third.organisation, third.boss), cast.fjellvik, cast.admin, "is_parent"),
        (by_havbris, third.organisation, third.boss, "is_below"),
        (by_havbris, cast.havbris, cast.olav, "has_parent"),
        (code_from(cast.fjellvik, cast.sunniva), cast.fjellvik, cast.admin, "own"),
    ):
        with tenant(below):
            offered = affiliations.offered_by(code)
            assert offered is not None
            # One's own code is told as such, unless one has a parent: it cannot be used either way.
            assert offered.problem in {problem, "own"}
            with pytest.raises(Refused):
                services.accept_affiliation(code, by=boss)


@pytest.mark.parametrize("side", ["parent", "subsidiary"])
def test_either_side_ends_it_and_both_logs_say_so(cast, client, side):
    affiliation = havbris_under_fjellvik(cast)
    person, slug, other = (
        (cast.sunniva, "fjellvik", cast.havbris) if side == "parent" else (cast.olav, "havbris", cast.fjellvik)
    )
    client.force_login(person.user)
    address = f"/{slug}/{SETTINGS}{affiliation.pk}/avslutt/"
    assert other.name in client.get(address).content.decode()
    assert verbs_in(other)[-1] != "affiliation.ended_there"
    client.post(address)
    assert verbs_in(other)[-1] == "affiliation.ended_there"
    assert verbs_in(person.organisation)[-1] == "affiliation.ended"
    with tenant(cast.havbris):
        assert affiliations.parent_affiliation() is None
        assert Affiliation.objects.get().ended_by_parent is (side == "parent")
    client.post(address)
    assert verbs_in(other).count("affiliation.ended_there") == 1
    # A new agreement is a new row.
    again = havbris_under_fjellvik(cast)
    assert again.pk != affiliation.pk


def test_who_may_do_what(cast, client):
    affiliation = havbris_under_fjellvik(cast)
    expected_of = {cast.ingrid: 403, cast.amir: 403, cast.ragnhild: 403, cast.sunniva: 200, cast.admin: 200}
    for person, expected in expected_of.items():
        client.force_login(person.user)
        assert client.get(f"/fjellvik/{SETTINGS}").status_code == expected
        assert client.get(f"/fjellvik/{SETTINGS}inviter/").status_code == expected
        assert client.get(f"/fjellvik/{SETTINGS}{affiliation.pk}/avslutt/").status_code == expected
    # Whom we belong under is the administrator's to say.
    client.force_login(cast.sunniva.user)
    assert client.get(f"/fjellvik/{SETTINGS}bli-med/").status_code == 403
    assert client.post(f"/fjellvik/{SETTINGS}bli-med/", {"code": "X", "answer": "yes"}).status_code == 403


def test_third_organisation_finds_none_of_it(cast, client):
    affiliation = havbris_under_fjellvik(cast)
    code_from(cast.fjellvik, cast.sunniva)
    with tenant(cast.fjellvik):
        offer = AffiliationOffer.objects.order_by("id").last()
    third = found("Nordvik", "nordvik")
    client.force_login(third.boss.user)
    for tail in ("", "inviter/", "bli-med/"):
        assert client.get(f"/fjellvik/{SETTINGS}{tail}").status_code == 404
    assert client.get(f"/nordvik/{SETTINGS}{affiliation.pk}/avslutt/").status_code == 404
    assert client.post(f"/nordvik/{SETTINGS}{affiliation.pk}/avslutt/").status_code == 404
    assert client.post(f"/nordvik/{SETTINGS}invitasjoner/{offer.pk}/trekk/").status_code == 404
    page = client.get(f"/nordvik/{SETTINGS}").content.decode()
    assert "Fjellvik" not in page
    assert "Havbris" not in page
    with tenant(third.organisation):
        assert not services.end_affiliation(affiliation, by=third.boss)
    with tenant(cast.havbris):
        assert affiliations.parent_affiliation() == affiliation


def test_two_subsidiaries_do_not_know_of_each_other(cast, client):
    havbris_under_fjellvik(cast)
    third = found("Nordvik", "nordvik")
    join(cast.fjellvik, cast.sunniva, third.organisation, third.boss)
    client.force_login(third.boss.user)
    page = client.get(f"/nordvik/{SETTINGS}").content.decode()
    assert "Fjellvik kommune" in page
    assert "Havbris" not in page
    with tenant(third.organisation):
        assert Affiliation.objects.count() == 1


def test_codes_cannot_be_tried_for_ever(cast, client):
    client.force_login(cast.olav.user)
    code = code_from(cast.fjellvik, cast.sunniva)
    for _try in range(20):
        client.post(f"/havbris/{SETTINGS}bli-med/", {"code": "AAAA-BBBB-CCCC-DDDD"})
    page = client.post(f"/havbris/{SETTINGS}bli-med/", {"code": code, "answer": "yes"})
    assert page.status_code == 422
    with tenant(cast.havbris):
        assert not Affiliation.objects.exists()


def test_invitation_asks_for_whom_and_a_real_number(cast, client):
    client.force_login(cast.admin.user)
    page = client.post(f"/fjellvik/{SETTINGS}inviter/", {"label": "", "organisation_number": "123456789"})
    assert page.status_code == 422
    assert "123456789" in page.content.decode()
    with tenant(cast.fjellvik):
        assert not AffiliationOffer.objects.exists()

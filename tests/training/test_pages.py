"""The pages: who sees whom, what is refused, and that it costs the same however many there are."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hms.files.models import Attachment
from hms.tenancy.scope import tenant
from tests.cast import make_employee
from tests.training.helpers import make, teach
from training.models import Completion, Training

AT = "/fjellvik/opplaering/"


@pytest.fixture
def training(cast):
    with tenant(cast.fjellvik):
        training = make(cast, about="Sveising og sliping", unit=cast.helse)
        teach(training, cast.ingrid, by=cast.amir, days_ago=100)
        teach(training, cast.tor_erik, by=cast.piotr, days_ago=340)
    return training


def register(client, training, people, day=None, unit=None):
    data = {
        "people": [person.pk for person in people],
        "done_on": (day or timezone.localdate()).isoformat(),
        "note": "Kurs",
    }
    query = f"?enhet={unit.pk}" if unit else ""
    return client.post(f"{AT}{training.pk}/registrer/{query}", data)


@pytest.mark.parametrize(
    ("who", "sees", "not_these"),
    [
        ("sunniva", ["Ingrid Solheim", "Tor Erik Moen"], []),
        ("amir", ["Ingrid Solheim"], ["Tor Erik Moen"]),
        ("piotr", ["Tor Erik Moen"], ["Ingrid Solheim"]),
        # Representatives see how many; everybody else only how it stands with themself; administrators no more than that.
        ("vigdis", ["Solbakken sykehjem", "Teknisk drift"], ["Ingrid Solheim", "Tor Erik Moen"]),
        ("admin", ["Sveising og sliping"], ["Ingrid Solheim", "Tor Erik Moen", "Hvem som har den"]),
        ("kari", ["Sveising og sliping"], ["Ingrid Solheim", "Tor Erik Moen"]),
    ],
)
def test_who_sees_whom(cast, client, training, who, sees, not_these):
    client.force_login(getattr(cast, who).user)
    main = client.get(f"{AT}{training.pk}/").content.decode().split("<main")[1]
    for text in sees:
        assert text in main
    for text in not_these:
        assert text not in main


def test_each_sees_their_own_and_nobody_elses_certificate(cast, client, training):
    with tenant(cast.fjellvik):
        own = Completion.objects.get(employee=cast.ingrid)
    page = f"{AT}bevis/{own.pk}/"
    answers = {}
    for who in ("ingrid", "amir", "helene", "sunniva", "piotr", "kari", "vigdis", "admin", "tor_erik", "olav"):
        client.force_login(getattr(cast, who).user)
        answers[who] = client.get(page).status_code
    allowed = {"ingrid", "amir", "helene", "sunniva"}
    assert answers == {who: 200 if who in allowed else 404 for who in answers}
    client.force_login(cast.ingrid.user)
    assert "Varme arbeider" in client.get(f"{AT}mine/").content.decode()
    # Her own, but it is not for her to say that it was a mistake.
    assert client.post(f"{page}trekk/", {"reason": "Nei"}).status_code == 403
    client.force_login(cast.kari.user)
    assert "Varme arbeider" not in client.get(f"{AT}mine/").content.decode().split("<main")[1]


def test_certificate_is_kept_and_only_for_those_who_may_see_it(cast, client, training):
    with tenant(cast.fjellvik):
        own = Completion.objects.get(employee=cast.ingrid)
    client.force_login(cast.ingrid.user)
    assert client.post(f"{AT}bevis/{own.pk}/vedlegg/", {}).status_code == 422
    sent = {"files": SimpleUploadedFile("bevis.txt", b"Kursbevis")}
    assert client.post(f"{AT}bevis/{own.pk}/vedlegg/", sent).status_code == 303
    with tenant(cast.fjellvik):
        file = Attachment.objects.get()
    address = f"/fjellvik/filer/{file.pk}/{file.name}"
    page = client.get(f"{AT}bevis/{own.pk}/").content.decode()
    assert address in page
    for who, status in (("ingrid", 200), ("amir", 200), ("kari", 404), ("piotr", 404)):
        client.force_login(getattr(cast, who).user)
        response = client.get(address)
        assert response.status_code == status, who
        if response.streaming:
            b"".join(response.streaming_content)


def test_manager_registers_many_and_only_their_own(cast, client, training):
    client.force_login(cast.amir.user)
    page = client.get(f"{AT}{training.pk}/registrer/").content.decode()
    assert "Kari Lunde" in page
    assert "gyldig til" in page
    assert "Piotr" not in page
    assert register(client, training, [cast.kari, cast.amir]).status_code == 303
    # Somebody he does not lead is no choice, by the form or past it.
    assert register(client, training, [cast.piotr]).status_code == 422
    assert register(client, training, [cast.piotr], unit=cast.teknisk).status_code == 422
    with tenant(cast.fjellvik):
        assert not Completion.objects.filter(employee=cast.piotr).exists()
        assert Completion.objects.filter(registered_by=cast.amir, note="Kurs").count() == 2


def test_what_cannot_be_is_said_beside_the_field_and_everything_is_kept(cast, client, training):
    client.force_login(cast.amir.user)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    response = register(client, training, [cast.kari], day=tomorrow)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["done_on"]
    page = response.content.decode()
    assert re.search(rf'<input[^>]*value="{cast.kari.pk}"[^>]*checked', page)
    assert 'value="Kurs"' in page
    assert register(client, training, [cast.kari], day=datetime.date(202, 1, 1)).status_code == 422
    assert register(client, training, []).context["form"].errors.keys() == {"people"}
    assert register(client, training, [cast.kari]).status_code == 303
    again = register(client, training, [cast.kari])
    assert again.status_code == 422
    assert again.context["form"].errors.keys() == {"people"}


@pytest.mark.parametrize(
    ("who", "status"),
    [("sunniva", 200), ("amir", 200), ("ingrid", 403), ("kari", 403), ("admin", 403), ("vigdis", 403), ("olav", 404)],
)
def test_who_adds_a_training(cast, client, who, status):
    client.force_login(getattr(cast, who).user)
    assert client.get(f"{AT}ny/").status_code == status


def test_manager_adds_one_for_a_unit_they_lead_only(cast, client):
    client.force_login(cast.amir.user)
    wanted = {"name": "Løfteteknikk", "validity_months": "24"}
    assert client.post(f"{AT}ny/", wanted).status_code == 422
    assert client.post(f"{AT}ny/", wanted | {"unit": cast.teknisk.pk}).status_code == 422
    assert client.post(f"{AT}ny/", wanted | {"unit": cast.solbakken.pk}).status_code == 303
    # The same name once more is refused at the field.
    response = client.post(f"{AT}ny/", wanted | {"unit": cast.solbakken.pk})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["name"]
    with tenant(cast.fjellvik):
        made = Training.objects.get()
    page = f"{AT}{made.pk}/endre/"
    assert (
        client.post(page, wanted | {"unit": cast.solbakken.pk, "about": "Riktig løft", "is_active": "on"}).status_code
        == 303
    )
    client.force_login(cast.piotr.user)
    assert client.get(page).status_code == 403


def test_lists_cost_the_same_however_many(cast, client, training):
    client.force_login(cast.sunniva.user)
    with tenant(cast.fjellvik):
        teach(training, cast.sunniva, by=cast.sunniva, days_ago=9)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    pages = [AT, f"{AT}{training.pk}/", f"{AT}{training.pk}/registrer/", f"{AT}mine/"]
    for page in pages:
        client.get(page)
    before = [cost(page) for page in pages]
    with tenant(cast.fjellvik):
        more = [make_employee(cast.fjellvik, f"Ny Nummer{number}", cast.solbakken, user=False) for number in range(5)]
        teach(training, *more, cast.sunniva, by=cast.sunniva)
        for number in range(4):
            teach(make(cast, name=f"Kurs {number}", owner=cast.amir), *more, cast.sunniva, by=cast.sunniva)
    assert [cost(page) for page in pages] == before

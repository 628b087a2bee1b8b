"""The control question: asked of whoever confirms, never a dead end, and nobody's tries are kept."""

import pytest

from hms.tenancy.scope import tenant
from routines import services
from routines.models import Receipt
from tests.routines.helpers import publish, url

ASKED = {
    "control_question": "Hvor lenge skyller du?",
    "control_answers": ["Ett minutt", "Fem minutter", "Til det slutter å blø"],
    "control_right": 1,
    "control_why": "Se «Gjør dette med en gang».",
}


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def test_wrong_answer_is_kept_and_right_one_gives_a_receipt(cast, inside, client):
    routine = publish(cast, **ASKED)
    services.turn()
    client.force_login(cast.ingrid.user)
    assert "Hvor lenge skyller du?" in client.get(url(routine)).content.decode()
    none = client.post(url(routine, "lest/"), {"version": 1})
    assert none.status_code == 422
    wrong = client.post(url(routine, "lest/"), {"version": 1, "answer": "0"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Gjør dette med en gang»." in page
    assert 'href="#om-gjr-dette-med-en-gang"' in page
    assert 'value="0" checked' in page.replace('id="id_answer_0" ', "").replace(' required', "")
    assert url(routine, "sporsmal/") in page
    assert not Receipt.objects.exists()
    assert client.post(url(routine, "lest/"), {"version": 1, "answer": "1"}).status_code == 303
    assert Receipt.objects.get().employee == cast.ingrid

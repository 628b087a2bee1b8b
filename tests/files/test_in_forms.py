"""A file that cannot be taken is said at the field, with everything typed kept."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from deviations.models import Deviation
from hms.files.models import Attachment
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url

pytestmark = pytest.mark.django_db
PAGE = b"<html><script>alert(1)</script></html>"


def web_page() -> SimpleUploadedFile:
    return SimpleUploadedFile("bilde.jpg", PAGE, "image/jpeg")


def test_reporting(client, cast):
    client.force_login(cast.ingrid.user)
    response = client.post(
        "/fjellvik/meld/",
        {"description": "Glatt gulv", "place": "Gang", "severity": "2", "who": "employee", "unit": cast.solbakken.pk,
         "idempotency_key": str(uuid.uuid4()), "photos": web_page()},
    )  # fmt: skip
    assert response.status_code == 422
    assert "photos" in response.context["form"].errors
    assert "Glatt gulv" in response.content.decode()
    with tenant(cast.fjellvik):
        assert not Deviation.objects.exists()


def test_adding_more(client, cast):
    with tenant(cast.fjellvik):
        deviation = report(cast)
    client.force_login(cast.ingrid.user)
    response = client.post(url(deviation, "mer/"), {"text": "Her er et bilde", "photos": web_page()})
    assert response.status_code == 422
    assert "Her er et bilde" in response.content.decode()
    with tenant(cast.fjellvik):
        assert not Attachment.objects.exists()


def test_a_body_that_no_form_could_send_is_refused_unread(client, cast, settings):
    client.force_login(cast.ingrid.user)
    settings.MAX_REQUEST_BYTES = 1000
    response = client.post("/fjellvik/meld/", {"description": "x" * 2000})
    assert response.status_code == 413
    assert "20 MB" in response.content.decode()
    assert client.post("/fjellvik/meld/", {"description": "x"}).status_code == 422

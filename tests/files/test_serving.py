"""Who gets a file, and with which headers."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from PIL import Image

from hms.files import sources
from hms.files.errors import FileRejected
from hms.files.models import Attachment
from hms.files.selectors import attachments_of, attachments_of_many
from hms.files.services import attach
from hms.files.sources import register
from hms.tenancy.scope import tenant
from hms.tenancy.storage import remove

pytestmark = pytest.mark.django_db


def jpeg(name: str = "trapp.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), (200, 30, 30)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


@pytest.fixture
def to_units(monkeypatch):
    """Files of units are seen by the unit's people, and by whoever carries the word of the day."""
    monkeypatch.setattr(sources, "_sources", dict(sources._sources))
    register(
        "organisations.unit",
        lambda employee, attachment, request: (
            (employee is not None and employee.unit_id == attachment.owner_id) or request.GET.get("ord") == "rekkverk"
        ),
    )


@pytest.fixture
def picture(cast, to_units) -> Attachment:
    with tenant(cast.fjellvik):
        return attach(jpeg(), owner=cast.solbakken, by=cast.ingrid, alternative_text="Løst rekkverk")


def address(cast, attachment: Attachment, name: str | None = None, slug: str = "fjellvik") -> str:
    return reverse("files:serve", args=[slug, attachment.pk, name or attachment.name])


def test_the_file_is_given_to_whoever_may_see_its_owner(client, cast, picture):
    client.force_login(cast.amir.user)
    response = client.get(address(cast, picture))
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert Image.open(io.BytesIO(content)).size == (900, 600)
    assert len(content) == picture.size == int(response["Content-Length"])
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == 'inline; filename="trapp.jpg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_thumbnail_is_small(client, cast, picture):
    client.force_login(cast.amir.user)
    response = client.get(address(cast, picture) + "?liten=1")
    assert max(Image.open(io.BytesIO(b"".join(response.streaming_content))).size) == 400


def test_colleagues_elsewhere_and_other_organisations_get_404(client, cast, picture):
    client.force_login(cast.piotr.user)
    assert client.get(address(cast, picture)).status_code == 404
    client.force_login(cast.olav.user)
    assert client.get(address(cast, picture)).status_code == 404
    assert client.get(address(cast, picture, slug="havbris")).status_code == 404


def test_without_sign_in_one_is_sent_to_it_whether_or_not_the_file_exists(client, cast, picture):
    for pk in (picture.pk, picture.pk + 9000):
        response = client.get(reverse("files:serve", args=["fjellvik", pk, "trapp.jpg"]))
        assert response.status_code == 302
        assert response["Location"].startswith("/konto/")


def test_an_open_page_may_carry_its_own_permission(client, cast, picture):
    response = client.get(address(cast, picture) + "?ord=rekkverk")
    assert b"".join(response.streaming_content)
    assert client.get(address(cast, picture, slug="havbris") + "?ord=rekkverk").status_code == 302


def test_a_kind_nobody_answers_for_shows_nothing(client, cast, picture):
    with tenant(cast.fjellvik):
        lost = attach(jpeg(), owner=cast.area, by=cast.ingrid)
    client.force_login(cast.sunniva.user)
    assert client.get(address(cast, lost)).status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "x.html", "%0d%0aSet-Cookie:a=b", "æøå.jpg"])
def test_the_name_in_the_address_changes_nothing(client, cast, picture, name):
    client.force_login(cast.amir.user)
    response = client.get(f"/fjellvik/filer/{picture.pk}/{name}")
    assert response.status_code in {200, 404}
    if response.status_code == 200:
        assert response["Content-Disposition"] == 'inline; filename="trapp.jpg"'
        assert response["Content-Type"] == "image/jpeg"
        assert "Set-Cookie" not in response.headers
        response.close()


def test_only_reading(client, cast, picture):
    client.force_login(cast.amir.user)
    assert client.post(address(cast, picture)).status_code == 405


def test_an_impossible_number_is_404(client, cast, picture):
    client.force_login(cast.amir.user)
    assert client.get(f"/fjellvik/filer/{10**30}/x.jpg").status_code == 404


def test_a_document_is_saved_not_shown(client, cast, to_units):
    with tenant(cast.fjellvik):
        note = attach(
            SimpleUploadedFile("Måling «støy».txt", "Støy: 84 dB".encode()), owner=cast.solbakken, by=cast.amir
        )
    client.force_login(cast.amir.user)
    response = client.get(address(cast, note))
    assert response["Content-Type"] == "text/plain"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''M%C3%A5ling")
    assert b"".join(response.streaming_content).decode() == "Støy: 84 dB"


def test_a_file_that_is_gone_from_the_store_is_404(client, cast, picture):
    default_storage.delete(picture.storage_key)
    client.force_login(cast.amir.user)
    assert client.get(address(cast, picture)).status_code == 404


def test_files_lie_in_the_organisations_own_folder_under_a_name_nobody_chose(cast, picture, settings):
    folder, _, rest = picture.storage_key.partition("/")
    assert folder == str(cast.fjellvik.pk)
    assert "trapp" not in rest
    assert len(rest) >= 32
    root = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    assert len([path for path in (root / folder).iterdir() if path.is_file()]) == 2


def stored(settings) -> list[Path]:
    root = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_rollback_leaves_no_file_behind(cast, to_units, settings):
    with pytest.raises(RuntimeError), tenant(cast.fjellvik):
        attach(jpeg(), owner=cast.solbakken, by=cast.ingrid)
        assert len(stored(settings)) == 2
        raise RuntimeError("what follows failed")
    assert stored(settings) == []


def test_a_rolled_back_part_takes_only_its_own_files(cast, to_units, settings):
    with tenant(cast.fjellvik):
        kept = attach(jpeg(), owner=cast.solbakken, by=cast.ingrid)
        with transaction.atomic():
            attach(jpeg(), owner=cast.solbakken, by=cast.ingrid)
            transaction.set_rollback(True)
        assert [attachment.pk for attachment in attachments_of(cast.solbakken)] == [kept.pk]
    assert {path.name for path in stored(settings)} == {
        kept.storage_key.split("/")[1],
        kept.storage_key.split("/")[1] + "-400",
    }


def test_what_is_committed_stays_until_removed(cast, to_units, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), tenant(cast.fjellvik):
        picture = attach(jpeg(), owner=cast.solbakken, by=cast.ingrid)
    assert len(stored(settings)) == 2
    with django_capture_on_commit_callbacks(execute=True), tenant(cast.fjellvik):
        remove(picture.storage_key, "")
    assert len(stored(settings)) == 1


def test_a_refused_file_stores_nothing(cast, to_units, settings):
    with pytest.raises(FileRejected), tenant(cast.fjellvik):
        attach(SimpleUploadedFile("x.jpg", b"<html>"), owner=cast.solbakken, by=cast.ingrid)
    assert stored(settings) == []


def test_an_anonymous_senders_file_tells_neither_who_nor_when(cast, to_units):
    with tenant(cast.fjellvik):
        picture = attach(jpeg("IMG_20261122_140233_Ola.jpg"), owner=cast.solbakken, by=cast.ingrid, blur_time=True)
    assert picture.uploaded_by is None
    assert (picture.uploaded_at.astimezone().minute, picture.uploaded_at.astimezone().second) == (0, 0)
    assert "2026" not in picture.name
    assert "Ola" not in picture.name


def test_files_of_many_owners_come_in_one_query(cast, to_units, django_assert_num_queries):
    with tenant(cast.fjellvik):
        one = attach(jpeg(), owner=cast.solbakken, by=cast.ingrid)
        two = attach(jpeg(), owner=cast.teknisk, by=cast.ingrid)
        with django_assert_num_queries(1):
            found = attachments_of_many([cast.solbakken, cast.teknisk, cast.helse])
        assert {owner: [item.pk for item in items] for owner, items in found.items()} == {
            cast.solbakken.pk: [one.pk],
            cast.teknisk.pk: [two.pk],
        }
        assert attachments_of_many([]) == {}


def test_another_organisations_rows_are_not_there(cast, picture):
    with tenant(cast.havbris):
        assert not Attachment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_real_commit_keeps_and_a_real_rollback_removes(cast, to_units, settings):
    with tenant(cast.fjellvik):
        attach(jpeg(), owner=cast.solbakken, by=cast.ingrid)
    assert len(stored(settings)) == 2
    with pytest.raises(RuntimeError), tenant(cast.fjellvik):
        attach(jpeg(), owner=cast.solbakken, by=cast.ingrid)
        raise RuntimeError("what follows failed")
    with tenant(cast.fjellvik):
        attach(jpeg(), owner=cast.solbakken, by=cast.ingrid)
        transaction.set_rollback(True)
    assert len(stored(settings)) == 2

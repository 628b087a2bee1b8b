"""Pictures and documents of routines: shown where the text says, to those who may read it, and to nobody else."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from hms.files.models import Attachment
from hms.files.services import attach
from hms.tenancy.scope import tenant
from routines import selectors, services
from tests.deviations.helpers import report
from tests.routines.helpers import begin, draft_of, pass_through, url


def picture(name: str = "skiltet.png") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "#8a6d3b").save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue())


@pytest.fixture
def routine(cast):
    with tenant(cast.fjellvik):
        return begin(cast)


def bring_in(cast, client, routine, *uploads):
    client.force_login(cast.amir.user)
    assert client.post(url(routine, "utkast/filer/"), {"files": list(uploads)}).status_code == 303
    with tenant(cast.fjellvik):
        return list(Attachment.objects.filter(owner_kind="routines.routine").order_by("id"))


def place(client, routine, file, words="Skiltet ved døra"):
    return client.post(url(routine, "utkast/filer/sett-inn/"), {"file": file.pk, "words": words})


def test_picture_stands_in_the_text_and_is_found_by_its_name(cast, client, routine):
    [sign, form] = bring_in(cast, client, routine, picture(), SimpleUploadedFile("sjekkliste.txt", b"Hei"))
    assert place(client, routine, sign).status_code == 303
    assert place(client, routine, form, "Sjekklista").status_code == 303
    with tenant(cast.fjellvik):
        pass_through(cast, draft_of(routine))
        found, _ids = selectors.search(selectors.in_force(), "sjekkliste")
        assert [one.slug for one in found] == [routine.slug]
    client.force_login(cast.ingrid.user)
    page = client.get(url(routine)).content.decode()
    address = f"/fjellvik/filer/{sign.pk}/"
    assert f'<img src="{address}' in page
    assert 'alt="Skiltet ved døra"' in page
    assert f'href="/fjellvik/filer/{form.pk}/' in page
    answer = client.get(f"{address}{sign.name}")
    assert answer.status_code == 200
    b"".join(answer.streaming_content)


def test_file_of_a_draft_is_not_everybodys(cast, client, routine):
    [sign] = bring_in(cast, client, routine, picture())
    client.force_login(cast.ingrid.user)
    assert client.get(f"/fjellvik/filer/{sign.pk}/{sign.name}").status_code == 404
    client.force_login(cast.olav.user)
    assert client.get(f"/fjellvik/filer/{sign.pk}/{sign.name}").status_code == 404


def test_file_of_a_later_draft_is_not_everybodys_though_the_routine_is(cast, client, routine):
    with tenant(cast.fjellvik):
        pass_through(cast, draft_of(routine))
        services.begin_draft(routine, by=cast.amir)
    [sign] = bring_in(cast, client, routine, picture("ikke-ferdig.png"))
    address = f"/fjellvik/filer/{sign.pk}/{sign.name}"
    answer = client.get(address)
    assert answer.status_code == 200
    b"".join(answer.streaming_content)
    client.force_login(cast.ingrid.user)
    assert client.get(url(routine)).status_code == 200
    assert client.get(address).status_code == 404
    # A file whose number begins alike is another file.
    with tenant(cast.fjellvik):
        draft = draft_of(routine)
        services.save_draft(draft, by=cast.amir, revision=draft.revision, text=f"[x](fil:{sign.pk}0)", change_note="Ny")
        pass_through(cast, draft)
    assert client.get(address).status_code == 404


def test_file_of_something_else_is_never_shown(cast, client, routine):
    with tenant(cast.fjellvik):
        case = report(cast)
        other = attach(picture("hemmelig.png"), owner=case, by=cast.ingrid)
        draft = draft_of(routine)
        services.save_draft(
            draft, by=cast.amir, revision=draft.revision, text=f"![x](fil:{other.pk}) [y](fil:{other.pk})\n"
        )
    client.force_login(cast.amir.user)
    page = client.get(url(routine, "utkast/")).content.decode()
    assert "hemmelig" not in page
    assert place(client, routine, other).status_code == 404


def test_readers_bring_in_nothing(cast, client, routine):
    client.force_login(cast.kari.user)
    assert client.post(url(routine, "utkast/filer/"), {"files": [picture()]}).status_code in {403, 404}
    with tenant(cast.fjellvik):
        services.send(draft_of(routine), by=cast.amir, revision=1)
    client.force_login(cast.amir.user)
    # The text stands still while others look at it, and so do its pictures.
    assert client.post(url(routine, "utkast/filer/"), {"files": [picture()]}).status_code == 409


def test_what_is_no_file_that_can_be_kept_is_said(cast, client, routine):
    client.force_login(cast.amir.user)
    bad = SimpleUploadedFile("skilt.png", b"MZ\x90\x00" + b"\0" * 200)
    assert client.post(url(routine, "utkast/filer/"), {"files": [bad]}).status_code == 422

"""What may be attached, and what is left of it afterwards."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

from hms.files.errors import FileRejected
from hms.files.forms import clean_uploads
from hms.files.images import MAX_PIXELS
from hms.files.validation import DOCX, MAX_BYTES, MAX_NAME, XLSX, clean_name, prepare

HEIC = (Path(__file__).parent / "data" / "phone.heic").read_bytes()


def picture(format_: str = "JPEG", size: tuple[int, int] = (80, 60), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30, 128)[: len(mode)] if mode != "L" else 90).save(out, format_, **options)
    return out.getvalue()


def upload(content: bytes, name: str = "IMG_0001.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def zipped(names: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return out.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Telefonmerke"
    exif[0x0112] = 6  # the camera was held upright: turn a quarter clockwise
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (59.0, 54.0, 30.0), "E", (10.0, 44.0, 20.0)
    return picture(size=(80, 60), exif=exif, comment=b"tatt av Ola")


def test_a_photo_loses_place_and_camera_and_stands_upright():
    before = photo_with_place()
    assert b"Telefonmerke" in before
    assert Image.open(io.BytesIO(before)).getexif().get_ifd(0x8825)
    ready = prepare(upload(before))
    for content in (ready.content, ready.picture.thumbnail):
        after = Image.open(io.BytesIO(content))
        assert not after.getexif()
        assert "comment" not in after.info
        assert b"Telefonmerke" not in content
        assert b"Exif" not in content
    assert (ready.picture.width, ready.picture.height) == (60, 80)


def test_a_large_photo_is_shrunk_and_has_a_thumbnail():
    ready = prepare(upload(picture(size=(4200, 2800))))
    assert (ready.picture.width, ready.picture.height) == (2000, 1333)
    assert max(Image.open(io.BytesIO(ready.picture.thumbnail)).size) == 400


def test_heic_from_a_phone_becomes_jpeg_without_metadata():
    ready = prepare(upload(HEIC, "IMG_0042.HEIC", "application/octet-stream"))
    after = Image.open(io.BytesIO(ready.content))
    assert (ready.content_type, ready.name, after.format) == ("image/jpeg", "IMG_0042.jpg", "JPEG")
    assert after.size == (96, 64)
    assert not after.getexif()
    red, blue = after.getpixel((10, 30)), after.getpixel((80, 30))
    assert red[0] > 150 > red[2]
    assert blue[2] > 150 > blue[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (picture("PNG", mode="RGBA"), "image/png"),
        (picture("PNG"), "image/png"),
        (picture("GIF"), "image/png"),
        (picture("WEBP"), "image/jpeg"),
        (picture("JPEG", mode="L"), "image/jpeg"),
        (picture("JPEG", mode="CMYK"), "image/jpeg"),
    ],
)
def test_every_picture_is_written_anew(content, expected):
    ready = prepare(upload(content, "bilde.dat"))
    assert ready.content_type == expected
    assert ready.content != content


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"  <!doctype html><p>hei",
        b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"MZ\x90\x00" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"#!/bin/sh\nrm -rf /\n",
        zipped({"a.txt": b"hei"}),
        zipped({"[Content_Types].xml": b"<x/>", "ppt/presentation.xml": b"<x/>"}),
        picture("TIFF"),
        picture("BMP"),
        b"\x00\x01\x02\x03",
    ],
)
def test_what_a_browser_or_a_shell_could_run_is_refused_whatever_it_is_called(content):
    for name, claimed in (("bilde.jpg", "image/jpeg"), ("notat.txt", "text/plain"), ("plan.pdf", "application/pdf")):
        with pytest.raises(FileRejected):
            prepare(upload(content, name, claimed))


def test_a_picture_that_is_also_a_web_page_is_only_a_picture_afterwards():
    ready = prepare(upload(picture() + b"<script>alert(document.cookie)</script>"))
    assert b"<script>" not in ready.content
    with_comment = picture("GIF", comment=b"<script>alert(1)</script>")
    assert b"<script>" in with_comment
    assert b"<script>" not in prepare(upload(with_comment)).content


@pytest.mark.parametrize("content", [picture()[:200], picture("PNG")[:60], HEIC[:300], b"\xff\xd8\xff" + bytes(50)])
def test_a_damaged_picture_is_refused_with_a_sentence(content, monkeypatch):
    # As the library that makes PDF leaves it.
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(FileRejected, match=r"."):
        prepare(upload(content))


def test_a_picture_bomb_is_refused_before_it_is_decoded():
    side = int(MAX_PIXELS**0.5) + 200
    bomb = io.BytesIO()
    Image.new("1", (side, side)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 200_000
    with pytest.raises(FileRejected):
        prepare(upload(bomb.getvalue()))
    huge = io.BytesIO()
    Image.new("1", (side * 3, side * 3)).save(huge, "PNG")
    with pytest.raises(FileRejected):
        prepare(upload(huge.getvalue()))


def test_a_document_bomb_is_refused():
    bomb = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b" " * 60_000_000})
    with pytest.raises(FileRejected):
        prepare(upload(bomb, "regneark.xlsx"))


def test_documents_are_known_by_their_content():
    out = io.BytesIO()
    Workbook().save(out)
    assert prepare(upload(out.getvalue(), "ark.jpg")).name == "ark.xlsx"
    assert prepare(upload(out.getvalue())).content_type == XLSX
    word = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    assert prepare(upload(word)).content_type == DOCX
    assert prepare(upload(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "x.exe")).name == "x.pdf"
    assert prepare(upload("Målt 4 %".encode("cp1252"), "notat.bat")).name == "notat.txt"
    assert prepare(upload(b"a;b\n1;2\n", "liste.csv")).content_type == "text/csv"


def test_a_document_with_macros_is_refused():
    macros = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"})
    with pytest.raises(FileRejected, match=r"ma[kc]ro"):
        prepare(upload(macros, "brev.docx"))


def test_too_large_too_many_and_empty_are_said_at_the_field():
    large = upload(b"x")
    large.size = MAX_BYTES + 1
    with pytest.raises(ValidationError, match="20 MB"):
        clean_uploads([large])
    with pytest.raises(ValidationError, match="10"):
        clean_uploads([upload(picture()) for _ in range(11)])
    with pytest.raises(ValidationError):
        clean_uploads([upload(b"")])
    assert clean_uploads([]) == []
    assert clean_uploads(None) == []


def test_the_message_names_the_file_that_is_wrong():
    with pytest.raises(ValidationError) as caught:
        clean_uploads([upload(picture(), "god.jpg"), upload(b"<html>", "ond.jpg")])
    assert len(caught.value.messages) == 1
    assert "ond" in caught.value.messages[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\plan.pdf", "plan.pdf"),
        ("rapport.jpg.exe", "rapport.jpg.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("Målinger  2026\n.pdf", "Målinger 2026.pdf"),
        ('a"b<c>:d|e?f*.pdf', "a_b_c_d_e_f_.pdf"),
        ("....", "file.pdf"),
        ("", "file.pdf"),
        (None, "file.pdf"),
        ("notat v. 2 endelig", "notat v. 2 endelig.pdf"),
    ],
)
def test_names_are_for_people(name, expected, settings):
    settings.LANGUAGE_CODE = "en"
    from django.utils import translation

    with translation.override("en"):
        assert clean_name(name, "application/pdf") == expected


def test_a_long_name_fits():
    assert len(clean_name("æ" * 400 + ".pdf", "application/pdf")) == MAX_NAME + 4

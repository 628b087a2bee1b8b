"""Texts from Word, HTML and Markdown, and to them: what comes along, what is refused, who may."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from PIL import Image

from hms.files.models import Attachment
from hms.reports.kinds import ReportGone
from hms.reports.models import ReportJob
from hms.tenancy.scope import tenant
from routines import services
from routines.exchange import giving, unpacking
from routines.exchange.bringing import CannotRead, bring
from routines.exchange.word import Sheet, write_word
from routines.models import Draft, Incoming
from tests.deviations.test_hostile_text import OURS
from tests.routines.helpers import TEXT, begin, draft_of, publish, url

NAUGHTY = [
    "<script>alert(1)</script>",
    "a | b",
    "\u202etest",
    "1. ikke et steg",
    "# ikke en overskrift",
    "**ikke fet**",
    "&lt;b&gt;",
]


def png(color: str = "#8a6d3b") -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(drawn, "PNG")
    return drawn.getvalue()


def word(change=None) -> bytes:
    document = Document()
    document.add_heading("Brannrutine", 0)
    document.add_heading("Gjør dette", 1)
    document.add_paragraph("Ring 110. ").add_run("Nå.").bold = True
    for words in ("Varsle", "Slukk"):
        document.add_paragraph(words, style="List Number")
    table = document.add_table(2, 2)
    for place, words in enumerate(("Hvem", "Hva", "Du", "melder")):
        table.cell(place // 2, place % 2).text = words
    document.add_picture(io.BytesIO(png()))
    document.add_heading("Etterpå", 2)
    for words in NAUGHTY:
        document.add_paragraph(words)
    if change:
        change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(data: bytes, parts: dict[str, bytes], name: str = "w") -> bytes:
    """The same file with other parts in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, name, zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry not in parts:
                new.writestr(entry, old.read(entry))
        for entry, content in parts.items():
            new.writestr(entry, content)
    return out.getvalue()


def main_part(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("word/document.xml")


def test_word_keeps_headings_lists_tables_and_pictures():
    brought = bring(word(), "brann.docx")
    assert brought.title == "Brannrutine"
    assert brought.text.startswith("# Gjør dette\n")
    assert "\n## Etterpå\n" in brought.text
    assert "1. Varsle\n2. Slukk" in brought.text
    assert "| Hvem | Hva |\n| --- | --- |\n| Du | melder |" in brought.text
    assert "**Nå.**" in brought.text
    assert len(brought.pictures) == 1
    assert not brought.notes


def test_what_was_no_mark_does_not_become_one():
    from routines.markdown import plain, render

    text = bring(word(), "brann.docx").text
    words = plain(text)
    for naughty in NAUGHTY:
        assert naughty in words
    html = str(render(text, {}))
    assert "<script" not in html
    assert html.count("<h2") == 1


@pytest.mark.parametrize(
    "parts",
    [
        {"word/vbaProject.bin": b"x"},
        {"word/embeddings/oleObject1.bin": b"MZ"},
        {"word/header1.xml": b"<x/>"},
        {"word/comments.xml": b"<x/>"},
    ],
)
def test_what_is_left_out_is_said(parts):
    brought = bring(repacked(word(), parts), "brann.docx")
    assert "Varsle" in brought.text
    assert len(brought.notes) == 1


def entity_bomb(data: bytes) -> bytes:
    lol = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 9))
    bomb = b'<!DOCTYPE x [<!ENTITY l0 "lol">' + lol + b"]>"
    part = main_part(data)
    return repacked(data, {"word/document.xml": part.replace(b"<w:document", bomb + b"<w:document", 1)})


HOSTILE = {
    "entities": entity_bomb,
    "entities in another encoding": lambda data: repacked(
        data, {"word/document.xml": b"<?xml version='1.0' encoding='cp037'?>" + "<!DOCTYPE x><x/>".encode("cp037")}
    ),
    "utf-16": lambda data: repacked(data, {"word/document.xml": main_part(data).decode().encode("utf-16")}),
    "bomb": lambda data: repacked(data, {"word/styles.xml": b" " * (unpacking.MOST_TEXT + 1)}),
    "bomb among pictures": lambda data: repacked(
        data, {"word/media/x.png": b"\0" * (unpacking.MOST_PICTURE + 1)}
    ),
    "too many parts": lambda data: repacked(data, {f"x/{n}": b"" for n in range(unpacking.MOST_ENTRIES + 1)}),
    "cut off": lambda data: data[: len(data) // 2],
    "no main part": lambda data: repacked(b"PK\x05\x06" + b"\0" * 18, {"hei.txt": b"hei"}),
    "no xml": lambda data: repacked(data, {"word/document.xml": b"hei"}),
    "deep": lambda data: repacked(data, {"word/document.xml": main_part(data).replace(
        b"<w:body>", b"<w:body>" + b"<w:smartTag>" * 20_000 + b"</w:smartTag>" * 20_000, 1
    )}),
    "old word": lambda data: b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    "pdf": lambda data: b"%PDF-1.7 hei",
    "program": lambda data: b"MZ\x90\0" + b"\0" * 100,
    "a text that is called docx": lambda data: b"# Hei\n\nIkke en Word-fil.\n",
    "control characters": lambda data: b"# Hei\n\n\x01\x02\x03\n",
    "rtf": lambda data: b"{\\rtf1 hei}",
    "empty": lambda data: b"   \n ",
    "too long": lambda data: b"hei " * 60_000,
    "deep html": lambda data: b"<html>" + b"<blockquote>" * 30_000 + b"hei",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_with_words(name):
    data = HOSTILE[name](word())
    ending = "html" if "html" in name else "docx" if "docx" in name or data.startswith(b"PK") else "md"
    with pytest.raises(CannotRead) as problem:
        bring(data, f"fil.{ending}")
    assert len(str(problem.value)) > 15


def test_picture_from_elsewhere_is_never_fetched(tmp_path):
    secret = tmp_path / "hemmelig.png"
    secret.write_bytes(png())
    data = word()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
    import re

    outside = re.sub(r'Target="media/image1.png"', f'Target="file://{secret}" TargetMode="External"', relations)
    changed = main_part(data).replace(b"r:embed=", b"r:link=")
    brought = bring(
        repacked(data, {"word/_rels/document.xml.rels": outside.encode(), "word/document.xml": changed}), "x.docx"
    )
    assert not brought.pictures
    assert len(brought.notes) == 1
    html = bring(f'<html><p>Hei<img src="file://{secret}" alt="skilt"></p>'.encode(), "x.html")
    assert not html.pictures
    assert "skilt" in html.text
    assert len(html.notes) == 1


def test_html_is_never_kept_raw():
    page = (
        "<!doctype html><title>Vask &amp; stell</title><style>p{}</style><script>alert(1)</script>"
        "<h2 onclick=x>Før</h2><p>Bruk <b>hansker</b>, <a href='javascript:alert(1)'>ja</a> "
        "<a href='https://example.no/x'>lenke</a></p><iframe src=x>nei</iframe><ul><li>en<ul><li>to</li></ul></li></ul>"
        "<form><input value=x></form><p>&lt;b&gt;tekst&lt;/b&gt;</p>"
    )
    brought = bring(page.encode(), "side.htm")
    assert brought.title == "Før"
    for never in ("script", "alert", "onclick", "iframe", "nei", "<p", "javascript"):
        assert never not in brought.text
    assert "- en\n  - to" in brought.text
    assert "[lenke](https://example.no/x)" in brought.text


def test_markdown_comes_back_as_it_went_out(cast):
    with tenant(cast.fjellvik):
        routine = publish(cast, title='Brann: "rød" knapp')
        made = giving.make({"routine": routine.pk, "version": 1, "format": "md", "slug": routine.slug}, cast.ingrid)
    assert made.name == f"{routine.slug}-v1.md"
    brought = bring(made.content, made.name)
    assert brought.title == 'Brann: "rød" knapp'
    assert brought.text == TEXT
    assert 'approved_by: "Helene Dahl"' in made.content.decode()


def test_word_comes_back_as_it_went_out(cast):
    text = (
        "# Først\n\n1. En\n2. To\n\n   - under\n\n# Så\n\n1. Ny liste\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n"
        "> Sitat\n\n**Fet** og *skrå* og [lenke](https://example.no)\n"
    )
    with tenant(cast.fjellvik):
        routine = publish(cast, text=text)
        made = giving.make({"routine": routine.pk, "version": 1, "format": "docx", "slug": "x"}, cast.ingrid)
    document = Document(io.BytesIO(made.content))
    assert document.core_properties.author == "Fjellvik kommune"
    assert document.tables[0].cell(0, 0).text
    back = bring(made.content, "x.docx")
    assert back.title == routine.title
    for part in (
        "# Først",
        "1. En\n2. To\n   - under",
        "# Så",
        "1. Ny liste",
        "| 1 | 2 |",
        "> Sitat",
        "**Fet**",
        "*skrå*",
    ):
        assert part in back.text
    assert "[lenke](https://example.no)" in back.text


@pytest.mark.parametrize("text", OURS)
def test_whatever_is_written_goes_out_and_comes_in(text):
    made = write_word(Sheet("Fjellvik", text, [("a", text)]), f"{text}\n\n- {text}\n\n| {text} |\n| --- |\n", {})
    assert bring(made, "x.docx").text


@pytest.fixture
def routine(cast):
    with tenant(cast.fjellvik):
        return begin(cast)


def bring_in(client, routine, data, name="brann.docx"):
    return client.post(url(routine, "utkast/hent-inn/"), {"file": SimpleUploadedFile(name, data)})


def test_text_is_looked_at_before_it_is_the_drafts(cast, client, routine):
    client.force_login(cast.amir.user)
    assert bring_in(client, routine, word()).status_code == 303
    page = client.get(url(routine, "utkast/hent-inn/vis/")).content.decode()
    assert "Varsle" in page
    with tenant(cast.fjellvik):
        assert draft_of(routine).text == TEXT
        picture = Attachment.objects.get(owner_kind="routines.incoming")
    assert f"/fjellvik/filer/{picture.pk}/" in page
    # Nobody else sees what waits, nor its picture.
    client.force_login(cast.sunniva.user)
    assert client.get(url(routine, "utkast/hent-inn/vis/")).status_code == 404
    assert client.get(f"/fjellvik/filer/{picture.pk}/{picture.name}").status_code == 404
    client.force_login(cast.amir.user)
    answer = client.post(
        url(routine, "utkast/hent-inn/vis/"), {"title": "Brannrutine", "place": "instead", "revision": 1}
    )
    assert answer.status_code == 303
    with tenant(cast.fjellvik):
        draft = draft_of(routine)
        assert (draft.title, draft.revision) == ("Brannrutine", 2)
        assert f"(fil:{picture.pk})" in draft.text
        picture.refresh_from_db()
        assert (picture.owner_kind, picture.owner_id) == ("routines.routine", routine.pk)
        assert not Incoming.objects.exists()
    # Twice is once.
    assert client.post(url(routine, "utkast/hent-inn/vis/"), {"title": "x"}).status_code == 404


def test_it_can_stand_after_the_text_or_be_thrown_away(cast, client, routine):
    client.force_login(cast.amir.user)
    bring_in(client, routine, b"# Mer\n\nHei\n", "mer.md")
    bring_in(client, routine, "# Mer\n\nHallå <b>der</b>\n".encode(), "mer.md")
    page = client.get(url(routine, "utkast/hent-inn/vis/")).content.decode()
    assert "&lt;b&gt;der" in page
    client.post(url(routine, "utkast/hent-inn/vis/"), {"title": "T", "place": "after", "revision": 1})
    bring_in(client, routine, word())
    assert client.post(url(routine, "utkast/hent-inn/forkast/")).status_code == 303
    with tenant(cast.fjellvik):
        assert draft_of(routine).text == TEXT + "\nHallå <b>der</b>\n"
        assert not Incoming.objects.exists()
        assert not Attachment.objects.exists()


def test_somebody_who_changed_the_draft_meanwhile_is_not_overwritten(cast, client, routine):
    client.force_login(cast.amir.user)
    bring_in(client, routine, word())
    with tenant(cast.fjellvik):
        services.save_draft(draft_of(routine), by=cast.sunniva, revision=1, text="Sunniva skrev dette.\n")
    answer = client.post(url(routine, "utkast/hent-inn/vis/"), {"title": "T", "place": "instead", "revision": 1})
    assert answer.status_code == 422
    with tenant(cast.fjellvik):
        assert draft_of(routine).text == "Sunniva skrev dette.\n"


def test_bad_file_is_said_at_the_field(cast, client, routine):
    client.force_login(cast.amir.user)
    answer = bring_in(client, routine, b"MZ\x90\0" + b"\0" * 50)
    assert answer.status_code == 422
    assert "Word (.docx), HTML" in answer.content.decode()


def test_only_writers_bring_in_and_only_while_it_is_written(cast, client, routine):
    for person in (cast.kari, cast.ingrid, cast.olav):
        client.force_login(person.user)
        assert bring_in(client, routine, word()).status_code in {403, 404}
    with tenant(cast.fjellvik):
        services.send(draft_of(routine), by=cast.amir, revision=1)
    client.force_login(cast.amir.user)
    assert bring_in(client, routine, word()).status_code == 409


def test_files_are_made_by_a_worker_for_those_who_may_read(cast, client, django_capture_on_commit_callbacks):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        draft = services.begin_draft(routine, by=cast.amir)
    client.force_login(cast.ingrid.user)
    assert client.get(url(routine, "last-ned/?utkast=1")).status_code in {403, 404}
    assert client.get(url(routine, "last-ned/?v=7")).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url(routine, "last-ned/"), {"format": "docx"}).status_code == 303
    assert client.post(url(routine, "last-ned/"), {"format": "exe"}).status_code == 422
    with tenant(cast.fjellvik):
        job = ReportJob.objects.get()
        assert (job.state, job.name) == ("done", f"{routine.slug}-v1.docx")
        wanted = {"routine": routine.pk, "draft": True, "format": "md", "slug": routine.slug}
        assert "status: " + json.dumps("draft") in giving.make(wanted, cast.amir).content.decode()
        for person in (cast.ingrid, cast.kari):
            with pytest.raises(ReportGone):
                giving.make(wanted, person)
        assert Draft.objects.get(pk=draft.pk).is_writable
    with tenant(cast.havbris), pytest.raises(ReportGone):
        giving.make({**wanted, "draft": False, "version": 1}, cast.olav)


def test_paper_says_who_approved_what_and_lists_the_versions(cast):
    from django.template.loader import render_to_string
    from django.utils import translation

    with tenant(cast.fjellvik):
        routine = publish(cast)
        publish(cast, routine, text="# Nytt\n\nHei\n\n# Mer\n\nHopp\n", change_note="Ring 113 først")
        edition = giving.find({"routine": routine.pk, "version": 1}, cast.ingrid)
        context, _files = giving.pdf_context(edition, cast.ingrid)
        with translation.override("en"):
            html = render_to_string("routines/routine_pdf.html", context)
    assert "This version is no longer in force." in html
    assert "Helene Dahl" in html
    assert "Ring 113 først" in html
    assert 'href="#om-blods' in html
    assert "style=" not in html

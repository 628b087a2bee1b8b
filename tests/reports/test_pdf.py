"""PDF from templates: real documents, nothing fetched from anywhere."""

import io
import sys

import pytest
from PIL import Image

from hms.organisations.models import Organisation
from hms.reports import pdf
from hms.reports.pdf import BASE, PdfUnavailable, _Shelf, engine, render_pdf


@pytest.fixture(params=["weasyprint", "plutoprint"])
def library(request, monkeypatch):
    """Each library in turn, where it works."""
    try:
        render = pdf.ENGINES[request.param]()
    except (ImportError, OSError):
        pytest.skip(f"{request.param} does not work on this machine")
    monkeypatch.setattr(pdf, "engine", lambda: render)
    return request.param


@pytest.fixture
def document(tmp_path, settings):
    """A template of the test's own, on the real base."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]

    def write(body: str) -> str:
        (tmp_path / "prove.html").write_text(
            '{% extends "reports/document.html" %}{% block title %}Prøve{% endblock %}{% block content %}'
            + body
            + "{% endblock %}",
            "utf-8",
        )
        return "prove.html"

    return write


CONTEXT = {"organisation": Organisation(name="Fjellvik kommune"), "made": "Laget i dag"}


def test_a_document_becomes_a_pdf(library, document):
    content = render_pdf(document("<h1>Løst rekkverk på Ørsta æøå</h1><p>Tekst</p>"), CONTEXT)
    assert content.startswith(b"%PDF-")
    assert len(content) > 3000


def test_pictures_handed_over_are_shown(library, document):
    picture = io.BytesIO()
    Image.effect_noise((300, 200), 80).convert("RGB").save(picture, "JPEG")
    template = document('<img src="/files/1" alt="Bilde">')
    without = render_pdf(template, CONTEXT)
    shown = render_pdf(template, CONTEXT, files={"1": picture.getvalue()})
    assert len(shown) > len(without) + 5000


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "https://example.com/x.png", "/files/2", "/static/js/app.js"],
)
def test_a_document_reaches_nothing_else(library, document, address):
    render_pdf(document(f'<img src="{address}"><link rel="stylesheet" href="{address}">'), CONTEXT)
    with pytest.raises(ValueError, match=r"document|picture|address"):
        _Shelf({"1": b""}).read(address if "://" in address else BASE.rstrip("/") + address)


@pytest.mark.parametrize("path", ["static/css/../../hms/settings.py", "static/css/%2e%2e/x", "static/css/..%2fx"])
def test_the_shelf_has_no_way_out(path):
    with pytest.raises(ValueError, match="address"):
        _Shelf({}).read(BASE + path)


def test_without_a_library_the_refusal_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    monkeypatch.setitem(sys.modules, "plutoprint", None)
    engine.cache_clear()
    with pytest.raises(PdfUnavailable, match="PDF"):
        engine()
    engine.cache_clear()

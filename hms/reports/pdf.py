"""PDF from a template: WeasyPrint where its libraries are, else PlutoPrint, else a clear refusal.

The renderer reaches nothing but this product's own style sheet and font and the pictures handed to it:
no network, no files of the machine.
"""

import importlib
import io
import mimetypes
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

# Never looked up: it makes relative addresses in the document and its style sheet meet in `_Shelf`.
BASE = "http://document.invalid/"
FONT = "fonts/inter-latin-wght-normal.woff2"


class PdfUnavailable(RuntimeError):
    """No PDF library works on this machine. The message is translated and ready to be shown."""

    def __init__(self) -> None:
        super().__init__(_("This server cannot make PDF files. Tell whoever runs it."))


class _Shelf:
    """Everything a document may refer to: `/static/css|fonts/…` and `/files/<key>`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def read(self, url: str) -> tuple[bytes, str]:
        """Content and media type. ValueError for everything that is not on the shelf."""
        parts = urlsplit(url)
        path = unquote(parts.path)
        if f"{parts.scheme}://{parts.netloc}/" != BASE:
            raise ValueError("A document may not refer to anything outside itself")
        if path.startswith("/files/"):
            key = path.removeprefix("/files/")
            if key not in self.files:
                raise ValueError("Unknown picture")
            return self.files[key], "image/png" if self.files[key].startswith(b"\x89PNG") else "image/jpeg"
        if path.startswith(("/static/css/", "/static/fonts/")) and ".." not in path:
            return _static(path.removeprefix("/static/")), mimetypes.guess_type(path)[0] or "font/woff2"
        raise ValueError("Unknown address")


@cache
def _static(path: str) -> bytes:
    found = finders.find(path) or Path(settings.STATIC_ROOT) / path
    return Path(found).read_bytes()


def _weasyprint() -> Callable[[str, _Shelf], bytes]:
    weasyprint = importlib.import_module("weasyprint")
    urls = importlib.import_module("weasyprint.urls")

    class Fetcher(urls.URLFetcher):
        """Gives what is on the shelf and opens nothing."""

        def __init__(self, shelf: _Shelf) -> None:
            super().__init__(allowed_protocols=())
            self.shelf = shelf

        def fetch(self, url: str, headers: Any = None) -> Any:
            content, media_type = self.shelf.read(url)
            return urls.URLFetcherResponse(url, content, {"Content-Type": media_type})

    def render(html: str, shelf: _Shelf) -> bytes:
        document = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=Fetcher(shelf))
        return document.write_pdf(pdf_variant="pdf/ua-1")

    return render


# PlutoPrint knows neither woff2 and variable fonts nor running strings: it gets two plain cuts of the font,
# and what would stand at the edge of every page stands once, at the top.
_PLUTO_STYLE = """
@font-face { font-family: Inter; src: url("/static/fonts/inter-400.ttf") format("truetype"); font-weight: 400 }
@font-face { font-family: Inter; src: url("/static/fonts/inter-650.ttf") format("truetype"); font-weight: 700 }
h1, h2, h3, th[scope=row], .rows thead th, .tag { font-weight: 700 }
.facts th[scope=row] { font-weight: 400 }
.organisation, .reference, .made { height: auto; font-size: 8.5pt; color: #4b5557 }
.made { margin-bottom: 10pt }
.timeline time { white-space: nowrap }
"""


@cache
def _cut(weight: int) -> bytes:
    """The product's font at one weight, as a plain TrueType font."""
    tt_font = importlib.import_module("fontTools.ttLib").TTFont(io.BytesIO(_static(FONT)))
    importlib.import_module("fontTools.varLib.instancer").instantiateVariableFont(
        tt_font, {"wght": weight}, inplace=True
    )
    tt_font.flavor = None
    out = io.BytesIO()
    tt_font.save(out)
    return out.getvalue()


def _plutoprint() -> Callable[[str, _Shelf], bytes]:
    plutoprint = importlib.import_module("plutoprint")

    class Fetcher(plutoprint.ResourceFetcher):
        """Gives what is on the shelf and opens nothing."""

        def __init__(self, shelf: _Shelf) -> None:
            super().__init__()
            self.shelf = shelf

        def fetch_url(self, url: str) -> Any:
            if cut := re.fullmatch(rf"{re.escape(BASE)}static/fonts/inter-(400|650)\.ttf", url):
                return plutoprint.ResourceData(_cut(int(cut[1])), "font/ttf", "")
            content, media_type = self.shelf.read(url)
            return plutoprint.ResourceData(content, media_type, "utf-8" if media_type == "text/css" else "")

    def render(html: str, shelf: _Shelf) -> bytes:
        book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, plutoprint.PAGE_MARGINS_NORMAL, plutoprint.MEDIA_TYPE_PRINT)
        book.custom_resource_fetcher = Fetcher(shelf)
        book.load_html(html, user_style=_PLUTO_STYLE, base_url=BASE)
        out = io.BytesIO()
        book.write_to_pdf_stream(out)
        return out.getvalue()

    return render


ENGINES: dict[str, Callable[[], Callable[[str, _Shelf], bytes]]] = {
    "weasyprint": _weasyprint,
    "plutoprint": _plutoprint,
}


@cache
def engine() -> Callable[[str, _Shelf], bytes]:
    """The first library that loads, remembered; loading WeasyPrint takes seconds, so workers do it at start.

    Raises:
        PdfUnavailable: when none does.
    """
    for load in ENGINES.values():
        try:
            return load()
        except (ImportError, OSError):  # OSError: the wheel is there, the system's Pango is not
            continue
    raise PdfUnavailable


def render_pdf(template: str, context: dict[str, Any], *, files: Mapping[str, bytes] | None = None) -> bytes:
    """A PDF of a template that extends `reports/document.html`.

    Args:
        template: rendered without a request, in the active language.
        context: must hold `organisation`.
        files: pictures by key, which the template shows as `/files/<key>`.

    Raises:
        PdfUnavailable: when this machine has no working PDF library.
    """
    html = render_to_string(template, context)
    return engine()(html, _Shelf(files or {}))

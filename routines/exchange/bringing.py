"""A file from somewhere else, read into a text that can become a draft. Writes nothing."""

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import mammoth
from bs4 import BeautifulSoup
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markdown_it import MarkdownIt

from routines.exchange.errors import CannotRead
from routines.exchange.to_markdown import title_of, to_markdown
from routines.exchange.unpacking import MOST_PICTURE, unpack
from routines.markdown import FILE, MOST_CHARACTERS, ROUTINE

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
MOST_PLAIN = 4 * MEGABYTE
MOST_PICTURES = 40
# A title is above the headings; where there is none, the headings move up again.
_STYLES = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        *(
            f"p[style-name='{word} {level}'] => h{min(level + 1, 6)}:fresh"
            for word in ("heading", "Heading")
            for level in range(1, 7)
        ),
        "p[style-name='Quote'] => blockquote > p:fresh",
    ]
)
_DATA = re.compile(r"^data:image/(?:png|jpeg|gif|webp);base64,(.*)$", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})(?= )", re.MULTILINE)
# What no text has, but every program and archive.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
# Word of before 2007, and whatever has a password.
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass
class Picture:
    """A picture that lay in the file. Its place in the text is `![words](key)`."""

    key: str
    content: bytes


@dataclass
class Brought:
    """A text as it was read, its pictures, and in plain words what could not be taken along."""

    title: str
    text: str
    pictures: list[Picture] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def bring(data: bytes, name: str) -> Brought:
    """Read a Word file (.docx), an HTML page or a Markdown text. What it is, is seen from its bytes; the name says only
    which of the two plain texts it is, and that what should be a Word file is none.

    Raises:
        CannotRead: with the reason, translated.
    """
    if len(data) > MOST_BYTES:
        raise CannotRead(_("The file is too large. Choose one under %(size)d MB.") % {"size": MOST_BYTES // MEGABYTE})
    ending = name.lower().rpartition(".")[2]
    if data.startswith(b"PK\x03\x04"):
        brought = _word(data)
    elif data.startswith(_OLD_OFFICE):
        raise CannotRead(_("This is an old Word file, or one with a password. Save it as .docx without a password."))
    elif ending in {"docx", "docm", "dotx"}:
        raise CannotRead(
            _("This is not a Word file, or it is damaged. Open it in Word, save it again and try once more.")
        )
    else:
        text = _decoded(data)
        looks_like_html = re.match(r"\s*(<!doctype html|<html|<\?xml)", text[:2000], re.IGNORECASE) is not None
        brought = _html(text) if looks_like_html or ending in {"html", "htm"} else _markdown(text)
    brought.text = brought.text.strip() + "\n" if brought.text.strip() else ""
    if not brought.text:
        raise CannotRead(_("There is no text in the file."))
    if len(brought.text) > MOST_CHARACTERS:
        raise CannotRead(_("The text is longer than a routine can be. Split it into several."))
    if not brought.title:
        _take_title(brought)
    return brought


def _decoded(data: bytes) -> str:
    """Plain text in UTF-8, in UTF-16 with its mark, or as Windows wrote it."""
    if len(data) > MOST_PLAIN:
        raise CannotRead(_("The file is too large. Choose one under %(size)d MB.") % {"size": MOST_PLAIN // MEGABYTE})
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if _CONTROL.search(text) or data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"{\\rtf")):
        raise CannotRead(_("We can read Word (.docx), HTML and Markdown. Save the file as one of these and try again."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


# --- Word ---


def _word(data: bytes) -> Brought:
    safe, notes = unpack(data)
    album = _Album()
    try:
        read = mammoth.convert_to_html(
            safe, style_map=_STYLES, include_embedded_style_map=False, external_file_access=False,
            convert_image=album.place,
        )  # fmt: skip
    except RecursionError as error:
        raise CannotRead(_("The text is nested too deeply to be read.")) from error
    except Exception as error:
        # Whatever the library stumbles over is the file's fault, and none of it is for the reader.
        raise CannotRead(_("The Word file is damaged. Open it in Word, save it once more and try again.")) from error
    if any("external" in message.message or "image" in message.message.lower() for message in read.messages):
        notes.append(_("Pictures that are not in the file itself are left out."))
    text = to_markdown(read.value, picture_scheme=album.scheme)
    return Brought("", text, album.pictures, notes + album.notes())


class _Album:
    """Takes in pictures while a text is read, and gives each a place in it."""

    def __init__(self) -> None:
        # Nobody can have written this in the text.
        self.scheme = f"bilde{secrets.token_hex(6)}"
        self.pictures: list[Picture] = []
        self.too_many = 0

    def place(self, image: Any) -> list[Any]:
        """What stands for a picture of Word's; without one it keeps its words."""
        with image.open() as opened:
            address = self.add(opened.read(MOST_PICTURE + 1))
        words = " ".join((image.alt_text or "").split())
        return [mammoth.html.element("img", {"src": address, "alt": words or _("Picture")})] if address else []

    def add(self, content: bytes) -> str:
        if len(self.pictures) >= MOST_PICTURES or len(content) > MOST_PICTURE:
            self.too_many += 1
            return ""
        key = f"{self.scheme}:{len(self.pictures) + 1}"
        self.pictures.append(Picture(key, content))
        return key

    def notes(self) -> list[str]:
        if not self.too_many:
            return []
        words = ngettext(
            "%(count)d picture is too large, or one too many, and is left out.",
            "%(count)d pictures are too large or too many, and are left out.",
            self.too_many,
        )
        return [words % {"count": self.too_many}]


# --- HTML ---


def _html(html: str) -> Brought:
    album, elsewhere = _Album(), 0
    try:
        soup = BeautifulSoup(html, "html.parser")
        images = soup.find_all("img")
        for image in images:
            address = _picture_in(str(image.get("src") or ""), album)
            elsewhere += not address
            image["src"] = address or ""
            image["alt"] = " ".join(str(image.get("alt") or "").split()) or _("Picture")
            if not address:
                image.replace_with(str(image["alt"]) if str(image["alt"]) != _("Picture") else "")
        html_again = str(soup) if images else html
    except RecursionError as error:
        raise CannotRead(_("The text is nested too deeply to be read.")) from error
    notes = [_left_elsewhere(elsewhere)] if elsewhere else []
    text = to_markdown(html_again, picture_scheme=album.scheme)
    brought = Brought("", text, album.pictures, notes + album.notes())
    _take_title(brought)
    brought.title = brought.title or title_of(html)
    return brought


def _picture_in(address: str, album: _Album) -> str:
    """The place of a picture that lies in its own address; nothing is ever fetched."""
    found = _DATA.match(address.strip())
    if not found:
        return ""
    try:
        return album.add(base64.b64decode(found[1], validate=False))
    except (binascii.Error, ValueError):
        return ""


def _left_elsewhere(count: int) -> str:
    words = ngettext(
        "%(count)d picture is not in the file. Bring it in under “Pictures and documents”.",
        "%(count)d pictures are not in the file. Bring them in under “Pictures and documents”.",
        count,
    )
    return words % {"count": count}


# --- Markdown ---


def _markdown(text: str) -> Brought:
    title, text = _front_matter(text)
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    inside = [child for token in tokens for child in token.children or ()]
    notes = []
    if any(token.type in {"html_block", "html_inline"} for token in [*tokens, *inside]):
        notes.append(_("The text holds HTML. It is shown as it is written; take it out where it is not wanted."))
    elsewhere = sum(
        not str(child.attrGet("src") or "").startswith((FILE, ROUTINE)) for child in inside if child.type == "image"
    )
    if elsewhere:
        notes.append(_left_elsewhere(elsewhere))
    return Brought(title, text, [], notes)


def _front_matter(text: str) -> tuple[str, str]:
    """The title that stands in the lines between `---` before a text, and the text without them."""
    found = re.match(r"---\n(.{0,5000}?)\n---\n", text, re.DOTALL)
    if not found:
        return "", text
    line = re.search(r"^title:\s*(.+)$", found[1], re.MULTILINE)
    title = line[1].strip() if line else ""
    try:
        title = str(json.loads(title))
    except ValueError:
        title = title.strip("'\"")
    return title[:160].strip(), text[found.end() :]


# --- both ---


def _take_title(brought: Brought) -> None:
    """A heading that comes first and is alone on the highest level is the title; the others move up as far as they can."""
    marks = [len(mark) for mark in _HEADING.findall(_without_code(brought.text))]
    if not marks:
        return
    first = re.match(r"(#{1,6}) +(.+)\n", brought.text)
    if first is not None and len(first[1]) == min(marks) and marks.count(min(marks)) == 1:
        rest = brought.text[first.end() :].strip()
        if not rest:
            return
        words = MarkdownIt("commonmark").parseInline(first[2])[0]
        brought.title = "".join(child.content for child in words.children or ())[:160].strip()
        brought.text, marks = rest + "\n", marks[1:]
    brought.text = _lifted(brought.text, min(marks, default=1) - 1)


def _without_code(text: str) -> str:
    return re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)


def _lifted(text: str, levels: int) -> str:
    """The text with every heading so many levels up; what stands in blocks of code is no heading."""
    parts = re.split(r"(^(?:```|~~~).*?^(?:```|~~~)[^\n]*$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(
        part if place % 2 else _HEADING.sub(lambda mark: "#" * max(len(mark[1]) - levels, 1), part)
        for place, part in enumerate(parts)
    )

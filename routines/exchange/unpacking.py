"""A Word file opened with care, before any library sees it.

What is handed on is a new, small archive that holds the text, its styles and its pictures and nothing else: no macros,
no embedded objects, no parts that nobody has counted. Sizes are those that were really unpacked, not those that the
archive claims.
"""

import io
import re
import zipfile
import zlib

from django.utils.translation import gettext as _

from routines.exchange.errors import CannotRead

MEGABYTE = 1024 * 1024
MOST_ENTRIES = 2000
# All text parts together; a book of 200,000 characters stays far below.
MOST_TEXT = 12 * MEGABYTE
MOST_PICTURE = 20 * MEGABYTE
MOST_PICTURES = 80 * MEGABYTE
MAIN = "word/document.xml"
TEXT_PARTS = {
    "[Content_Types].xml", "_rels/.rels", MAIN, "word/_rels/document.xml.rels", "word/styles.xml",
    "word/numbering.xml", "word/footnotes.xml", "word/endnotes.xml", "word/_rels/footnotes.xml.rels",
    "word/_rels/endnotes.xml.rels",
}  # fmt: skip
PICTURES = "word/media/"
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_PLAIN_ENCODINGS = {b"utf-8", b"us-ascii", b"ascii"}
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


def unpack(data: bytes) -> tuple[io.BytesIO, list[str]]:
    """The harmless part of a Word file, and in plain words what of it was left out.

    Raises:
        CannotRead: when it is no Word file, is damaged, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _copy(archive)
    except _DAMAGED as error:
        raise CannotRead(_("The Word file is damaged. Open it in Word, save it once more and try again.")) from error


def _copy(archive: zipfile.ZipFile) -> tuple[io.BytesIO, list[str]]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES:
        raise CannotRead(_("The Word file unpacks to something far too large."))
    if MAIN not in names or len(set(names)) != len(names):
        raise CannotRead(_("This is not a Word file we can read. Save it as .docx and try again."))
    if any(entry.flag_bits & 1 for entry in entries):
        raise CannotRead(_("The Word file has a password. Save it without one and try again."))
    kept = io.BytesIO()
    left = {"text": MOST_TEXT, "pictures": MOST_PICTURES}
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as copy:
        for entry in entries:
            if entry.filename in TEXT_PARTS:
                content = _read(archive, entry, left["text"])
                left["text"] -= len(content)
                _check_markup(content)
            elif entry.filename.startswith(PICTURES) and not entry.is_dir():
                content = _read(archive, entry, min(left["pictures"], MOST_PICTURE))
                left["pictures"] -= len(content)
            else:
                continue
            copy.writestr(entry.filename, content)
    kept.seek(0)
    return kept, _left_out(names)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """The bytes of one part, however large it says that it is; never more than `most`."""
    with archive.open(entry) as part:
        content = part.read(most + 1)
    if len(content) > most:
        raise CannotRead(_("The Word file unpacks to something far too large."))
    return content


def _check_markup(content: bytes) -> None:
    """Word writes plain UTF-8 without a document type; whatever has one is made to harm its reader."""
    declared = _ENCODING.match(content.removeprefix(b"\xef\xbb\xbf")[:200])
    is_plain = declared is None or declared[1].lower() in _PLAIN_ENCODINGS
    if b"\0" in content or b"<!DOCTYPE" in content.upper() or not is_plain:
        raise CannotRead(_("The Word file is damaged. Open it in Word, save it once more and try again."))


def _left_out(names: list[str]) -> list[str]:
    """What the file holds besides, in words."""
    said = {
        _("Macros are left out."): ("vbaproject", "activex/"),
        _("What stands at the top and bottom of every page is left out."): ("word/header", "word/footer"),
        _("Comments are left out."): ("word/comments",),
        _("Charts and drawn figures are left out. Save them as pictures and put them in."): (
            "word/charts/", "word/diagrams/", "word/drawings/",
        ),
        _("Files inside the file are left out. Bring them in under “Pictures and documents”."): ("word/embeddings/",),
    }  # fmt: skip
    lower = [name.lower() for name in names]
    return [words for words, parts in said.items() if any(part in name for name in lower for part in parts)]

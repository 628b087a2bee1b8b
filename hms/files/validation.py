"""What a file is, told from its bytes. Neither its name nor what the browser says about it is believed."""

import hashlib
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import Any

import filetype
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from hms.files.errors import FileRejected
from hms.files.images import DECODERS, Picture, reencode

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_FILES = 10
MAX_NAME = 100

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    PDF: ".pdf",
    DOCX: ".docx",
    XLSX: ".xlsx",
    "text/plain": ".txt",
    "text/csv": ".csv",
}
# A real document stays far below; a zip bomb must not reach whoever opens it.
MAX_ZIP_ENTRIES = 5000
MAX_UNZIPPED = 250 * MEGABYTE
MAX_ZIP_RATIO = 200
_OFFICE_MAIN_PART = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_ACTIVE_PARTS = ("vbaproject.bin", "activex/")
_TEXT_CONTROLS = set(range(32)) - {9, 10, 12, 13, 27}


@dataclass(frozen=True)
class Prepared:
    """A file that may be stored: its new bytes (or, for a document, the upload itself) and what it is."""

    name: str
    content: Any
    content_type: str
    size: int
    sha256: str
    picture: Picture | None = None


def prepare(upload: UploadedFile) -> Prepared:
    """Check one uploaded file and make it ready to be stored.

    The result is kept on the upload, so that a form's check and the later storing cost one decoding.

    Raises:
        FileRejected: with the reason, translated.
    """
    ready = getattr(upload, "_hms_prepared", None)
    if ready is None:
        ready = upload._hms_prepared = _prepare(upload)
    return ready


def _prepare(upload: UploadedFile) -> Prepared:
    if upload.size > MAX_BYTES:
        raise FileRejected(_("The file is too large. Choose one under %(size)d MB.") % {"size": MAX_BYTES // MEGABYTE})
    if not upload.size:
        raise FileRejected(_("The file is empty."))
    content_type = sniff(upload)
    upload.seek(0)
    if content_type in DECODERS:
        picture = reencode(upload, content_type)
        return Prepared(
            name=clean_name(upload.name, picture.content_type),
            content=picture.content,
            content_type=picture.content_type,
            size=len(picture.content),
            sha256=hashlib.sha256(picture.content).hexdigest(),
            picture=picture,
        )
    digest = hashlib.file_digest(upload, "sha256").hexdigest()
    upload.seek(0)
    return Prepared(clean_name(upload.name, content_type), upload, content_type, upload.size, digest)


def sniff(upload: UploadedFile) -> str:
    """The content type of a file that is allowed here, from its bytes alone.

    Raises:
        FileRejected: when it is something else.
    """
    upload.seek(0)
    head = upload.read(8192)
    guess = filetype.guess_mime(head)
    if guess in DECODERS or guess == PDF:
        return guess
    if head.startswith(b"PK\x03\x04"):
        return _office_document(upload)
    if guess is None:
        return _text(upload)
    raise _not_allowed()


def _not_allowed() -> FileRejected:
    return FileRejected(_("This kind of file cannot be attached. Use a picture, PDF, Word, Excel or plain text."))


def _office_document(upload: UploadedFile) -> str:
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        raise FileRejected(_("The document could not be read. It may be damaged.")) from None
    names = {entry.filename for entry in entries}
    unzipped = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ZIP_ENTRIES or unzipped > MAX_UNZIPPED or unzipped > max(upload.size, 50_000) * MAX_ZIP_RATIO:
        raise FileRejected(_("The document unpacks to something far too large."))
    if any(part in name.lower() for name in names for part in _ACTIVE_PARTS):
        raise FileRejected(_("The document contains macros. Save it without macros and try again."))
    kind = next((kind for part, kind in _OFFICE_MAIN_PART.items() if part in names), None)
    if kind is None or "[Content_Types].xml" not in names:
        raise _not_allowed()
    return kind


def _text(upload: UploadedFile) -> str:
    """Plain text or CSV; anything a browser or a shell could run is refused."""
    upload.seek(0)
    raw = upload.read()
    if any(byte in _TEXT_CONTROLS for byte in set(raw)):
        raise _not_allowed()
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:2]
    if start.startswith((b"<", b"#!", b"MZ")):
        raise _not_allowed()
    # One byte that is not UTF-8 makes it Windows-1252, which every byte is allowed in: served as it came.
    return "text/csv" if (upload.name or "").lower().endswith(".csv") else "text/plain"


def clean_name(name: str | None, content_type: str) -> str:
    """The name people see: no path, no invisible or turning characters, the extension that is true."""
    name = unicodedata.normalize("NFC", name or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(" " if char.isspace() else char for char in name)
    name = "".join(char for char in name if not unicodedata.category(char).startswith("C"))
    name = re.sub(r'[<>:"|?*%#;]+', "_", name)
    extension = EXTENSIONS[content_type]
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 5 or " " in ending:
        stem = name
    stem = re.sub(r"\s+", " ", stem).strip(" .")[:MAX_NAME].rstrip(" .")
    return f"{stem or _('file')}{extension}"

"""Texts that break programs, packed for a form's fields, and what must be true of every page, paper, table and mail."""

import csv
import html
import io
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.core.mail import EmailMultiAlternatives
from django.utils.html import escape
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

HERE = Path(__file__).resolve()
FILE = next(
    (
        found
        for parent in HERE.parents
        if (found := parent.parent / "shared/data/badinput/naughty_strings.json").exists()
    ),
    None,
)
WHY_NOT = "the list of hostile strings does not lie beside the checkout"
OURS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% load static %} %(name)s %s {0}",
    "'; DROP TABLE deviations_deviation; --",
    "Bcc: alle@fjellvik.example",
    "👩🏽‍🚒🔥 Å, Æ og Ø — «sitat»",
    "שלום مرحبا ‮baklengs‬",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "Donaudampfschifffahrt" * 200,
    "😀" * 4999,
    '=HYPERLINK("http://x")',
    "../../../etc/passwd",
    "_x000D_ _x0041_",
]
# What spreadsheets run; each must come first in a cell to be dangerous.
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1+1)"]
# How a text may end, so that it is known again wherever it should not be.
MARK = "øyenstikker"
TAG = re.compile(r"<[a-z/!?]", re.IGNORECASE)


def world() -> list[str]:
    """The world's list, without what no form takes (null characters) and what is a line break in itself."""
    assert FILE is not None
    values = [item["value"].strip() for item in json.loads(FILE.read_text(encoding="utf-8"))]
    return list(dict.fromkeys(value for value in values if value and "\0" not in value and "\n" not in value))


def packed(texts: Iterable[str], *, most: int, lines: bool, first: Sequence[str] = (), end: str = MARK) -> list[str]:
    """The texts in as few as fit a field; cut only where one alone is too long.

    Args:
        most: how long the field's text may be.
        lines: whether it has several lines.
        first: texts that must each stand at the beginning.
        end: what each ends with.
    """
    joint, room = ("\r\n" if lines else " "), most - len(end) - 2
    made: list[list[str]] = [[text] for text in first]
    for text in texts:
        piece = text[:room].strip()
        fits = [parts for parts in made if _length(parts, joint) + len(joint) + len(piece) <= room]
        if fits:
            fits[0].append(piece)
        else:
            made.append([piece])
    return [joint.join([*parts, end]).strip() for parts in made]


def _length(parts: list[str], joint: str) -> int:
    return len(joint.join(parts))


def harmless(page: str, where: object, texts: Iterable[str] = ()) -> None:
    """Nothing of what was written became markup."""
    for bad in ("<script>alert", "<img src=x"):
        assert bad not in page, (where, bad)
    for text in texts:
        for line in lines_of(text):
            assert not TAG.search(line) or line not in page, (where, line[:200])


def lines_of(text: str) -> list[str]:
    return [line for line in re.split(r"\r\n|\n", text) if line.strip()]


def shown(text: str, page: str, where: object) -> None:
    """A page or paper has the text, escaped and unchanged, line by line."""
    for line in lines_of(text):
        assert escape(line) in page, (where, line[:200])


def kept(text: str, page: str) -> bool:
    """Whether a form that was refused still holds what was written."""
    return text in html.unescape(page)


def cells(content: bytes, ending: str) -> list[dict[str, str]]:
    """The rows of a table as a spreadsheet reads them."""
    if ending == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    header, *rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    read = [["" if cell is None else unescape(str(cell)) for cell in row] for row in rows]
    return [dict(zip(header, row, strict=True)) for row in read]


def in_table(text: str, ending: str) -> str:
    """What a cell with the text must hold: in CSV an apostrophe first where it would be run as a formula."""
    if ending == "csv":
        return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
    return text.replace("\r\n", "\n")


def told(messages: Iterable[EmailMultiAlternatives], *, secret: Iterable[str]) -> None:
    """Mails with headers that are one line each, harmless HTML, and nothing of what stays inside."""
    for message in messages:
        head = message.message().as_string().partition("\n\n")[0]
        assert "\nBcc:" not in head, message.subject
        assert len(message.recipients()) == 1, message.subject
        pages = [str(part.content) for part in message.alternatives]
        for page in pages:
            harmless(page, message.subject)
        for part in (message.subject, message.body, *pages):
            assert not any(mark in part for mark in secret), (message.subject, part)

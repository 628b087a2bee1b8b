"""Tables that are given out: what stands in a cell is what was written, and nothing in it is run or read as markup."""

import csv
import io

import pytest
from openpyxl import load_workbook

from hms.core.spreadsheets import WRITERS
from hms.core.tabular import read_table

TEXTS = [
    "<r><t>fet</t></r>",
    "<r></is></c><c r=\"A9\" t=\"str\"><f>HYPERLINK(\"http://x\")</f><v>Klikk</v></c></r>",
    "<r>",
    "_x000D_ og _x0041_",
    "én linje\r\nog én til",
    "=1+1",
    "{=1+1}",
    "  +1",
    "\x1b[0;31mrødt",
    "&amp; <b>",
]  # fmt: skip


def written(ending: str) -> bytes:
    file = io.BytesIO()
    writer = WRITERS[ending](file, ["Tekst", "Etter"])
    for text in TEXTS:
        writer.row([text, "x"])
    writer.close()
    return file.getvalue()


def test_a_workbook_holds_text_as_text():
    """Also what the library would take for its own markup, which would make cells and formulas of it."""
    sheet = load_workbook(io.BytesIO(written("xlsx"))).active
    assert sheet.max_row == len(TEXTS) + 1
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr"}
    assert [cell.value for cell in sheet["B"]][1:] == ["x"] * len(TEXTS)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_given_out_as_a_workbook_can_be_read_in_again(text):
    content = written("xlsx")
    read = read_table(io.BytesIO(content)).rows[TEXTS.index(text)]
    assert read == [text.replace("\r\n", "\n"), "x"]


def test_csv_holds_what_was_written_with_an_apostrophe_before_formulas():
    rows = list(csv.reader(io.StringIO(written("csv").decode("utf-8-sig"), newline=""), delimiter=";"))[1:]
    assert [row[0] for row in rows] == [f"'{text}" if text.strip()[0] in "=+" else text for text in TEXTS]


def test_half_a_character_in_a_workbook_is_left_as_it_stands():
    file = io.BytesIO()
    writer = WRITERS["xlsx"](file, ["Tekst"])
    writer.sheet._escape_control_characters = lambda text: text
    for text in ("_xD800_", "a_x000d_\nb"):
        writer.row([text])
    writer.close()
    assert [row[0] for row in read_table(io.BytesIO(file.getvalue())).rows] == ["_xD800_", "a\r\nb"]

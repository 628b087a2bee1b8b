"""Writing tables for spreadsheets, a row at a time: however many rows, memory stays the same.

`hms.core.tabular` reads them.
"""

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from functools import cache
from typing import IO, Any, Protocol

from django.utils import timezone

# What makes a spreadsheet take a cell for a formula; the wide ones are normalised by some to the others.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# More does not fit in a cell of a workbook.
LONGEST_CELL = 32_767

Value = str | int | datetime.date | datetime.time | None


class Writer(Protocol):
    """Takes rows, and finishes the file."""

    def row(self, values: Sequence[Value]) -> None:
        """Write one row."""

    def close(self) -> None:
        """Finish; the file is complete afterwards and still open."""


def harmless(cell: str) -> str:
    """The cell with an apostrophe before whatever would make it a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell


class CsvWriter:
    """For Norwegian spreadsheets: UTF-8 with a mark, semicolons, Norwegian dates, no cell that is run as a formula."""

    content_type = "text/csv; charset=utf-8"
    ending = "csv"

    def __init__(self, file: IO[bytes], headers: Sequence[str]) -> None:
        self.text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
        self.writer = csv.writer(self.text, delimiter=";", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
        self.row(headers)

    def row(self, values: Sequence[Value]) -> None:
        self.writer.writerow([self._cell(value) for value in values])

    def _cell(self, value: Value) -> str | int:
        if isinstance(value, datetime.datetime):
            return f"{timezone.localtime(value):%d.%m.%Y %H:%M}"
        if isinstance(value, datetime.date):
            return f"{value:%d.%m.%Y}"
        if isinstance(value, datetime.time):
            return f"{value:%H:%M}"
        return harmless(value) if isinstance(value, str) else "" if value is None else value

    def close(self) -> None:
        # Given back, so that the file outlives its wrapper.
        self.text.flush()
        self.text.detach()


class XlsxWriter:
    """A workbook: dates are dates, numbers are numbers, and text is text whatever it begins with."""

    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ending = "xlsx"

    def __init__(self, file: IO[bytes], headers: Sequence[str], *, sheet: str = "") -> None:
        from xlsxwriter import Workbook

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = Workbook(file, options)
        self.sheet = self.book.add_worksheet(sheet[:31] or None, worksheet_class=_plain_sheet())
        # Workbooks know no time zone, and show dates in the reader's own way.
        self.day = self.book.add_format({"num_format": 14})
        self.moment = self.book.add_format({"num_format": 22})
        self.time = self.book.add_format({"num_format": 20})
        bold = self.book.add_format({"bold": True})
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, max(len(headers) - 1, 0), 18)
        for column, header in enumerate(headers):
            self.sheet.write_string(0, column, header, bold)
        self.at, self.width = 1, len(headers)

    def row(self, values: Sequence[Value]) -> None:
        for column, value in enumerate(values):
            self._cell(column, value)
        self.at += 1

    def _cell(self, column: int, value: Value) -> None:
        if isinstance(value, datetime.datetime):
            self.sheet.write_datetime(self.at, column, timezone.localtime(value).replace(tzinfo=None), self.moment)
        elif isinstance(value, datetime.date):
            self.sheet.write_datetime(self.at, column, value, self.day)
        elif isinstance(value, datetime.time):
            self.sheet.write_datetime(self.at, column, value, self.time)
        elif isinstance(value, int):
            self.sheet.write_number(self.at, column, value)
        elif value:
            self.sheet.write_string(self.at, column, _fitting(value))

    def close(self) -> None:
        if self.at > 1:
            self.sheet.autofilter(0, 0, self.at - 1, self.width - 1)
        self.book.close()


@cache
def _plain_sheet() -> type[Any]:
    """A sheet on which text is text: the library takes what begins with `<r>` and ends with `</r>` for its own markup,
    and would write it as it stands."""
    from xlsxwriter.worksheet import Worksheet

    class PlainSheet(Worksheet):
        def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
            self._xml_inline_string(string, True, attributes)

    return PlainSheet


def _fitting(text: str) -> str:
    # A line break in a workbook is one character; browsers send two, and some readers would show the other as text.
    text = text.replace("\r\n", "\n")
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


WRITERS: dict[str, type[CsvWriter] | type[XlsxWriter]] = {"csv": CsvWriter, "xlsx": XlsxWriter}


def write_all(writer: Writer, rows: Iterable[Sequence[Value]]) -> int:
    """Write rows and finish. Returns how many there were."""
    count = 0
    for row in rows:
        writer.row(row)
        count += 1
    writer.close()
    return count


def file_name(stem: str, ending: str) -> str:
    """`avvik-2026-11-27.csv`: files of the same day belong together when sorted."""
    return f"{stem}-{timezone.localdate()}.{ending}"

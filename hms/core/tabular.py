"""Reading tables that people upload: CSV in every dialect Norwegian offices make, and XLSX.

`read_table()` gives text cells only; what they mean is for the import that asked. Nothing is guessed silently:
what was mended stands in `Table.warnings`, ready to be shown.
"""

import csv
import datetime
import gzip
import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
MAX_UNPACKED_WORKBOOK = 200 * MEGABYTE
MAX_ROWS = 100_000
MAX_COLUMNS = 500
DELIMITERS = ",;\t|"
SAMPLE_ROWS = 200

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
# How a workbook writes a character that XML cannot hold; halves of a character are none.
_ESCAPED = re.compile(r"_x((?!d[89a-f])[0-9a-f]{4})_", re.IGNORECASE)


class TabularError(ValueError):
    """The file cannot be read as a table. The message is translated and says what to do."""


@dataclass
class Table:
    """A table of text.

    Attributes:
        headers: trimmed and unique names, one for every column.
        rows: as many cells as headers; values are as they stood in the file, blanks included.
        numbers: the row number of every row as a spreadsheet shows it (the header is usually 1).
        encoding: of a CSV file; "xlsx" for a workbook.
        delimiter: of a CSV file; empty for a workbook.
        warnings: what was mended or left out, translated.
    """

    headers: list[str]
    rows: list[list[str]]
    encoding: str
    delimiter: str
    numbers: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def column(self, *names: str) -> int | None:
        """Place of the first column with one of these names, whatever case, spacing or hyphens; None when absent."""
        wanted = {matching_name(name) for name in names}
        return next((i for i, header in enumerate(self.headers) if matching_name(header) in wanted), None)


def matching_name(name: str) -> str:
    """A header as it is compared: «E-post » and «e post» are the same."""
    return re.sub(r"[\s_.\-*:/()]+", "", name.casefold())


def read_table(file: IO[bytes] | bytes | str | Path, *, sheet: str | None = None) -> Table:
    """Read an uploaded table.

    Args:
        file: an open binary file (an upload), bytes, or a path. CSV, CSV packed with gzip, or XLSX; what it is
            is seen from its content, never from its name.
        sheet: name of the worksheet; the first when left out.

    Raises:
        TabularError: when it is too large, empty, damaged or no table.
    """
    data = _bytes_of(file)
    if data.startswith(GZIP):
        data = _unpacked(data)
    if data.startswith(ZIP):
        return _workbook(data, sheet)
    if data.startswith(OLD_OFFICE):
        raise TabularError(
            _("This is an old or password-protected Excel file. Save it as .xlsx without a password and try again.")
        )
    return _csv(data)


def _bytes_of(file: IO[bytes] | bytes | str | Path) -> bytes:
    if isinstance(file, bytes):
        data = file[: MAX_BYTES + 1]
    elif isinstance(file, str | Path):
        with Path(file).open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    else:
        file.seek(0)
        data = file.read(MAX_BYTES + 1)
    return _within_limit(data)


def _within_limit(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise TabularError(
            _("The file is too large. Split it into files under %(size)d MB.") % {"size": MAX_BYTES // MEGABYTE}
        )
    return data


def _unpacked(data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as opened:
            return _within_limit(opened.read(MAX_BYTES + 1))
    except (OSError, EOFError, zlib.error) as error:
        raise TabularError(_("The packed file is damaged. Make it again and try once more.")) from error


# --- CSV ---


def _csv(data: bytes) -> Table:
    text, encoding = _decode(data)
    notes: list[str] = []
    if encoding == "windows-1252":
        notes.append(_("The file was read as Windows-1252. Check that æ, ø and å look right."))
    delimiter, text = _declared_delimiter(text)
    delimiter = delimiter or _likely_delimiter(text)
    try:
        records = list(_records(text, delimiter, strict=True))
    except csv.Error:
        try:
            records = list(_records(text, delimiter, strict=False))
        except csv.Error as error:
            raise TabularError(
                _(
                    "A cell is too long, or a quotation mark is missing. Open the file in a spreadsheet and save it anew."
                )
            ) from error
        notes.append(_("Some quotation marks do not match. Check the rows below before you go on."))
    return _table(records, encoding, delimiter, notes)


def _decode(data: bytes) -> tuple[str, str]:
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            text = _strictly(data, "utf-8-sig" if name == "utf-8" else name)
            return _without_nul(text), name
    if b"\0" in data:
        name = _utf_16_without_mark(data)
        return _without_nul(_strictly(data, name)), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _strictly(data, "windows-1252"), "windows-1252"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise TabularError(
            _("We cannot read the letters in this file. Save it as “CSV UTF-8” or as .xlsx and try again.")
        ) from error


def _utf_16_without_mark(data: bytes) -> str:
    """Latin text in UTF-16 has a NUL in every other byte, always on the same side."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 4 and even == 0:
        return "utf-16-le"
    if even > len(sample) // 4 and odd == 0:
        return "utf-16-be"
    raise TabularError(_not_a_table())


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise TabularError(_not_a_table())
    return text


def _not_a_table() -> str:
    return _("This does not look like a table: it holds characters that no text has. Use a CSV or .xlsx file.")


def _declared_delimiter(text: str) -> tuple[str, str]:
    """Excel's own first line `sep=;`."""
    match = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    return (match[1], text[match.end() :]) if match else ("", text)


def _records(text: str, delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    # newline="" keeps line breaks inside quoted cells as they are.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _likely_delimiter(text: str) -> str:
    """The one that divides the header, and divides the rows most evenly."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        sample: list[list[str]] = []
        try:
            for record in _records(text, delimiter, strict=False):
                if any(cell.strip() for cell in record):
                    sample.append(record)
                if len(sample) == SAMPLE_ROWS:
                    break
        except csv.Error:
            continue
        if not sample or len(sample[0]) < 2:
            continue
        width, evenly = Counter(len(record) for record in sample).most_common(1)[0]
        score = (evenly / len(sample) if width > 1 else 0.01, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


# --- XLSX ---


def _workbook(data: bytes, sheet: str | None) -> Table:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _check_archive(data)
    try:
        # openpyxl warns about decoration it does not know; that says nothing about the cells.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                worksheet, notes = _worksheet(workbook, sheet)
                # Some programs write a wrong size into the file; the rows themselves are right.
                worksheet.reset_dimensions()
                records = _limited([_text(value) for value in row] for row in worksheet.iter_rows(values_only=True))
            finally:
                workbook.close()
    except TabularError:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        SyntaxError,
        EOFError,
        OverflowError,
        AssertionError,
    ) as error:
        raise TabularError(_damaged_workbook()) from error
    return _table(records, "xlsx", "", notes)


def _damaged_workbook() -> str:
    return _("We cannot read this workbook. Open it in a spreadsheet, save it as .xlsx and try again.")


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise TabularError(_("This is not an Excel workbook. Save it as .xlsx or CSV and try again."))
            if sum(member.file_size for member in members) > MAX_UNPACKED_WORKBOOK:
                raise TabularError(
                    _("The file is too large. Split it into files under %(size)d MB.") % {"size": MAX_BYTES // MEGABYTE}
                )
            for member in members:
                # A workbook never has a document type; one that does is made to harm the reader.
                if (
                    member.filename.endswith((".xml", ".rels"))
                    and b"<!DOCTYPE" in archive.open(member).read(4096).upper()
                ):
                    raise TabularError(_damaged_workbook())
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise TabularError(_damaged_workbook()) from error


def _worksheet(workbook: Any, sheet: str | None) -> tuple[Any, list[str]]:
    worksheets = workbook.worksheets
    if sheet is not None:
        for worksheet in worksheets:
            if worksheet.title == sheet:
                return worksheet, []
        raise TabularError(
            _("There is no sheet “%(sheet)s”. The workbook has: %(sheets)s.")
            % {"sheet": sheet, "sheets": ", ".join(worksheet.title for worksheet in worksheets)}
        )
    if not worksheets:
        raise TabularError(_damaged_workbook())
    notes = []
    if len(worksheets) > 1:
        notes.append(
            _("The workbook has several sheets. Only the first, “%(sheet)s”, was read.")
            % {"sheet": worksheets[0].title}
        )
    return worksheets[0], notes


def _text(value: Any) -> str:
    """A cell as text: ISO dates, whole numbers without decimals, a formula as the value it last had."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat("seconds")
    return _without_nul(_unescaped(str(value)))


def _unescaped(text: str) -> str:
    """A workbook writes what XML cannot hold, such as a carriage return, as `_x000D_`; the library leaves it so."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


# --- both ---


def _limited(records: Iterable[list[str]]) -> list[list[str]]:
    kept: list[list[str]] = []
    for record in records:
        kept.append(record)
        if len(kept) > MAX_ROWS + 1:
            _refuse_rows(MAX_ROWS + 1)
    return kept


def _refuse_rows(count: int) -> None:
    if count > MAX_ROWS:
        raise TabularError(
            _("The table has too many rows. Split it into files of at most %(rows)s rows.")
            % {"rows": f"{MAX_ROWS:,}".replace(",", " ")}
        )


def _table(records: list[list[str]], encoding: str, delimiter: str, notes: list[str]) -> Table:
    filled = [
        (number, record) for number, record in enumerate(records, start=1) if any(cell.strip() for cell in record)
    ]
    if not filled:
        raise TabularError(_("The file is empty. It needs a row of column names and at least one row below."))
    (_number, header), *body = filled
    _refuse_rows(len(body))
    width = max(len(record) for _n, record in filled)
    while width > 1 and not any(len(record) >= width and record[width - 1].strip() for _n, record in filled):
        width -= 1
    if width > MAX_COLUMNS:
        raise TabularError(_("The table has too many columns. Keep at most %(columns)d.") % {"columns": MAX_COLUMNS})
    named = len(_trim_end(header))
    short = sum(1 for _n, record in body if len(record) < min(named, width))
    long = sum(1 for _n, record in body if len(_trim_end(record)) > named)
    if short:
        notes.append(
            ngettext(
                "%(count)d row has fewer cells than there are column names. The rest were left empty.",
                "%(count)d rows have fewer cells than there are column names. The rest were left empty.",
                short,
            )
            % {"count": short}
        )
    if long:
        notes.append(
            ngettext(
                "%(count)d row has more cells than there are column names. The extra columns were given names.",
                "%(count)d rows have more cells than there are column names. The extra columns were given names.",
                long,
            )
            % {"count": long}
        )
    return Table(
        headers=_unique([*header[:width], *[""] * (width - len(header))], notes),
        rows=[[*record[:width], *[""] * (width - len(record))] for _n, record in body],
        numbers=[number for number, _record in body],
        encoding=encoding,
        delimiter=delimiter,
        warnings=notes,
    )


def _trim_end(record: list[str]) -> list[str]:
    end = len(record)
    while end and not record[end - 1].strip():
        end -= 1
    return record[:end]


def _unique(header: list[str], notes: list[str]) -> list[str]:
    names: list[str] = []
    repeated: list[str] = []
    for place, raw in enumerate(header, start=1):
        name = " ".join(raw.replace("\ufeff", "").split()) or _("Column %(number)d") % {"number": place}
        if name in names:
            repeated.append(name)
            copy = 2
            while f"{name} ({copy})" in names:
                copy += 1
            name = f"{name} ({copy})"
        names.append(name)
    if repeated:
        notes.append(
            _("Several columns have the same name. The later ones were numbered: %(names)s.")
            % {"names": ", ".join(dict.fromkeys(repeated))}
        )
    return names

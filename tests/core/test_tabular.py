"""Tables as people make them: every dialect gives the same rows, and what cannot be read says why."""

import csv
import datetime
import gzip
import io
import zipfile

import pytest
from django.conf import settings
from django.utils import translation
from openpyxl import Workbook

from hms.core import tabular
from hms.core.tabular import TabularError, read_table

ROWS = [
    ["Navn", "Sted", "Notat"],
    ["Åse Ørn", "Bodø; havna", 'Sa "hei"\nog gikk'],
    ["Per", "Oslo, sør", " to blanke  "],
]


def as_csv(delimiter: str, rows=ROWS) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def workbook(*rows, **sheets) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title, content in sheets.items():
        sheet = book.create_sheet(title)
        for row in content:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1252"]
)
def test_every_dialect_gives_the_same_rows(delimiter, encoding):
    table = read_table(as_csv(delimiter).encode(encoding))
    assert table.headers == ROWS[0]
    assert table.rows == ROWS[1:]
    assert table.delimiter == delimiter
    assert table.numbers == [2, 3]
    assert bool(table.warnings) == (encoding == "windows-1252")


def test_packed_file_open_file_and_path_are_read_alike(tmp_path):
    packed = gzip.compress(as_csv(";").encode())
    path = tmp_path / "people.csv.gz"
    path.write_bytes(packed)
    assert read_table(packed).rows == read_table(io.BytesIO(packed)).rows == read_table(path).rows == ROWS[1:]


def test_delimiter_that_the_file_declares_is_believed():
    assert read_table(b"sep=;\r\na;b,c\r\n1;2,5\r\n").rows == [["1", "2,5"]]


def test_comma_in_free_text_does_not_win_over_the_header():
    table = read_table("Sted;Hva\nOslo;is, snø, slaps, regn\nBodø;vind, sjø, is, mer is\n".encode())
    assert (table.delimiter, table.headers) == (";", ["Sted", "Hva"])


def test_ragged_rows_blank_lines_and_odd_headers_are_mended_and_told():
    with translation.override("en"):
        table = read_table(b"\n Dato ;Type;;Type\n1;2\n\n1;2;3;4;5\n;;;\n")
    assert table.headers == ["Dato", "Type", "Column 3", "Type (2)", "Column 5"]
    assert table.rows == [["1", "2", "", "", ""], ["1", "2", "3", "4", "5"]]
    assert table.numbers == [3, 5]
    assert len(table.warnings) == 3


def test_unmatched_quotes_are_read_with_a_warning():
    table = read_table(b'a,b\n"x"y,2\n')
    assert table.rows == [["xy", "2"]]
    assert len(table.warnings) == 1


def test_columns_are_found_whatever_the_spelling():
    table = read_table(b"E-post ;Ansatt nr.;FORNAVN\n" + b"a;b;c\n")
    assert table.column("e_post", "epost") == 0
    assert table.column("ansattnr") == 1
    assert table.column("given name", "fornavn") == 2
    assert table.column("phone") is None


def test_workbook_cells_become_plain_text():
    data = workbook(
        ["Dato", "Tid", "Kl", "Tall", "Brøk", "Sant", "Tom", "Tekst"],
        [
            datetime.datetime(2026, 5, 17),
            datetime.datetime(2026, 5, 17, 8, 30),
            datetime.time(7, 5),
            923609016.0,
            0.1,
            True,
            None,
            " 007 ",
        ],
    )
    table = read_table(data)
    assert table.rows == [["2026-05-17", "2026-05-17 08:30:00", "07:05:00", "923609016", "0.1", "TRUE", "", " 007 "]]
    assert (table.encoding, table.delimiter, table.warnings) == ("xlsx", "", [])


def test_formula_is_never_run():
    assert read_table(workbook(["Sum", "Navn"], ["=1+1", "Per"])).rows == [["", "Per"]]


def test_sheet_is_chosen_by_name():
    data = workbook(["a"], ["1"], Folk=[["b"], ["2"]])
    assert read_table(data).rows == [["1"]]
    assert len(read_table(data).warnings) == 1
    assert read_table(data, sheet="Folk").headers == ["b"]
    with pytest.raises(TabularError, match="Folk"):
        read_table(data, sheet="Finnes ikke")


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\n",
        b"a,b\nx\0y,1\n",
        b"%PDF-1.7\n\0\x01\x02binary\0\0",
        b"a,b\n\x81\x8d,1\n",
        b"\xff\xfea\x00\x00\xd8",
        gzip.compress(b"a,b\n1,2\n")[:-6],
        tabular.OLD_OFFICE + b"\0" * 100,
        _zip(content=b"<office/>"),
        _zip(xl__workbook=b"<broken"),
        _zip(xl__workbook=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        workbook(["a"], ["1"])[:-40],
        b'a,b\n"' + b"x" * 200_000 + b'",1\n',
        (";".join(f"k{i}" for i in range(501)) + "\n").encode(),
    ],
    ids=[
        "empty",
        "blank",
        "nul",
        "pdf",
        "no-encoding",
        "half-utf16",
        "half-gzip",
        "old-excel",
        "other-zip",
        "broken-xml",
        "doctype",
        "half-workbook",
        "huge-cell",
        "columns",
    ],
)
def test_what_is_no_table_is_refused_with_words(data):
    with pytest.raises(TabularError) as caught:
        read_table(data)
    assert len(str(caught.value)) > 20


def test_size_and_rows_have_limits(monkeypatch):
    monkeypatch.setattr(tabular, "MAX_BYTES", 1000)
    with pytest.raises(TabularError):
        read_table(b"a,b\n" * 300)
    with pytest.raises(TabularError):
        read_table(gzip.compress(b"a,b\n" * 3000))
    monkeypatch.undo()
    monkeypatch.setattr(tabular, "MAX_ROWS", 10)
    assert len(read_table(b"a,b\n" + b"1,2\n" * 10).rows) == 10
    with pytest.raises(TabularError):
        read_table(b"a,b\n" + b"1,2\n" * 11)
    with pytest.raises(TabularError):
        read_table(workbook(["a"], *[["1"]] * 11))


REAL = settings.ROOT.parent / "shared" / "data"
# Rows × columns as counted by others than us.
REAL_FILES = {
    "calendar/helligdager_no_2024-2028.csv": (59, 3),
    "incidents/osha_construction_A.csv.gz": (2259, 10),
    "incidents/osha_construction_A_first1000.xlsx": (1000, 10),
    "incidents/osha_fatalities_2009-2018.csv.gz": (11396, 8),
    "incidents/osha_fy10_raw.csv": (1165, 6),
    "incidents/osha_fy12_raw.csv": (1093, 6),
    "incidents/osha_severe_injury_20rows.csv": (20, 26),
    "incidents/safenet_even_years.csv.gz": (1258, 24),
    "incidents/skredhendelser_alvorsgrad_til_2016-17.csv": (177, 19),
    "incidents/skredulykker_til_2016-17.csv": (177, 10),
    "incidents/skredulykker_til_2016-17.xlsx": (177, 10),
    "org/brreg_konsern_utdrag.csv": (38, 8),
    "risk/faregrader_ofoten_2013-2018.csv": (1000, 7),
    "risk/faremeldinger_2017-18_A.csv": (499, 7),
    "risk/risk-matrix-3x3-mult.cells.csv": (9, 7),
    "risk/risk-matrix-4x4-ebios-rm.cells.csv": (16, 7),
    "risk/risk-matrix-6x6-detailed.cells.csv": (36, 7),
    "survey/cohesion.csv": (11, 7),
    "survey/lq2002_authors_scores.csv": (2042, 8),
    "survey/lq2002_items.csv": (2042, 21),
    "survey/univbct_A.csv": (678, 22),
}


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL_FILES)
def test_real_file_has_the_rows_it_should(name):
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the reference files are not beside this checkout ({name})")
    table = read_table(path)
    rows, columns = REAL_FILES[name]
    assert len(table.rows) == rows
    # A file whose rows are longer than its header gets names for the rest.
    assert len(table.headers) >= columns
    assert all(len(row) == len(table.headers) for row in table.rows)


@pytest.mark.realdata
def test_workbook_and_csv_of_the_same_avalanches_agree():
    folder = REAL / "incidents"
    if not folder.exists():
        pytest.skip("the reference files are not beside this checkout")
    flat, book = (read_table(folder / f"skredulykker_til_2016-17.{kind}") for kind in ("csv", "xlsx"))
    assert flat.headers == book.headers
    day = flat.column("Dato")
    for one, other in zip(flat.rows, book.rows, strict=True):
        assert datetime.datetime.strptime(one[day], "%d.%m.%y").date().isoformat() == other[day]
        assert [cell.strip() for cell in one[1:7]] == [cell.strip() for cell in other[1:7]]

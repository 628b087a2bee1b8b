"""How a row of text becomes a case."""

import datetime

import pytest
from django.utils import translation

from deviations.enums import Category, Severity, State
from deviations.importing import values
from deviations.importing.dates import DateOrder, Moment, orders, parse, parse_time
from deviations.importing.fields import ImportField, suggest
from deviations.importing.problems import Problem, Reason, as_csv
from deviations.importing.reading import Plan, ambiguous_columns, distinct_values, read, shortened, title_of
from hms.core.tabular import Table

TODAY = datetime.date(2026, 11, 23)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def table(headers: list[str], *rows: list[str]) -> Table:
    return Table(headers, [list(row) for row in rows], "utf-8", ";", numbers=list(range(2, 2 + len(rows))))


def cases(headers, *rows, mapping=None, **plan):
    found = read(table(headers, *rows), Plan(mapping or suggest(headers), unit=7, **plan), today=TODAY)
    assert {case.row for case in found.cases} | found.failed_rows == set(range(2, 2 + len(rows)))
    return found


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2017-05-27", "dmy", Moment(day("2017-05-27"))),
        ("2017-05-27 14:30", "dmy", Moment(day("2017-05-27"), datetime.time(14, 30))),
        ("2017-05-27T14:30:15", "mdy", Moment(day("2017-05-27"), datetime.time(14, 30))),
        ("2017/5/7", "dmy", Moment(day("2017-05-07"))),
        ("20170527", "dmy", Moment(day("2017-05-27"))),
        ("27.05.17", "dmy", Moment(day("2017-05-27"))),
        ("27.5.2017 kl. 08.15", "dmy", Moment(day("2017-05-27"), datetime.time(8, 15))),
        ("9/20/2009", "mdy", Moment(day("2009-09-20"))),
        ("12/09/2000 13:30", "mdy", Moment(day("2000-12-09"), datetime.time(13, 30))),
        ("12/09/2000 1:30 PM", "mdy", Moment(day("2000-12-09"), datetime.time(13, 30))),
        ("10/21/2000 00:00", "mdy", Moment(day("2000-10-21"))),
        ("27. mai 2017", "dmy", Moment(day("2017-05-27"))),
        ("3 October 2016", "dmy", Moment(day("2016-10-03"))),
        ("01.02.98", "dmy", Moment(day("1998-02-01"))),
        ("2017-05-27T23:30:00Z", "dmy", Moment(day("2017-05-28"), datetime.time(1, 30))),
        ("9/20/2009", "dmy", None),
        ("31.02.2017", "dmy", None),
        ("i går", "dmy", None),
        ("", "dmy", None),
        ("27.05-17", "dmy", None),
        ("99999999999", "dmy", None),
    ],
)
def test_dates(text, order, expected):
    assert parse(text, order) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("14:05", "14:05"), ("14.05", "14:05"), ("kl. 14:05", "14:05"), ("1405", "14:05"), ("2:05 pm", "14:05"),
     ("tidlig", None), ("25:00", None)],
)  # fmt: skip
def test_times(text, expected):
    assert parse_time(text) == (datetime.time.fromisoformat(expected) if expected else None)


def test_a_column_tells_its_own_order_when_it_can():
    assert orders(["1/2/2017", "27/5/2017"]) == {DateOrder.DAY_FIRST}
    assert orders(["1/2/2017", "5/27/2017"]) == {DateOrder.MONTH_FIRST}
    assert orders(["1/2/2017", "3/4/2017"]) == {DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST}
    assert orders(["2017-05-27", ""]) == {DateOrder.DAY_FIRST}
    assert orders(["5/5/2017"]) == {DateOrder.DAY_FIRST}


def test_an_ambiguous_column_is_named():
    file = table(["Dato", "Lukket", "Tekst"], ["1/2/2017", "27/5/2017", "x"])
    mapping = {"Dato": "occurred_on", "Lukket": "closed_on", "Tekst": "description"}
    assert ambiguous_columns(file, mapping) == ["Dato"]


def test_headers_are_understood_in_norwegian_and_english():
    norwegian = suggest(["Saksnr.", "Tittel", "Beskrivelse", "Dato", "Avdeling", "Sted", "Alvorlighetsgrad", "Status",
                         "Strakstiltak", "Meldt av", "Type", "Lukket dato", "Fylke"])  # fmt: skip
    assert norwegian == {
        "Saksnr.": "external_id", "Tittel": "title", "Beskrivelse": "description", "Dato": "occurred_on",
        "Avdeling": "unit", "Sted": "place", "Alvorlighetsgrad": "severity", "Status": "state",
        "Strakstiltak": "immediate_measure", "Meldt av": "reporter", "Type": "category", "Lukket dato": "closed_on",
    }  # fmt: skip
    assert suggest(["id", "incident_date", "city", "description"]) == {
        "id": "external_id", "incident_date": "occurred_on", "city": "place", "description": "description",
    }  # fmt: skip
    assert suggest(["Dato", "Hendelsesdato"]) == {"Hendelsesdato": "occurred_on"}


@pytest.mark.parametrize(
    ("field", "word", "meaning"),
    [
        ("severity", "Mindre alvorlig", Severity.MINOR),
        ("severity", "Svært alvorlig", Severity.VERY_SERIOUS),
        ("severity", "Alvorlig", Severity.SERIOUS),
        ("severity", "Personer omkommet", Severity.VERY_SERIOUS),
        ("severity", "Påvirket ingenting", Severity.MINOR),
        ("severity", "Nestenulykke", Severity.SERIOUS),
        ("severity", "3", Severity.VERY_SERIOUS),
        ("severity", "Ikke spesifisert", ""),
        ("category", "Nestenulykke", Category.NEAR_MISS),
        ("category", "Personskade", Category.INJURY),
        ("category", "Vold og trusler", Category.VIOLENCE),
        ("category", "Brann", Category.FIRE),
        ("category", "Wildland", ""),
        ("state", "Lukket", State.CLOSED),
        ("state", "Under arbeid", State.NEW),
        ("state", "", ""),
    ],
)
def test_words_of_other_systems(field, word, meaning):
    assert values.suggest(field, word) == str(meaning)


def test_units_are_found_by_name_or_code():
    assert values.suggest("unit", " SOLBAKKEN ", units={"solbakken": 4}) == "4"
    assert values.suggest("unit", "Ukjent", units={"solbakken": 4}) == ""


def test_a_row_with_everything():
    found = cases(
        ["Nr", "Tittel", "Beskrivelse", "Dato", "Tid", "Avdeling", "Sted", "Alvorlighetsgrad", "Kategori", "Status",
         "Strakstiltak", "Lukket", "Meldt av", "Fylke"],
        ["17", "Løst rekkverk", "Det løsnet.\r\nIngen skadet. ", "27.05.2017", "08:15", "Solbakken", " Trapp B ", "Høy",
         "Farlig forhold", "Ny", "Sperret", "", "Kari", "Troms "],
        values={"severity": {"Høy": "3"}, "category": {"Farlig forhold": "unsafe_condition"}, "state": {"Ny": "new"},
                "unit": {"Solbakken": "9"}},
    )  # fmt: skip
    case = found.cases[0]
    assert (case.title, case.description) == ("Løst rekkverk", "Det løsnet.\r\nIngen skadet. ")
    assert (case.occurred_on, case.occurred_at_time) == (day("2017-05-27"), datetime.time(8, 15))
    assert (case.unit, case.place, case.severity, case.category) == (9, "Trapp B", 3, "unsafe_condition")
    assert (case.state, case.immediate_measure, case.external_id) == ("new", "Sperret", "17")
    # Whatever was translated, and whatever has no field, stands as it stood.
    assert case.imported_values == {
        "Dato": "27.05.2017", "Tid": "08:15", "Avdeling": "Solbakken", "Alvorlighetsgrad": "Høy",
        "Kategori": "Farlig forhold", "Status": "Ny", "Meldt av": "Kari", "Fylke": "Troms ",
    }  # fmt: skip


def test_what_the_file_does_not_say_is_what_was_chosen():
    case = cases(["Dato", "Tekst"], ["2017-05-27", "Falt"], severity=1, category="injury").cases[0]
    assert (case.unit, case.severity, case.category, case.state) == (7, 1, "injury", State.CLOSED)


@pytest.mark.parametrize(
    ("date", "reason"),
    [("", Reason.DATE_MISSING), ("snart", Reason.DATE_UNREADABLE), ("2027-01-01", Reason.DATE_IN_FUTURE),
     ("1899-12-30", Reason.DATE_TOO_OLD), ("30.02.2017", Reason.DATE_UNREADABLE)],
)  # fmt: skip
def test_a_row_whose_date_is_wrong_says_row_column_and_reason(date, reason):
    found = cases(["Dato", "Tekst"], ["2017-05-27", "God"], [date, "Ond"])
    assert [case.description for case in found.cases] == ["God"]
    assert found.problems == [Problem(3, "Dato", str(reason), date)]


def test_rows_without_a_date_get_the_chosen_one():
    found = cases(["Dato", "Tekst"], ["", "Uten"], ["tull", "Feil"], missing_date=day("2020-12-31"))
    assert found.cases[0].occurred_on == day("2020-12-31")
    # A date that is there and wrong is still wrong.
    assert [item.row for item in found.problems] == [3]


def test_a_text_beyond_all_measure_is_an_error_and_a_long_one_is_not():
    found = cases(["Dato", "Tekst"], ["2017-05-27", "x" * 14_500], ["2017-05-27", "y" * 100_001])
    assert len(found.cases[0].description) == 14_500
    assert (found.problems[0].row, found.problems[0].reason) == (3, Reason.TEXT_TOO_LONG)
    assert len(found.problems[0].value) < 100


def test_a_title_comes_from_the_first_sentence():
    assert title_of("Rekkverket løsnet. Ingen skadet.") == "Rekkverket løsnet"
    assert title_of("Først <br/>så") == "Først så"
    assert title_of("Kostet 3.5 kr pr. dag") == "Kostet 3.5 kr pr"
    long = "ord " * 100
    assert len(title_of(long)) <= 160
    assert title_of(long).endswith("ord…")
    assert len(shortened("x" * 500)) == 160
    assert title_of("") == ""


def test_a_title_too_long_is_kept_whole_beside_the_short_one():
    long = "Et  svært langt navn på en hendelse " * 9
    case = cases(["Dato", "Tittel", "Tekst"], ["2017-05-27", long, "Kort"]).cases[0]
    assert len(case.title) <= 160
    assert case.imported_values["Tittel"] == long


def test_a_row_without_any_words_still_comes_in():
    with translation.override("en"):
        case = cases(["Dato", "Beskrivelse", "Fylke"], ["2017-05-27", "", "Troms"]).cases[0]
    assert case.title == "Imported case without text (row 2)"
    assert case.description == ""


def test_several_columns_are_joined_into_a_place():
    mapping = {"By": "place", "Stat": "place", "Tekst": "description", "Dato": "occurred_on"}
    case = cases(["Dato", "By", "Stat", "Tekst"], ["2017-05-27", "tampa", "florida", "x"], mapping=mapping).cases[0]
    assert case.place == "tampa, florida"
    assert case.imported_values == {"By": "tampa", "Stat": "florida"}


def test_duplicates_are_the_same_day_place_unit_and_text():
    headers = ["Nr", "Dato", "Sted", "Beskrivelse"]
    found = cases(
        headers,
        ["1", "2017-05-27", "Trapp B", "Falt\r\nog slo seg"],
        ["2", "27.05.2017", "Trapp B ", "Falt\nog slo seg"],
        ["3", "2017-05-28", "Trapp B", "Falt\nog slo seg"],
        ["4", "2017-05-27", "Trapp C", "Falt\nog slo seg"],
        ["5", "2017-05-27", "Trapp B", "Falt og slo seg"],
        ["6", "2017-05-27", "Trapp B", ""],
        ["7", "2017-05-27", "Trapp B", ""],
    )
    assert [(case.external_id, case.same_as_row) for case in found.repeated] == [("2", 2)]


def test_words_to_translate_come_most_frequent_first():
    file = table(["Alvor", "Tekst"], ["Høy", "a"], ["Lav ", "b"], ["Lav", "c"], ["", "d"])
    assert distinct_values(file, {"Alvor": "severity", "Tekst": "description"}) == {"severity": ["Lav", "Høy"]}


def test_the_list_of_errors_runs_nothing():
    with translation.override("en"):
        text = as_csv(
            [
                Problem(3, "=cmd|' /C calc'!A0", Reason.DATE_UNREADABLE, "+47 900"),
                Problem(4, "Dato", Reason.DATE_UNREADABLE, '@SUM(A1)";x'),
                Problem(5, "Dato", Reason.DATE_UNREADABLE, "\t=1+1"),
                Problem(6, "Dato", Reason.DATE_UNREADABLE, "-"),
            ]
        )
    lines = text.split("\r\n")
    assert lines[0] == '"Row";"Column";"What is wrong";"Value"'
    assert lines[1] == '''"3";"'=cmd|' /C calc'!A0";"The date cannot be read";"'+47 900"'''
    assert lines[2].endswith('''"'@SUM(A1)"";x"''')
    assert lines[3].endswith('''"'\t=1+1"''')
    assert lines[4].endswith('''"'-"''')


def test_every_field_has_a_name():
    assert all(str(field.label) for field in ImportField)

"""From rows of text to cases, without touching the database."""

import datetime
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from deviations.enums import Severity, State
from deviations.importing.dates import DateOrder, Moment, orders, parse, parse_time
from deviations.importing.fields import DATES, JOINED, TRANSLATED, ImportField
from deviations.importing.problems import Problem, Reason, problem
from hms.core.tabular import Table

MAX_TITLE = 160
MAX_PLACE = 160
MAX_EXTERNAL_ID = 80
MAX_TEXT = 100_000
FIRST_YEAR = 1950


@dataclass(frozen=True)
class Plan:
    """How a file is to be read.

    Attributes:
        mapping: field by column header; columns that are not named are kept as extra information.
        unit: id of the unit for rows that name none.
        severity: for rows that tell none.
        category: likewise.
        date_order: for dates that do not start with the year.
        missing_date: the day for rows without a date; None makes them problems.
        values: by field, what the file's words mean: `{"severity": {"Høy": "3"}}`.
    """

    mapping: dict[str, str]
    unit: int
    severity: int = Severity.SERIOUS
    category: str = ""
    date_order: str = DateOrder.AUTO
    missing_date: datetime.date | None = None
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def columns(self, wanted: str) -> list[str]:
        return [header for header, name in self.mapping.items() if name == wanted]


@dataclass
class Case:
    """One row as the case it will become."""

    row: int
    title: str
    description: str
    occurred_on: datetime.date
    occurred_at_time: datetime.time | None
    unit: int
    place: str
    severity: int
    category: str
    state: str
    immediate_measure: str
    external_id: str
    reported_on: Moment | None
    closed_on: Moment | None
    imported_values: dict[str, str]
    fingerprint: str
    # The earlier row of the file that says the same.
    same_as_row: int | None = None


@dataclass
class Reading:
    """A whole file, understood: every row is in `cases` or has at least one entry in `problems`."""

    cases: list[Case]
    problems: list[Problem]

    @property
    def failed_rows(self) -> set[int]:
        return {item.row for item in self.problems}

    @property
    def repeated(self) -> list[Case]:
        """Rows that say the same as an earlier row."""
        return [case for case in self.cases if case.same_as_row is not None]


def ambiguous_columns(table: Table, mapping: dict[str, str]) -> list[str]:
    """Date columns that could be read with the day or with the month first."""
    return [
        header
        for header, name in mapping.items()
        if name in DATES and header in table.headers and len(orders(_column(table, header))) > 1
    ]


def distinct_values(table: Table, mapping: dict[str, str], limit: int = 200) -> dict[str, list[str]]:
    """The words of the columns whose values are translated, most frequent first, by field."""
    found: dict[str, list[str]] = {}
    for header, name in mapping.items():
        if name in TRANSLATED and header in table.headers:
            counts: dict[str, int] = {}
            for cell in _column(table, header):
                if cell.strip():
                    counts[cell.strip()] = counts.get(cell.strip(), 0) + 1
            found[str(name)] = sorted(counts, key=lambda value: (-counts[value], value))[:limit]
    return found


def read(table: Table, plan: Plan, *, today: datetime.date | None = None) -> Reading:
    """Understand every row.

    Repeated rows are marked, not left out: what becomes of them is the importer's choice.
    """
    reader = _Reader(table, plan, today or timezone.localdate())
    cases, problems = [], []
    first_rows: dict[str, int] = {}
    for number, cells in zip(table.numbers, table.rows, strict=True):
        case, found = reader.row(number, cells)
        if case is None:
            problems += found
            continue
        if case.fingerprint:
            earlier = first_rows.setdefault(case.fingerprint, number)
            case.same_as_row = earlier if earlier != number else None
        cases.append(case)
    return Reading(cases, problems)


def fingerprint(date: str, unit: int, place: str, description: str) -> str:
    """What makes two rows the same case: day, unit, place and text; the old system's number does not count.

    Texts are the same when every letter and blank is: what differs at all is brought in, and a person decides.
    `description` is whatever else the row says when it has no text; a row that says nothing is like no other.
    """
    if not description.strip():
        return ""
    parts = [date, str(unit), _plain(place), _plain(description)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def title_of(text: str) -> str:
    """A title from a text: its first sentence, at most 160 characters, cut between words."""
    plain = " ".join(re.sub(r"<[^<>]{1,40}>", " ", text).split())
    sentence = re.match(r".+?[.!?](?=\s|$)", plain)
    return shortened(sentence[0].rstrip(".") if sentence else plain)


def shortened(text: str, limit: int = MAX_TITLE) -> str:
    """The text when it fits, else cut between words with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,.;:") + "…"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def _column(table: Table, header: str) -> list[str]:
    place = table.headers.index(header)
    return [cells[place] for cells in table.rows]


class _Reader:
    """Reads the rows of one table by one plan."""

    def __init__(self, table: Table, plan: Plan, today: datetime.date) -> None:
        self.headers = table.headers
        self.plan = plan
        self.today = today
        self.of_field: dict[str, list[int]] = {}
        for header, name in plan.mapping.items():
            if name and header in table.headers:
                self.of_field.setdefault(str(name), []).append(table.headers.index(header))
        self.orders = {
            place: self._order(_column(table, self.headers[place]))
            for name in DATES
            for place in self.of_field.get(name, [])
        }

    def _order(self, values: list[str]) -> str:
        if self.plan.date_order:
            return self.plan.date_order
        possible = orders(values)
        # Both: the page has asked; a Norwegian file that nobody was asked about has the day first.
        return DateOrder.DAY_FIRST if DateOrder.DAY_FIRST in possible else DateOrder.MONTH_FIRST

    def row(self, number: int, cells: list[str]) -> tuple[Case | None, list[Problem]]:
        problems: list[Problem] = []
        occurred = self._date(ImportField.OCCURRED_ON, number, cells, problems)
        if occurred is None and not problems and self.plan.missing_date is None:
            headers = self.plan.columns(ImportField.OCCURRED_ON)
            problems.append(problem(number, headers[0] if headers else "", Reason.DATE_MISSING))
        at_time = self._time(number, cells, problems)
        reported = self._date(ImportField.REPORTED_ON, number, cells, problems)
        closed = self._date(ImportField.CLOSED_ON, number, cells, problems)
        problems += [
            problem(number, self.headers[place], Reason.TEXT_TOO_LONG, cell)
            for place, cell in enumerate(cells)
            if len(cell) > MAX_TEXT
        ]
        if problems:
            return None, problems
        day = occurred.day if occurred else self.plan.missing_date
        texts = self._texts(number, cells)
        unit = int(self._meaning(ImportField.UNIT, cells) or self.plan.unit)
        case = Case(
            row=number,
            occurred_on=day,
            occurred_at_time=at_time or (occurred.time if occurred else None),
            unit=unit,
            severity=int(self._meaning(ImportField.SEVERITY, cells) or self.plan.severity),
            category=self._meaning(ImportField.CATEGORY, cells) or self.plan.category,
            state=self._meaning(ImportField.STATE, cells) or State.CLOSED,
            reported_on=reported,
            closed_on=closed,
            imported_values={},
            fingerprint=fingerprint(
                occurred.day.isoformat() if occurred else "",
                unit,
                texts["place"],
                texts["description"] if texts["description"].strip() else self._everything_else(cells),
            ),
            **texts,
        )
        case.imported_values = self._kept(cells, case)
        return case, []

    def _joined(self, name: str, cells: list[str]) -> str:
        """The field's text: one column as it stands, several joined; blank ones are passed over."""
        values = [cells[place] for place in self.of_field.get(name, [])]
        if len(values) == 1:
            return values[0]
        return JOINED.get(name, " ").join(value.strip() for value in values if value.strip())

    def _texts(self, number: int, cells: list[str]) -> dict[str, str]:
        description = self._joined(ImportField.DESCRIPTION, cells)
        title = " ".join(self._joined(ImportField.TITLE, cells).split())
        if not description.strip():
            description = title
        return {
            "title": shortened(title)
            or title_of(description)
            or _("Imported case without text (row %(row)d)") % {"row": number},
            "description": description,
            "place": shortened(self._joined(ImportField.PLACE, cells).strip(), MAX_PLACE),
            "immediate_measure": self._joined(ImportField.IMMEDIATE_MEASURE, cells),
            "external_id": self._joined(ImportField.EXTERNAL_ID, cells).strip()[:MAX_EXTERNAL_ID],
        }

    def _everything_else(self, cells: list[str]) -> str:
        return "\x1e".join(
            cell.strip() for place, cell in enumerate(cells) if place not in self.orders and cell.strip()
        )

    def _date(self, name: str, number: int, cells: list[str], problems: list[Problem]) -> Moment | None:
        for place in self.of_field.get(name, []):
            text = cells[place]
            if not text.strip():
                continue
            moment = parse(text, self.orders[place])
            reason = self._wrong_with(moment)
            if reason:
                problems.append(problem(number, self.headers[place], reason, text))
                return None
            return moment
        return None

    def _wrong_with(self, moment: Moment | None) -> str:
        if moment is None:
            return Reason.DATE_UNREADABLE
        if moment.day > self.today:
            return Reason.DATE_IN_FUTURE
        return Reason.DATE_TOO_OLD if moment.day.year < FIRST_YEAR else ""

    def _time(self, number: int, cells: list[str], problems: list[Problem]) -> datetime.time | None:
        for place in self.of_field.get(ImportField.OCCURRED_AT_TIME, []):
            text = cells[place]
            if text.strip():
                time = parse_time(text)
                if time is None:
                    problems.append(problem(number, self.headers[place], Reason.TIME_UNREADABLE, text))
                return time
        return None

    def _meaning(self, name: str, cells: list[str]) -> str:
        known = self.plan.values.get(str(name), {})
        for place in self.of_field.get(name, []):
            meaning = known.get(cells[place].strip())
            if meaning:
                return meaning
        return ""

    def _kept(self, cells: list[str], case: Case) -> dict[str, str]:
        """Every cell that does not stand word for word in a field of the case."""
        stands: dict[str, Any] = {
            ImportField.TITLE: {case.title},
            ImportField.PLACE: {case.place},
            ImportField.EXTERNAL_ID: {case.external_id},
            ImportField.OCCURRED_ON: {case.occurred_on.isoformat()},
        }
        kept = {}
        for header, cell in zip(self.headers, cells, strict=True):
            name = self.plan.mapping.get(header, "")
            if cell == "" or name in {ImportField.DESCRIPTION, ImportField.IMMEDIATE_MEASURE}:
                continue
            if cell.strip() and cell.strip() in stands.get(name, ()):
                continue
            kept[header] = cell
        return kept

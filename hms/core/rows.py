"""Model objects from hand-written SQL, where one statement must do what the ORM would ask several for."""

import datetime
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from django.db.models import Model
from psycopg import sql

M = TypeVar("M", bound=Model)


@cache
def fields_of(model: type[Model]) -> tuple[str, ...]:
    """The attribute names of a model's columns, in the order of :func:`columns`."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def columns(model: type[Model], alias: str) -> str:
    """Every column of a model for a SELECT, under a table alias."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def build(model: type[M], values: Sequence[Any]) -> M:
    """The object of a row that was selected with :func:`columns`."""
    return model.from_db("default", fields_of(model), values)


def join(obj: Model, name: str, other: Model | None) -> None:
    """Put the object of a foreign key where the ORM looks for it, as `select_related` does."""
    obj._state.fields_cache[name] = other


Rows = list[tuple[Any, ...]]
# Which statements each connection has planned.
_planned: WeakKeyDictionary[psycopg.Connection, set[str]] = WeakKeyDictionary()


class Statement:
    """A statement that is run very often: each connection plans it once, since that can take longer than running it.

    Args:
        text: SQL with named parameters, as `%(name)s`.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))

    @cached_property
    def name(self) -> str:
        return f"hms_{hashlib.sha256(self.text.encode()).hexdigest()[:16]}"

    @cached_property
    def planning(self) -> str:
        """What makes a connection plan it."""
        places = {name: f"${number}" for number, name in enumerate(self.names, 1)}
        text = re.sub(r"%\((\w+)\)s", lambda match: places[match[1]], self.text).replace("%%", "%")
        return f"PREPARE {self.name} AS {text}"


class Batch:
    """Statements that are sent in one go, in the open transaction, and answered in one go."""

    def __init__(self) -> None:
        self._calls: list[tuple[Statement, Mapping[str, Any]]] = []

    def add(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        """Send this too, after what was added before."""
        self._calls.append((statement, parameters))

    def run(self) -> list[Rows]:
        """Send everything. Returns the rows of each statement, in order; none for one that gives none."""
        if not self._calls:
            return []
        connection.ensure_connection()
        raw = connection.connection
        known = _planned.setdefault(raw, set())
        new = {statement.name: statement.planning for statement, _values in self._calls if statement.name not in known}
        text = ";".join([*new.values(), *(_call(statement, values) for statement, values in self._calls)])
        with psycopg.ClientCursor(raw) as cursor:
            self._execute(cursor, text)
            known |= set(new)
            found = [result.fetchall() if result.description else [] for result in cursor.results()]
        return found[len(new) :]

    @staticmethod
    def _execute(cursor: psycopg.ClientCursor, text: str) -> None:
        def execute(sent: str, parameters: Any, many: bool, context: dict[str, Any]) -> None:
            cursor.execute(sent.encode())

        # As Django runs its own statements, so that whoever counts or watches them sees these too.
        for wrapper in reversed(connection.execute_wrappers):
            execute = partial(wrapper, execute)
        execute(text, None, False, {"connection": connection, "cursor": cursor})
        if connection.queries_logged:
            connection.queries_log.append({"sql": text, "time": "0"})


def run(statement: Statement, parameters: Mapping[str, Any]) -> Rows:
    """Send one statement. Returns its rows."""
    batch = Batch()
    batch.add(statement, parameters)
    return batch.run()[0]


def _call(statement: Statement, parameters: Mapping[str, Any]) -> str:
    if not statement.names:
        return f"EXECUTE {statement.name}"
    values = ", ".join(sql.quote(parameters[name], connection.connection) for name in statement.names)
    return f"EXECUTE {statement.name}({values})"


def as_json(rows: list[dict[str, Any]]) -> str:
    """Many rows as one parameter, for `jsonb_to_recordset`: cheaper to write than an array for each column."""
    return json.dumps(rows, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime.date):  # moments too
        return value.isoformat()
    return str(value)

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
from django.db.models.base import ModelState
from psycopg import sql
from psycopg.types.datetime import TimestamptzLoader

M = TypeVar("M", bound=Model)


@cache
def fields_of(model: type[Model]) -> tuple[str, ...]:
    """The attribute names of a model's columns, in the order of :func:`columns`."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def columns(model: type[Model], alias: str) -> str:
    """Every column of a model for a SELECT, under a table alias."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def build(model: type[M], values: Sequence[Any], names: Sequence[str] | None = None) -> M:
    """The object of a row that was selected with :func:`columns`, or of these attributes only.

    What `Model.from_db` gives, without setting every attribute by itself: sweeps build hundreds of thousands. For
    models without a constructor or a signal of their own.
    """
    obj = model.__new__(model)
    obj._state = state = ModelState()
    state.adding, state.db = False, "default"
    obj.__dict__.update(zip(fields_of(model) if names is None else names, values, strict=True))
    return obj


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
        plan_each: plan it every time: the best way depends on how much is asked for.
    """

    def __init__(self, text: str, *, plan_each: bool = False) -> None:
        self.text = text
        self.plan_each = plan_each
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


def run(statement: Statement, parameters: Mapping[str, Any]) -> Rows:
    """Send a statement, in the open transaction. Returns its rows; none for one that gives none."""
    connection.ensure_connection()
    raw = connection.connection
    known = _planned.setdefault(raw, set())
    with psycopg.ClientCursor(raw) as cursor:
        # As Django's own, which leaves it to the connection's time zone too, but written in C.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        if not statement.plan_each and statement.name not in known:
            cursor.execute(statement.planning.encode())
            known.add(statement.name)
        _execute(cursor, _call(statement, parameters))
        return cursor.fetchall() if cursor.description else []


def _execute(cursor: psycopg.ClientCursor, text: str) -> None:
    def execute(sent: str, parameters: Any, many: bool, context: dict[str, Any]) -> None:
        cursor.execute(sent.encode())

    # As Django runs its own statements, so that whoever counts or watches them sees these too.
    for wrapper in reversed(connection.execute_wrappers):
        execute = partial(wrapper, execute)
    execute(text, None, False, {"connection": connection, "cursor": cursor})
    if connection.queries_logged:
        connection.queries_log.append({"sql": text, "time": "0"})


def _call(statement: Statement, parameters: Mapping[str, Any]) -> str:
    values = {name: sql.quote(parameters[name], connection.connection) for name in statement.names}
    if statement.plan_each:
        return statement.text % values
    return f"EXECUTE {statement.name}({', '.join(values.values())})" if values else f"EXECUTE {statement.name}"


def as_json(rows: list[dict[str, Any]]) -> str:
    """Many rows as one parameter, for `jsonb_to_recordset`: cheaper to write than an array for each column."""
    return json.dumps(rows, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime.date):  # moments too
        return value.isoformat()
    return str(value)

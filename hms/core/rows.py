"""Model objects from hand-written SQL, where one statement must do what the ORM would ask several for."""

import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, TypeVar

import psycopg
from django.db import connection
from django.db.models import Model

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


# Reads the rows of a statement that was sent; not to be called for one that gives none.
Answer = Callable[[], list[tuple[Any, ...]]]


def ask(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Answer:
    """Send a statement that is run very often, in the open transaction; give the function that reads its answer.

    It is planned once for all, where planning would take longer than running. Inside :func:`pipelined` nobody waits
    for it before the answer is read.
    """
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)

    def execute(sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> None:
        cursor.execute(sql, parameters, prepare=True)

    # As Django runs its own statements, so that whoever counts or watches them sees these too.
    for wrapper in reversed(connection.execute_wrappers):
        execute = partial(wrapper, execute)
    execute(sql, parameters, False, {"connection": connection, "cursor": cursor})
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "0"})
    return cursor.fetchall


def prepared(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement sent with :func:`ask`."""
    return ask(sql, parameters)()


def as_json(rows: list[dict[str, Any]]) -> str:
    """Many rows as one parameter, for `jsonb_to_recordset`: cheaper to write than an array for each column."""
    return json.dumps(rows, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime.date):  # moments too
        return value.isoformat()
    return str(value)


@contextmanager
def pipelined() -> Iterator[None]:
    """Send statement after statement without waiting for answers; the last ones are waited for at the end."""
    connection.ensure_connection()
    with connection.connection.pipeline():
        yield

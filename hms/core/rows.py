"""Model objects from hand-written SQL, where one statement must do what the ORM would ask several for."""

from collections.abc import Mapping, Sequence
from functools import cache
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


def prepared(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement that is run very often, and planned once: planning would take longer than running.

    In the open transaction, as any other statement. Returns the rows; none of a statement that gives none.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, parameters, prepare=True)
        return cursor.fetchall() if cursor.description else []

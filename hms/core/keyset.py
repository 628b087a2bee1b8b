"""Keyset paging: page forty costs the same as page one, and a row added meanwhile moves nothing."""

import base64
import binascii
import datetime
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

M = TypeVar("M", bound=Model)


class BadCursor(ValueError):
    """A cursor that this list did not make."""


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows and the cursors around it (None: nothing there)."""

    rows: list[M]
    previous: str | None
    next: str | None


def page(queryset: QuerySet[M], *, order: list[str], cursor: str = "", size: int = 25) -> Page[M]:
    """One page of a list.

    Args:
        queryset: the rows, in any order.
        order: field names, `-` first for descending; the last must be unique, and none may be null.
        cursor: as given by an earlier page; empty for the first.
        size: rows a page.

    Raises:
        BadCursor: when the cursor is not one of this list's.
    """
    backwards, values = _decode(cursor, len(order)) if cursor else (False, None)
    fields = [(name.lstrip("-"), name.startswith("-") != backwards) for name in order]
    rows_query = queryset.order_by(*(f"-{name}" if descending else name for name, descending in fields))
    if values is not None:
        try:
            rows_query = rows_query.filter(_after(fields, values))
        except (ValueError, TypeError, ValidationError) as error:
            raise BadCursor from error
    rows = list(rows_query[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    names = [name.lstrip("-") for name in order]
    has_previous = more if backwards else bool(cursor)
    has_next = bool(cursor) if backwards else more
    return Page(
        rows=rows,
        previous=_encode(rows[0], names, backwards=True) if rows and has_previous else None,
        next=_encode(rows[-1], names, backwards=False) if rows and has_next else None,
    )


def _after(fields: list[tuple[str, bool]], values: list[Any]) -> Q:
    """Rows after these values: a range on the first field (for its index), then ties by the rest."""
    condition = Q()
    equal = Q()
    for (name, descending), value in zip(fields, values, strict=True):
        condition |= equal & Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
        equal &= Q(**{name: value})
    first, descending = fields[0]
    return Q(**{f"{first}__{'lte' if descending else 'gte'}": values[0]}) & condition


def _value(row: Model, name: str) -> Any:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    return value


def _encode(row: Model, names: list[str], *, backwards: bool) -> str:
    values = [_value(row, name) for name in names]
    plain = [value.isoformat() if isinstance(value, datetime.date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([backwards, *plain]).encode()).decode().rstrip("=")


def _decode(cursor: str, count: int) -> tuple[bool, list[Any]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        backwards, *values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError, binascii.Error, UnicodeError) as error:
        raise BadCursor from error
    if not isinstance(backwards, bool) or len(values) != count:
        raise BadCursor
    return backwards, [_parse(value) for value in values]


def _parse(value: Any) -> Any:
    """A value as :func:`_encode` wrote it; whatever the database could not take is nobody's honest cursor."""
    if type(value) is int:
        return value
    if not isinstance(value, str) or "\0" in value:
        raise BadCursor
    try:
        value.encode()
        moment = parse_datetime(value) if "T" in value else None
        if moment is None:
            return parse_date(value) or value
        if moment.tzinfo is None:
            raise BadCursor
        return moment.astimezone(datetime.UTC)
    except (OverflowError, UnicodeEncodeError):
        raise BadCursor from None
    except BadCursor:
        raise
    except ValueError:
        return value

"""Many organisations of a thousand cases each: one is made as the demo's are, the others are its copies.

Run as PostgreSQL's superuser: copying a million cases with every foreign key checked one by one takes hours.
The copies keep the template's shape, so the checks would find what they find in the template.
"""

import dataclasses
import sys
import time
from collections.abc import Callable

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402
from django.utils import timezone  # noqa: E402

from dashboard.demo.book import Book  # noqa: E402
from dashboard.demo.cast import HAVBRIS  # noqa: E402
from dashboard.demo.house import furnish  # noqa: E402
from dashboard.demo.life import live  # noqa: E402
from dashboard.demo.year import draw_year  # noqa: E402
from deviations.models import DeviationCounter  # noqa: E402
from hms.organisations.models import Organisation  # noqa: E402
from hms.tenancy.fields import organisation_field  # noqa: E402
from hms.tenancy.scope import tenant  # noqa: E402

CASES = 1000
# One in five has a plan, a statement and actions; the others are answered without.
WITH_PLAN = 5
# Ids of copy k are the template's plus k times this.
BLOCK = 1_000_000
# Ids that are not foreign keys.
_LOOSE = {"source_id", "object_id", "root_id", "about_id", "owner_id"}


def build(organisations: int, template: Callable[[], None]) -> None:
    """Fill an empty, migrated database: the template makes the first organisation, the others are its copies."""
    started = time.monotonic()
    with transaction.atomic():
        template()
    print(f"    one organisation: {time.monotonic() - started:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        _copies(cursor, organisations)
        for model in _tables():
            if isinstance(model._meta.pk, models.AutoField):
                table = model._meta.db_table
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, (organisations + 1) * BLOCK]
                )
        cursor.execute("VACUUM (ANALYZE)")
    print(f"    {organisations} organisations: {time.monotonic() - started:.0f} s", flush=True)


def year_of_cases() -> None:
    """The organisation that the pages are measured in."""
    organisation = Organisation.objects.create(name="Virksomhet 0", slug="v0")
    employer = dataclasses.replace(HAVBRIS, slug="v0")
    with tenant(organisation):
        book = Book(timezone.localtime())
        house = furnish(book, employer, organisation, {}, "!")
        counts: dict[int, int] = {}
        for index, story in enumerate(draw_year(house, book.now, CASES)):
            year = story.at.year
            counts[year] = counts.get(year, 0) + 1
            if index % WITH_PLAN:
                story = dataclasses.replace(story, situation=dataclasses.replace(story.situation, actions=[]))
            live(book, house, story, (year, counts[year]))
        for year, last in counts.items():
            book.add(DeviationCounter(year=year, last=last))
        book.write()


def _tables() -> list[type[models.Model]]:
    """Tables with rows to copy: the organisation itself, its users, and everything that is its own."""
    own = [model for model in apps.get_models() if organisation_field(model)]
    globals_ = [
        apps.get_model(name) for name in ("organisations.Organisation", "accounts.User", "organisations.Membership")
    ]
    return [model for model in [*globals_, *own] if model._base_manager.exists()]


def _copies(cursor: CursorWrapper, organisations: int) -> None:
    """Copy by copy, so that an organisation's rows lie together as they would have come."""
    statements = []
    for model in _tables():
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        quote = connection.ops.quote_name
        columns = ", ".join(quote(field.column) for field in fields)
        values = ", ".join(_shifted(model, field) for field in fields)
        table = model._meta.db_table
        cursor.execute(f"CREATE TEMPORARY TABLE copy_{table} AS SELECT {columns} FROM {quote(table)}")
        statements.append(
            f"INSERT INTO {quote(table)} ({columns}) SELECT {values} FROM copy_{table} t, (SELECT %s::bigint AS k) c"
        )
    for copy in range(1, organisations):
        with transaction.atomic():
            for statement in statements:
                cursor.execute(statement, [copy])
        if copy % 100 == 0:
            print(f"    {copy} organisations", flush=True)


def _shifted(model: type[models.Model], field: models.Field) -> str:
    column = f"t.{connection.ops.quote_name(field.column)}"
    if field.primary_key or field.is_relation or field.name in _LOOSE:
        return f"{column} + k * {BLOCK}"
    if field.name == "path":
        nodes = f"unnest({column}) WITH ORDINALITY n(node, place)"
        return f"(SELECT coalesce(array_agg(node + k * {BLOCK} ORDER BY place), '{{}}') FROM {nodes})"
    if model._meta.label == "organisations.Organisation" and field.name == "slug":
        return "'v' || k"
    if model._meta.label == "accounts.User" and field.name == "email":
        return f"k || '.' || {column}"
    return column


if __name__ == "__main__":
    build(int(sys.argv[1]), year_of_cases)

"""The whole database as text, to show that something changed nothing."""

from collections.abc import Collection

from django.db import connection, transaction

Rows = dict[tuple[int, str], list[str]]
# Whoever looks at a page gets a session, and its last use is noted.
SESSIONS = ("django_session", "usersessions_usersession")


def everything(*, without: Collection[str] = ()) -> Rows:
    """Every row of every table, by organisation and table; tables named in `without` are left out."""
    rows: Rows = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall() if name not in without]
        cursor.execute("SELECT id FROM organisations_organisation ORDER BY id")
        for (organisation_id,) in cursor.fetchall():
            cursor.execute("SELECT set_config('hms.organisation', %s, true)", [str(organisation_id)])
            for table in tables:
                # xmin: also a row that was written anew as it was.
                cursor.execute(
                    f"SELECT coalesce(array_agg(t.xmin || t::text ORDER BY t::text), '{{}}') FROM \"{table}\" t"
                )
                rows[organisation_id, table] = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('hms.organisation', '', true)")
        cursor.execute(f'SET ROLE "{role}"')
    return rows


def changed(before: Rows, after: Rows) -> list[str]:
    """Names of the tables that differ."""
    return sorted({table for key, rows in after.items() if before.get(key) != rows for table in [key[1]]})

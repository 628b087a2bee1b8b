"""What the sweep's role may do with a table, for migrations."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db.migrations import RunSQL

POLICY = "organisations_are_open"


def allow_together(table: str, *, is_tenants: bool = True, **verbs: Sequence[str] | None) -> RunSQL:
    """Let the sweep's role use a table, in the organisations that are open together and no others.

    Args:
        table: its name in the database.
        is_tenants: whether it belongs to an organisation; a global table has no policy.
        verbs: `SELECT`, `INSERT`, `UPDATE`, with the columns, or None for all of them.

    Returns:
        An operation for a migration, which can be reversed.
    """
    role = f'"{settings.SWEEP_ROLE}"'
    forward, backward = [f"GRANT {_privileges(verbs)} ON {table} TO {role}"], [f"REVOKE ALL ON {table} FROM {role}"]
    if is_tenants:
        # The sub-select makes PostgreSQL evaluate the function once per query, not per row.
        opened = "organisation_id = ANY ((SELECT hms_organisations())::bigint[])"
        forward.append(f"CREATE POLICY {POLICY} ON {table} TO {role} USING ({opened}) WITH CHECK ({opened})")
        backward.append(f"DROP POLICY {POLICY} ON {table}")
    return RunSQL(forward, backward)


def _privileges(verbs: Mapping[str, Sequence[str] | None]) -> str:
    return ", ".join(
        f"{verb} ({', '.join(columns)})" if columns is not None else verb for verb, columns in verbs.items()
    )

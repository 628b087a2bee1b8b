"""What a sweep needs to open several organisations at once, as a role of its own (ADR 21).

From here on the policy of every table is for the serving role alone: another role sees nothing until a policy of its
own says what.
"""

from django.conf import settings
from django.db import migrations

from hms.tenancy.backend.schema import POLICY

HMS_ORGANISATIONS = """
CREATE FUNCTION hms_organisations() RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $function$
DECLARE
    setting text := current_setting('hms.organisations', true);
BEGIN
    -- After a commit a local setting is empty, not NULL.
    IF setting IS NULL OR setting = '' THEN
        RAISE EXCEPTION 'no organisations are open: use hms.tenancy.scope.in_turn()'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN setting::bigint[];
END
$function$;
"""
ROLE_EXISTS = f"""
DO $do$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{settings.SWEEP_ROLE}') THEN
        RAISE EXCEPTION 'The role {settings.SWEEP_ROLE} is missing. Run docker/roles.sql as a PostgreSQL superuser, then migrate again.';
    END IF;
END
$do$;
"""


def _grant_policies_to(schema_editor, role: str) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = %s ORDER BY 1", [POLICY])
        tables = [name for (name,) in cursor.fetchall()]
        # One table at a time, each committed: the lock is as short as can be.
        for table in tables:
            cursor.execute(f"ALTER POLICY {POLICY} ON {connection.ops.quote_name(table)} TO {role}")


def serve_only(apps, schema_editor) -> None:
    _grant_policies_to(schema_editor, schema_editor.quote_name(settings.APP_ROLE))


def anybody(apps, schema_editor) -> None:
    _grant_policies_to(schema_editor, "PUBLIC")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tenancy", "0001_initial")]
    operations = [
        migrations.RunSQL(ROLE_EXISTS, migrations.RunSQL.noop),
        migrations.RunSQL(HMS_ORGANISATIONS, "DROP FUNCTION hms_organisations()"),
        migrations.RunPython(serve_only, anybody),
    ]

"""The function that every policy calls: it answers the open organisation, and raises when there is none."""

from django.db import migrations

HMS_ORGANISATION = """
CREATE FUNCTION hms_organisation() RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $function$
DECLARE
    setting text := current_setting('hms.organisation', true);
BEGIN
    -- After a commit a local setting is empty, not NULL.
    IF setting IS NULL OR setting = '' THEN
        RAISE EXCEPTION 'no organisation is open: use hms.tenancy.scope.tenant()'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN setting::bigint;
END
$function$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(HMS_ORGANISATION, "DROP FUNCTION hms_organisation()"),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS unaccent", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gin", migrations.RunSQL.noop),
    ]

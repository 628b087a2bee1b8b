"""What the database holds fast: versions are never changed, receipts only added. Search that can use its indexes.

Row-level security keeps PostgreSQL from using an index for an operator that is not leak-proof, and those of text search
and of trigrams are not. So the ids come from a function that runs as the owner and puts the organisation first itself;
the rows are then fetched through the policies as usual.
"""

from django.conf import settings
from django.db import migrations

APP = f'"{settings.APP_ROLE}"'
GUARDS = f"""
CREATE FUNCTION routines_version_is_immutable() RETURNS trigger
LANGUAGE plpgsql AS $function$
BEGIN
    RAISE EXCEPTION 'a published version is never changed or removed' USING ERRCODE = 'restrict_violation';
END
$function$;
CREATE TRIGGER routines_version_immutable BEFORE UPDATE OR DELETE ON routines_version
    FOR EACH ROW EXECUTE FUNCTION routines_version_is_immutable();
REVOKE UPDATE, DELETE ON routines_version FROM {APP};
REVOKE UPDATE, DELETE ON routines_receipt FROM {APP};
"""
NO_GUARDS = f"""
DROP TRIGGER routines_version_immutable ON routines_version;
DROP FUNCTION routines_version_is_immutable();
GRANT UPDATE, DELETE ON routines_version TO {APP};
GRANT UPDATE, DELETE ON routines_receipt TO {APP};
"""
# By stems and beginnings first; then what is spelt much like a title, and only when nothing else is found like the text.
SEARCH = f"""
CREATE FUNCTION routines_matching(said text, beginnings text, most integer) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    WITH asked AS MATERIALIZED (
        SELECT websearch_to_tsquery('norwegian', said) || to_tsquery('norwegian', beginnings) AS query
    ), exact AS MATERIALIZED (
        SELECT r.id, ts_rank(r.search, asked.query) AS rank, r.title FROM routines_routine r, asked
        WHERE r.organisation_id = (SELECT hms_organisation()) AND r.search @@ asked.query
    ), near AS (
        SELECT r.id, word_similarity(said, r.title) - 1 AS rank, r.title FROM routines_routine r
        WHERE r.organisation_id = (SELECT hms_organisation()) AND said <% r.title
    ), far AS (
        SELECT r.id, word_similarity(said, r.text) - 2 AS rank, r.title FROM routines_routine r
        WHERE NOT EXISTS (SELECT FROM exact) AND r.organisation_id = (SELECT hms_organisation()) AND said <% r.text
    )
    SELECT found.id FROM (SELECT * FROM exact UNION ALL SELECT * FROM near UNION ALL SELECT * FROM far) found
    GROUP BY found.id ORDER BY max(found.rank) DESC, min(found.title) LIMIT most;
$function$;
REVOKE ALL ON FUNCTION routines_matching(text, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION routines_matching(text, text, integer) TO {APP};
"""
# The sweep's question across organisations: ids only.
DUE = f"""
CREATE FUNCTION organisations_with_routines_due(moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT organisation_id FROM routines_routineclock WHERE next_at <= moment ORDER BY next_at;
$function$;
REVOKE ALL ON FUNCTION organisations_with_routines_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_routines_due(timestamptz) TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("routines", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARDS, NO_GUARDS),
        migrations.RunSQL(SEARCH, "DROP FUNCTION routines_matching(text, text, integer)"),
        migrations.RunSQL(DUE, "DROP FUNCTION organisations_with_routines_due(timestamptz)"),
    ]

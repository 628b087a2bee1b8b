"""Free-text search that can use its index.

Row-level security keeps PostgreSQL from using an index for an operator that is not leak-proof, and `@@` is
not. So the ids come from a function that runs as the owner and puts the organisation first itself; the
rows are then fetched through the policies as usual.
"""

from django.conf import settings
from django.db import migrations

FORWARD = f"""
CREATE FUNCTION deviations_matching(query tsquery) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT id FROM deviations_deviation
    WHERE organisation_id = (SELECT hms_organisation()) AND search @@ query;
$function$;
REVOKE ALL ON FUNCTION deviations_matching(tsquery) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deviations_matching(tsquery) TO "{settings.APP_ROLE}";
"""


class Migration(migrations.Migration):
    dependencies = [("deviations", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION deviations_matching(tsquery)")]

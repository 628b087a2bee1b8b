"""The one question that is asked across organisations: which have a message due. Ids only."""

from django.conf import settings
from django.db import migrations

FORWARD = f"""
CREATE INDEX delivery_due_anywhere ON notifications_delivery (next_attempt_at, organisation_id)
    WHERE state IN ('queued', 'sending');
CREATE FUNCTION organisations_with_due_deliveries(due_before timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT DISTINCT organisation_id FROM notifications_delivery
    WHERE state IN ('queued', 'sending') AND next_attempt_at <= due_before;
$function$;
REVOKE ALL ON FUNCTION organisations_with_due_deliveries(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_due_deliveries(timestamptz) TO "{settings.APP_ROLE}";
"""
BACKWARD = """
DROP FUNCTION organisations_with_due_deliveries(timestamptz);
DROP INDEX delivery_due_anywhere;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

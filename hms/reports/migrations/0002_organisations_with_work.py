"""The one question asked across organisations: which have a report to remove or to make. Ids only."""

from django.conf import settings
from django.db import migrations

FORWARD = f"""
CREATE INDEX report_job_expiry_anywhere ON reports_reportjob (expires_at, organisation_id);
CREATE INDEX report_job_waiting_anywhere ON reports_reportjob (created_at, organisation_id) WHERE state = 'queued';
CREATE FUNCTION organisations_with_report_work(moment timestamptz, forgotten_before timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT organisation_id FROM reports_reportjob WHERE expires_at <= moment
    UNION
    SELECT organisation_id FROM reports_reportjob WHERE state = 'queued' AND created_at <= forgotten_before;
$function$;
REVOKE ALL ON FUNCTION organisations_with_report_work(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_report_work(timestamptz, timestamptz) TO "{settings.APP_ROLE}";
"""
BACKWARD = """
DROP FUNCTION organisations_with_report_work(timestamptz, timestamptz);
DROP INDEX report_job_waiting_anywhere;
DROP INDEX report_job_expiry_anywhere;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

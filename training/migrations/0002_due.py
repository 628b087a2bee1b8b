"""The sweep's question across organisations: ids only. What is proof is never removed by the serving role."""

from django.conf import settings
from django.db import migrations

APP = f'"{settings.APP_ROLE}"'
DUE = f"""
CREATE FUNCTION organisations_with_trainings_due(moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT organisation_id FROM training_trainingclock WHERE next_at <= moment ORDER BY next_at;
$function$;
REVOKE ALL ON FUNCTION organisations_with_trainings_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_trainings_due(timestamptz) TO {APP};
REVOKE DELETE ON training_training, training_completion FROM {APP};
"""
NOT_DUE = f"""
DROP FUNCTION organisations_with_trainings_due(timestamptz);
GRANT DELETE ON training_training, training_completion TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]
    operations = [migrations.RunSQL(DUE, NOT_DUE)]

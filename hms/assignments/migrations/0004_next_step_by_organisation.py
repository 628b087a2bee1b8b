"""The index of what is due leads with the organisation: a sweep reads one at a time, and which have something due is
found by looking at the first entry of each.

CONCURRENTLY, so that people go on working meanwhile.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION organisations_with_due_steps(moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    {body}
$function$;
"""
FORWARD = FUNCTION.format(
    body="""SELECT o.id FROM organisations_organisation o WHERE EXISTS (
        SELECT FROM assignments_assignment a
        WHERE a.organisation_id = o.id AND a.state = 'open' AND a.next_step_at IS NOT NULL AND a.next_step_at <= moment
    ) ORDER BY o.id;"""
)
BACKWARD = FUNCTION.format(
    body="""SELECT DISTINCT organisation_id FROM assignments_assignment
    WHERE state = 'open' AND next_step_at IS NOT NULL AND next_step_at <= moment;"""
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("assignments", "0003_ladder")]
    operations = [
        AddIndexConcurrently(
            "assignment",
            models.Index(
                condition=models.Q(("next_step_at__isnull", False), ("state", "open")),
                fields=["organisation", "next_step_at"],
                name="assignment_due_step",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        RemoveIndexConcurrently("assignment", "assignment_next_step"),
    ]

"""The reminder ladder at work: what a step counts from, reminders that outlive the ladder's rows, the sweep's question.

Open assignments from before are looked at by the first sweep, which finds their next step; what the ladder
would have said before this migration is not said.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import hms.tenancy.fields
import hms.tenancy.scope

# Row-level security holds the owner too, so each organisation is opened in turn.
ARM = """
DO $block$
DECLARE organisation bigint;
BEGIN
    FOR organisation IN SELECT id FROM organisations_organisation LOOP
        PERFORM set_config('hms.organisation', organisation::text, true);
        UPDATE assignments_assignment SET next_step_at = now() WHERE state = 'open';
    END LOOP;
    PERFORM set_config('hms.organisation', '', true);
END $block$;
"""
FORWARD = f"""
CREATE FUNCTION organisations_with_due_steps(moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT DISTINCT organisation_id FROM assignments_assignment
    WHERE state = 'open' AND next_step_at IS NOT NULL AND next_step_at <= moment;
$function$;
REVOKE ALL ON FUNCTION organisations_with_due_steps(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_due_steps(timestamptz) TO "{settings.APP_ROLE}";
"""
BACKWARD = "DROP FUNCTION organisations_with_due_steps(timestamptz);"
ANCHORS = [("due", "From the due date"), ("start", "From when it came, until somebody has begun")]
RECIPIENTS = [
    ("assignee", "The one who is responsible"),
    ("manager", "The line manager"),
    ("hse_manager", "The HSE manager"),
    ("safety_rep", "The safety representative"),
    ("top_leader", "The top leader"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0002_notes_and_withdrawn"),
        ("organisations", "0003_invitation_state_and_import"),
    ]
    operations = [
        migrations.AddField("assignment", "is_statutory", models.BooleanField(default=False)),
        migrations.AddField("assignment", "armed_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AddField("ladderstep", "anchor", models.CharField(choices=ANCHORS, default="due", max_length=5)),
        migrations.AddField("ladderstep", "active_from", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("ladderstep", "ladder_step_once"),
        migrations.AddConstraint(
            "ladderstep",
            models.UniqueConstraint(
                fields=["organisation", "kind", "is_critical", "anchor", "offset_days", "recipient"],
                name="ladder_step_once",
            ),
        ),
        # Nothing has ever written reminders, so nothing is lost.
        migrations.DeleteModel("Reminder"),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("anchor", models.CharField(choices=ANCHORS, max_length=5)),
                ("offset_days", models.SmallIntegerField()),
                ("recipient", models.CharField(choices=RECIPIENTS, max_length=20)),
                ("due_on", models.DateField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="assignments.assignment",
                    ),
                ),
                (
                    "organisation",
                    hms.tenancy.fields.OrganisationField(
                        db_index=False,
                        default=hms.tenancy.scope.current_organisation_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["organisation", "assignment", "anchor", "offset_days", "recipient", "due_on"],
                        name="reminder_once",
                    )
                ]
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(ARM, migrations.RunSQL.noop),
    ]

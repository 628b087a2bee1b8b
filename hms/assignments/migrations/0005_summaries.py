"""Summaries for leaders: when each organisation's next one comes, who does not want them, and the sweep's question.

An organisation gets its schedule from the first sweep that looks, and its first summary with the next period.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hms.tenancy.fields
import hms.tenancy.scope

FORWARD = f"""
CREATE FUNCTION organisations_with_due_summaries(moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT id FROM organisations_organisation
    WHERE is_active AND (
        id IN (SELECT organisation_id FROM assignments_summaryschedule WHERE next_at <= moment)
        OR id NOT IN (SELECT organisation_id FROM assignments_summaryschedule)
    );
$function$;
REVOKE ALL ON FUNCTION organisations_with_due_summaries(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_due_summaries(timestamptz) TO "{settings.APP_ROLE}";
"""
BACKWARD = "DROP FUNCTION organisations_with_due_summaries(timestamptz);"
KINDS = [("weekly", "Every week: my own units"), ("monthly", "Every month: the whole organisation")]


def organisation_key():
    return hms.tenancy.fields.OrganisationField(
        db_index=False,
        default=hms.tenancy.scope.current_organisation_id,
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="organisations.organisation",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0004_next_step_by_organisation"),
        ("organisations", "0004_reminder_choice"),
    ]
    operations = [
        migrations.CreateModel(
            name="SummarySchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=7)),
                ("next_at", models.DateTimeField(null=True)),
                ("last_period", models.CharField(max_length=8)),
                ("organisation", organisation_key()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at", "organisation"],
                        name="summary_schedule_next",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["organisation", "kind"], name="summary_schedule_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SummaryRefusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=7)),
                (
                    "employee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.employee",
                    ),
                ),
                ("organisation", organisation_key()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["organisation", "employee", "kind"], name="summary_refusal_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

"""Dead letters, and the numbers that are counted across organisations: never a row, an id or a text of one."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = {
    # What waits, what is being sent, and since when the oldest should have been sent. Pending rows only: an index.
    "operations_pending_deliveries(moment timestamptz)": """
        RETURNS TABLE (channel text, state text, number bigint, oldest timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
            SELECT d.channel::text, d.state::text, count(*), min(CASE
                WHEN d.state = 'sending' OR d.attempts > 0 OR d.error <> '' THEN d.due_at
                WHEN d.next_attempt_at <= moment THEN d.next_attempt_at END)
            FROM notifications_delivery d WHERE d.state IN ('queued', 'sending') GROUP BY 1, 2;
        $function$""",
    # What was given up since then, by the class of the error.
    "operations_failed_deliveries(since timestamptz)": """
        RETURNS TABLE (error text, number bigint, last timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
            SELECT d.error::text, count(*), max(d.claimed_at)
            FROM notifications_delivery d WHERE d.state = 'failed' AND d.claimed_at >= since GROUP BY 1;
        $function$""",
    # Steps of open assignments that are due, and the oldest.
    "operations_due_steps(moment timestamptz)": """
        RETURNS TABLE (number bigint, oldest timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
            SELECT coalesce(sum(s.number), 0)::bigint, min(s.oldest) FROM organisations_organisation o, LATERAL (
                SELECT count(*) AS number, min(a.next_step_at) AS oldest FROM assignments_assignment a
                WHERE a.organisation_id = o.id AND a.state = 'open'
                    AND a.next_step_at IS NOT NULL AND a.next_step_at <= moment
            ) s;
        $function$""",
}


def _create(signature: str, body: str) -> str:
    return f"""
CREATE FUNCTION {signature} {body};
REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {signature} TO "{settings.APP_ROLE}";
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_operator"),
        ("assignments", "0009_answers_and_recipients"),
        ("notifications", "0006_delivery_due_at"),
    ]
    operations = [
        migrations.CreateModel(
            name="FailedTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("task", models.CharField(max_length=200)),
                ("queue", models.CharField(blank=True, max_length=40)),
                ("arguments", models.JSONField(default=list)),
                ("is_complete", models.BooleanField(default=True)),
                ("error", models.CharField(max_length=120)),
                ("place", models.CharField(blank=True, max_length=200)),
                ("fingerprint", models.CharField(max_length=64)),
                ("count", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Not handled"), ("retried", "Was run again"), ("dismissed", "Dismissed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("handled_at", models.DateTimeField(null=True)),
                (
                    "handled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "-last_at", "-id"], name="failed_task_list")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("fingerprint",), name="failed_task_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handled_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True), ("handled_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="failed_task_handled_has_time",
                    ),
                ],
            },
        ),
        *(
            migrations.RunSQL(_create(signature, body), f"DROP FUNCTION {signature};")
            for signature, body in FUNCTIONS.items()
        ),
    ]

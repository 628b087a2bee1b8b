"""An index for what was done in a period, built while the system serves."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("assignments", "0005_summaries")]
    operations = [
        AddIndexConcurrently(
            "assignment",
            models.Index(
                fields=["organisation", "ended_at"], condition=models.Q(state="done"), name="assignment_ended"
            ),
        ),
    ]

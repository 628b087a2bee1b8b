"""An index for those who are to be reminded, built while the system serves."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("routines", "0006_ask_to_remind")]
    operations = [
        AddIndexConcurrently(
            "readingrequest",
            models.Index(
                fields=["organisation"], condition=models.Q(chased_by__isnull=False), name="reading_chased"
            ),
        ),
    ]

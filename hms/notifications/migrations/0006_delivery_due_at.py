"""Since when a message should have been sent. Those from before count from this migration."""

import django.db.models.functions
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_bounces_and_dead_addresses")]
    operations = [
        migrations.AddField("delivery", "due_at", models.DateTimeField(
                # Workers of the version before go on inserting while this one is rolled out.
                default=django.utils.timezone.now, db_default=django.db.models.functions.Now()
            )),
    ]

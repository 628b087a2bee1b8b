"""Since when a message should have been sent. Those from before count from this migration."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_preference_and_skipped")]
    operations = [
        migrations.AddField("delivery", "due_at", models.DateTimeField(default=django.utils.timezone.now)),
    ]

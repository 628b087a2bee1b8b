"""Failed messages of the last days are found without reading all messages; built beside the running system."""

from django.db import migrations


class Migration(migrations.Migration):
    # CONCURRENTLY stands in no transaction.
    atomic = False
    dependencies = [("operations", "0001_failed_tasks_and_numbers")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS delivery_failed_anywhere "
            "ON notifications_delivery (claimed_at) WHERE state = 'failed';",
            "DROP INDEX CONCURRENTLY IF EXISTS delivery_failed_anywhere;",
        )
    ]

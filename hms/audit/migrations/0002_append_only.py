"""The log is append-only for the serving role: it may read and add, never change or remove."""

from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(
            f'REVOKE UPDATE, DELETE ON audit_event FROM "{settings.APP_ROLE}"',
            f'GRANT UPDATE, DELETE ON audit_event TO "{settings.APP_ROLE}"',
        )
    ]

"""Who operates the installation. Nobody, until `manage.py operator` says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.AddField("user", "is_operator", models.BooleanField(default=False))]

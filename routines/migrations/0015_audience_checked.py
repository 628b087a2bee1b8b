"""Every audience is one thing: checked for the rows there are. A use is taken back, never removed by the serving role."""

from django.conf import settings
from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

APP = f'"{settings.APP_ROLE}"'


class Migration(migrations.Migration):
    dependencies = [("routines", "0014_use_and_trainings")]
    operations = [
        ValidateConstraint("audience", "audience_is_one"),
        migrations.RunSQL(f"REVOKE DELETE ON routines_use FROM {APP}", f"GRANT DELETE ON routines_use TO {APP}"),
    ]

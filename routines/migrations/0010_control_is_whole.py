from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("routines", "0009_control_and_openings")]
    operations = [ValidateConstraint("version", "version_control_is_whole")]

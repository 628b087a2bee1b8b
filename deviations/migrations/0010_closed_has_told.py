"""No closed case has authorities left to tell: checked for the rows there are, without holding up those who write."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("deviations", "0009_injuries")]

    operations = [ValidateConstraint("deviation", "deviation_closed_has_told")]

"""The slow part of the one before: nobody waits for it."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('deviations', '0011_handling'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='deviation',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['organisation', 'merged_into'], name='deviation_merged'),
        ),
        AddIndexConcurrently(
            model_name='deviation',
            index=models.Index(condition=models.Q(models.Q(('place', ''), _negated=True), models.Q(('category', ''), _negated=True)), fields=['organisation', 'place', 'category'], name='deviation_place'),
        ),
        ValidateConstraint(model_name='deviation', name='deviation_ended_has_answer'),
        ValidateConstraint(model_name='deviation', name='deviation_open_has_no_ending'),
        ValidateConstraint(model_name='deviation', name='deviation_merged_goes_on'),
        ValidateConstraint(model_name='deviation', name='deviation_not_into_itself'),
        ValidateConstraint(model_name='deviation', name='deviation_whistle_not_merged'),
    ]

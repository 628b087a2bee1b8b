"""A report can be cancelled, and can be too large for one document."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0002_organisations_with_work'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reportjob',
            name='problem',
            field=models.CharField(blank=True, choices=[('pdf_unavailable', 'This server cannot make PDF files. Tell whoever runs it.'), ('too_many', 'There are too many cases for one document. Choose fewer.'), ('gone', 'What the report is about is no longer there for you.'), ('error', 'Something went wrong while the report was made. Try again.')], max_length=20),
        ),
        migrations.AlterField(
            model_name='reportjob',
            name='state',
            field=models.CharField(choices=[('queued', 'Waiting'), ('done', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10),
        ),
    ]

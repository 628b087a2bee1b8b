
import django.db.models.deletion
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assignments', '0006_ended_index'),
        ('organisations', '0004_reminder_choice'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('employee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.employee')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'token_hash'), name='calendar_feed_token'), models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('organisation', 'employee'), name='calendar_feed_one_live')],
            },
        ),
    ]

"""Messages that come back, addresses that do not work, and which organisations know of one."""

import django.db.models.deletion
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.conf import settings
from django.db import migrations, models

FORWARD = f"""
CREATE FUNCTION organisations_with_dead_addresses() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT DISTINCT organisation_id FROM notifications_deadaddress;
$function$;
REVOKE ALL ON FUNCTION organisations_with_dead_addresses() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_dead_addresses() TO "{settings.APP_ROLE}";
"""
BACKWARD = "DROP FUNCTION organisations_with_dead_addresses();"


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0004_channels'),
        ('organisations', '0004_reminder_choice'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeadAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(max_length=32)),
                ('reason', models.CharField(choices=[('refused', 'Refused when it was sent'), ('bounced', 'Messages come back'), ('failing', 'Failed many times in a row')], max_length=10)),
                ('status_code', models.CharField(blank=True, max_length=12)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('told_at', models.DateTimeField(null=True)),
                ('employee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.employee')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'employee'), name='dead_address_once')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_sent_has_time',
        ),
        migrations.AddField(
            model_name='delivery',
            name='address_hash',
            field=models.CharField(blank=True, db_default='', default='', max_length=32),
        ),
        migrations.AddField(
            model_name='delivery',
            name='bounced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='status_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('queued', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Failed'), ('bounced', 'Came back'), ('skipped', 'No longer needed')], default='queued', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'bounced']), ('sent_at__isnull', False)), models.Q(models.Q(('state__in', ['sent', 'bounced']), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='delivery_sent_has_time'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'bounced'), ('bounced_at__isnull', False)), models.Q(models.Q(('state', 'bounced'), _negated=True), ('bounced_at__isnull', True)), _connector='OR'), name='delivery_bounced_has_time'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

"""Saved views, which one opens the list, who follows which; and the sweep's question across organisations. Ids only."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.conf import settings
from django.db import migrations, models

FORWARD = f"""
CREATE FUNCTION organisations_with_view_news(moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT DISTINCT organisation_id FROM deviations_viewsubscription WHERE next_at <= moment;
$function$;
REVOKE ALL ON FUNCTION organisations_with_view_news(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_view_news(timestamptz) TO "{settings.APP_ROLE}";
"""
BACKWARD = "DROP FUNCTION organisations_with_view_news(timestamptz);"


class Migration(migrations.Migration):

    dependencies = [
        ('deviations', '0005_identity'),
        ('organisations', '0005_groups'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='Name')),
                ('query', models.JSONField(default=dict)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('is_for_all', models.BooleanField(default=False)),
                ('for_roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('manager', 'Manager'), ('hse_manager', 'HSE manager'), ('safety_rep', 'Safety representative'), ('senior_safety_rep', 'Senior safety representative'), ('committee_member', 'Working environment committee member'), ('top_leader', 'Top leader'), ('administrator', 'Administrator'), ('consultant', 'Occupational health consultant'), ('inspector', 'Inspector (read only)')], max_length=20), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.employee')),
            ],
            options={
                'verbose_name': 'saved view',
            },
        ),
        migrations.CreateModel(
            name='StartView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('employee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.employee')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('view', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='deviations.savedview')),
            ],
        ),
        migrations.CreateModel(
            name='ViewSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('frequency', models.CharField(choices=[('daily', 'Every morning when there is something'), ('weekly', 'Once a week')], max_length=6)),
                ('since', models.DateField(default=django.utils.timezone.localdate)),
                ('until', models.DateField(default=django.utils.timezone.localdate)),
                ('next_at', models.DateTimeField()),
                ('employee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.employee')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('view', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='deviations.savedview')),
            ],
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('organisation', 'owner', 'name'), name='saved_view_name'),
        ),
        migrations.AddIndex(
            model_name='startview',
            index=models.Index(fields=['organisation', 'view'], name='start_view_view'),
        ),
        migrations.AddConstraint(
            model_name='startview',
            constraint=models.UniqueConstraint(fields=('organisation', 'employee'), name='start_view_one'),
        ),
        migrations.AddIndex(
            model_name='viewsubscription',
            index=models.Index(fields=['next_at', 'organisation'], name='view_subscription_next'),
        ),
        migrations.AddIndex(
            model_name='viewsubscription',
            index=models.Index(fields=['organisation', 'view'], name='view_subscription_view'),
        ),
        migrations.AddConstraint(
            model_name='viewsubscription',
            constraint=models.UniqueConstraint(fields=('organisation', 'employee', 'view'), name='view_subscription_once'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

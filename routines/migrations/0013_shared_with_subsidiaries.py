"""What a parent organisation shares, and where a routine that came from there did so. Safe on a live system: a new
table, empty columns, a longer key, and constraints on a table that has one row for each routine that was taken up.

The shelf is the one table that others than its owner may read: the organisations that belong under it now, and only
read. Its owner changes no row either: an edition is put there and taken away.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.conf import settings
from django.db import migrations, models

APP = f'"{settings.APP_ROLE}"'
# Bound to the table itself when the policy is made: a table of the same name somewhere else changes nothing.
SHELF = f"""
REVOKE UPDATE ON routines_sharededition FROM {APP};
CREATE POLICY subsidiary_may_read ON routines_sharededition FOR SELECT TO {APP}
    USING (organisation_id = (
        SELECT a.parent_id FROM organisations_affiliation a
        WHERE a.organisation_id = (SELECT hms_organisation()) AND a.ended_at IS NULL
    ));
"""
NO_SHELF = f"""
DROP POLICY subsidiary_may_read ON routines_sharededition;
GRANT UPDATE ON routines_sharededition TO {APP};
"""


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0007_affiliations'),
        ('routines', '0012_words_of_before'),
    ]

    operations = [
        migrations.CreateModel(
            name='SharedEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(db_index=False, max_length=80)),
                ('language', models.CharField(choices=[('nb', 'Bokmål'), ('nn', 'Nynorsk'), ('en', 'English')], max_length=5)),
                ('number', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=160)),
                ('category', models.CharField(choices=[('system', 'How we work with HSE'), ('emergency', 'When something happens'), ('fire', 'Fire'), ('first_aid', 'First aid and infection control'), ('psychosocial', 'How we treat each other'), ('violence', 'Violence and threats'), ('chemicals', 'Chemicals and dust'), ('equipment', 'Equipment and protective gear'), ('ergonomics', 'Ergonomics and lifting'), ('driving', 'Driving and work on roads'), ('alone', 'Working alone, at night, at home'), ('staff', 'Training, working hours, sick leave'), ('privacy', 'Privacy and ICT'), ('work', 'How we do the work')], max_length=20)),
                ('law', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField()),
                ('readers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('manager', 'Manager'), ('hse_manager', 'HSE manager'), ('safety_rep', 'Safety representative'), ('senior_safety_rep', 'Senior safety representative'), ('committee_member', 'Working environment committee member'), ('top_leader', 'Top leader'), ('administrator', 'Administrator'), ('consultant', 'Occupational health consultant'), ('inspector', 'Inspector (read only)')], max_length=20), default=list, size=None)),
                ('revise_months', models.PositiveSmallIntegerField()),
                ('shared_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('routine', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='routines.routine')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'routine', 'language'), name='shared_edition_newest'), models.UniqueConstraint(fields=('organisation', 'key', 'language'), name='shared_edition_key')],
            },
        ),
        migrations.AddField(
            model_name='adoption',
            name='shared_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation'),
        ),
        migrations.AddField(
            model_name='adoption',
            name='told_version',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='adoption',
            name='key',
            field=models.SlugField(db_index=False, max_length=80),
        ),
        migrations.AddConstraint(
            model_name='adoption',
            constraint=models.CheckConstraint(condition=models.Q(('shared_by', models.F('organisation')), _negated=True), name='adoption_from_another'),
        ),
        migrations.AddConstraint(
            model_name='adoption',
            constraint=models.CheckConstraint(condition=models.Q(('told_version__isnull', True), ('shared_by__isnull', False), _connector='OR'), name='adoption_told_of_shared'),
        ),
        migrations.RunSQL(SHELF, NO_SHELF),
    ]

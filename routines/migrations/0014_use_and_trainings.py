"""The log of uses, and a training as a part of whom a routine is for. An audience has few rows: its key is made anew."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assignments', '0013_training_kinds'),
        ('organisations', '0006_invitation_bounced'),
        ('routines', '0013_shared_with_subsidiaries'),
    ]

    operations = [
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('round', 'Safety round'), ('drill', 'Drill'), ('training', 'Training'), ('meeting', 'Meeting, also at the whiteboard'), ('other', 'Something else')], max_length=10, verbose_name='Where was it used?')),
                ('used_on', models.DateField(verbose_name='When?')),
                ('people', models.PositiveIntegerField(null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='How many took part?')),
                ('worked', models.CharField(choices=[('well', 'It worked'), ('better', 'It could be better'), ('unclear', 'It was unclear'), ('not_followed', 'It was not followed')], max_length=12, verbose_name='How did it go?')),
                ('note', models.TextField(blank=True, verbose_name='What did you see?')),
                ('registered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('registered_on', models.DateField(default=django.utils.timezone.localdate)),
                ('outcome', models.TextField(blank=True, verbose_name='What did you do about it?')),
                ('followed_up_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('assignment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assignments.assignment')),
                ('followed_up_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('registered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
                ('routine', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='routines.routine')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.unit', verbose_name='Unit')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routines.version')),
                ('withdrawn_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
            ],
            options={
                'verbose_name': 'use of a routine',
            },
        ),
        migrations.RemoveConstraint(
            model_name='audience',
            name='audience_is_one',
        ),
        migrations.RemoveConstraint(
            model_name='audience',
            name='audience_once',
        ),
        migrations.AddField(
            model_name='audience',
            name='training_id',
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='audience',
            name='kind',
            field=models.CharField(choices=[('unit', 'Everybody in a unit'), ('role', 'Those with a role'), ('group', 'A group'), ('person', 'One person'), ('training', 'Those who have a training')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='audience',
            index=models.Index(condition=models.Q(('kind', 'training')), fields=['organisation', 'training_id'], name='audience_training'),
        ),
        AddConstraintNotValid(
            model_name='audience',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('employee__isnull', True), ('group__isnull', True), ('kind', 'unit'), ('role', ''), ('training_id__isnull', True), ('unit__isnull', False)), models.Q(('employee__isnull', True), ('group__isnull', True), ('kind', 'role'), ('training_id__isnull', True), ('unit__isnull', True), models.Q(('role', ''), _negated=True)), models.Q(('employee__isnull', True), ('group__isnull', False), ('kind', 'group'), ('role', ''), ('training_id__isnull', True), ('unit__isnull', True)), models.Q(('employee__isnull', False), ('group__isnull', True), ('kind', 'person'), ('role', ''), ('training_id__isnull', True), ('unit__isnull', True)), models.Q(('employee__isnull', True), ('group__isnull', True), ('kind', 'training'), ('role', ''), ('training_id__isnull', False), ('unit__isnull', True)), _connector='OR'), name='audience_is_one'),
        ),
        migrations.AddConstraint(
            model_name='audience',
            constraint=models.UniqueConstraint(fields=('organisation', 'routine', 'kind', 'unit', 'role', 'group', 'employee', 'training_id'), name='audience_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='use',
            index=models.Index(fields=['organisation', 'routine', '-used_on', '-id'], name='use_routine'),
        ),
        migrations.AddConstraint(
            model_name='use',
            constraint=models.CheckConstraint(condition=models.Q(('used_on__lte', models.F('registered_on'))), name='use_is_past'),
        ),
        migrations.AddConstraint(
            model_name='use',
            constraint=models.CheckConstraint(condition=models.Q(('people__isnull', True), ('people__gte', 1), _connector='OR'), name='use_people'),
        ),
        migrations.AddConstraint(
            model_name='use',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('followed_up_at__isnull', True), ('followed_up_by__isnull', True), ('outcome', '')), models.Q(('followed_up_at__isnull', False), ('followed_up_by__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='use_follow_up_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='use',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='use_withdrawn_by_somebody'),
        ),
    ]

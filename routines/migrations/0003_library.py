"""Where a routine from the library came from. A new table: safe on a live system."""

import django.db.models.deletion
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0005_groups'),
        ('routines', '0002_guards_and_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(db_index=False, max_length=60)),
                ('language', models.CharField(choices=[('nb', 'Bokmål'), ('nn', 'Nynorsk'), ('en', 'English')], max_length=5)),
                ('version', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('draft_version', models.PositiveIntegerField(null=True)),
                ('draft_text', models.TextField(blank=True)),
                ('adopted_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('adopted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
                ('draft', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routines.draft')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('routine', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='adoption', to='routines.routine')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'key'], name='adoption_key')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('draft__isnull', True), ('draft_text', ''), ('draft_version__isnull', True)), models.Q(('draft__isnull', False), ('draft_version__isnull', False), models.Q(('draft_text', ''), _negated=True)), _connector='OR'), name='adoption_draft_has_text')],
            },
        ),
    ]

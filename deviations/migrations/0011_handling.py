"""Ends that are no solution, merging, linking, hearings, stops of work, many at once.

The triggers hold what no constraint of a row can: that a case goes on in one that is not merged itself, so that there
are neither chains nor circles, and that what a closed case says stays as it is until the case is opened again.
"""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


TRIGGERS = """
CREATE FUNCTION deviations_guard_merge() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    -- Held, so that two who merge crosswise wait for each other and the second is refused.
    PERFORM 1 FROM deviations_deviation
    WHERE organisation_id = NEW.organisation_id AND id = NEW.merged_into_id AND merged_into_id IS NULL FOR SHARE;
    IF NOT FOUND OR EXISTS (
        SELECT FROM deviations_deviation WHERE organisation_id = NEW.organisation_id AND merged_into_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'A case goes on in one that is not merged itself' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$function$;
CREATE TRIGGER deviation_no_chain BEFORE INSERT OR UPDATE OF merged_into_id ON deviations_deviation
FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION deviations_guard_merge();

CREATE FUNCTION deviations_guard_closed() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    RAISE EXCEPTION 'A closed case is changed by opening it again' USING ERRCODE = 'check_violation';
END
$function$;
CREATE TRIGGER deviation_locked BEFORE UPDATE ON deviations_deviation
FOR EACH ROW WHEN (
    OLD.state = 'closed' AND NEW.state = 'closed' AND (
        (OLD.title, OLD.description, OLD.unit_id, OLD.place, OLD.occurred_on, OLD.severity, OLD.kind, OLD.category,
            OLD.causes, OLD.immediate_measure, OLD.routine_cover, OLD.routine_name, OLD.ending, OLD.concerns_id)
        IS DISTINCT FROM
        (NEW.title, NEW.description, NEW.unit_id, NEW.place, NEW.occurred_on, NEW.severity, NEW.kind, NEW.category,
            NEW.causes, NEW.immediate_measure, NEW.routine_cover, NEW.routine_name, NEW.ending, NEW.concerns_id)
        OR OLD.answer IS DISTINCT FROM NEW.answer AND OLD.ending <> 'merged'
        OR OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id
    )
) EXECUTE FUNCTION deviations_guard_closed();
"""
NO_TRIGGERS = """
DROP TRIGGER deviation_locked ON deviations_deviation;
DROP TRIGGER deviation_no_chain ON deviations_deviation;
DROP FUNCTION deviations_guard_closed();
DROP FUNCTION deviations_guard_merge();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('actions', '0001_initial'),
        ('assignments', '0011_view_kind'),
        ('deviations', '0010_closed_has_told'),
        ('organisations', '0005_groups'),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('assign', 'Given to somebody'), ('category', 'Category set')], max_length=10)),
                ('changed', models.JSONField(default=list)),
                ('skipped', models.JSONField(default=list)),
                ('undone_at', models.DateTimeField(null=True)),
                ('kept', models.PositiveSmallIntegerField(default=0)),
                ('idempotency_key', models.UUIDField()),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.employee')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='CaseLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('related', 'They belong together'), ('recurrence', 'It has happened again'), ('dismissed', 'Nothing to do with each other')], max_length=10)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
                ('deviation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='deviations.deviation')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('other', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='deviations.deviation')),
            ],
        ),
        migrations.CreateModel(
            name='Hearing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('question', models.TextField(verbose_name='What do you want to know?')),
                ('shows_case', models.BooleanField(default=False, verbose_name='Show what was reported')),
                ('outcome', models.CharField(blank=True, choices=[('answered', 'Answered'), ('declined', 'Would rather not answer')], max_length=10)),
                ('answer', models.TextField(blank=True, verbose_name='Your answer')),
                ('ended_at', models.DateTimeField(null=True)),
                ('asked', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
                ('assignment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hearing', to='assignments.assignment')),
                ('deviation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='hearings', to='deviations.deviation')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'verbose_name': 'hearing',
            },
        ),
        migrations.CreateModel(
            name='MissedAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='actions.action')),
                ('deviation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='missed_action', to='deviations.deviation')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SplitOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deviation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='split_off', to='deviations.deviation')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('origin', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='deviations.deviation')),
            ],
        ),
        migrations.CreateModel(
            name='WorkStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.TextField(verbose_name='What work is stopped?')),
                ('place', models.CharField(max_length=160, verbose_name='Where?')),
                ('since', models.DateTimeField(verbose_name='From when?')),
                ('stopped_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('basis', models.CharField(blank=True, choices=[('safe', 'The safety representative says that it is safe'), ('authority', 'The Labour Inspection Authority has decided')], max_length=10, verbose_name='Why may the work go on?')),
                ('reason', models.TextField(blank=True, verbose_name='Reason')),
                ('deviation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='work_stops', to='deviations.deviation')),
                ('lifted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('stopped_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
            ],
            options={
                'verbose_name': 'stop of work',
            },
        ),
        migrations.RemoveConstraint(
            model_name='deviation',
            name='deviation_closed_has_answer',
        ),
        migrations.AddField(
            model_name='deviation',
            name='ending',
            field=models.CharField(blank=True, choices=[('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('merged', 'Merged with another')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='deviation',
            name='merged_into',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='deviations.deviation'),
        ),
        migrations.AddField(
            model_name='historicaldeviation',
            name='ending',
            field=models.CharField(blank=True, choices=[('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('merged', 'Merged with another')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='historicaldeviation',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='deviations.deviation'),
        ),
        AddConstraintNotValid(
            model_name='deviation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('closed_at__isnull', False), models.Q(models.Q(('answer', ''), _negated=True), ('reporter_kind', 'imported'), ('ending__in', ['withdrawn', 'merged']), _connector='OR')), _connector='OR'), name='deviation_ended_has_answer'),
        ),
        AddConstraintNotValid(
            model_name='deviation',
            constraint=models.CheckConstraint(condition=models.Q(('ending', ''), ('state', 'closed'), _connector='OR'), name='deviation_open_has_no_ending'),
        ),
        AddConstraintNotValid(
            model_name='deviation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ending', 'merged'), ('merged_into__isnull', False)), models.Q(models.Q(('ending', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='deviation_merged_goes_on'),
        ),
        AddConstraintNotValid(
            model_name='deviation',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='deviation_not_into_itself'),
        ),
        AddConstraintNotValid(
            model_name='deviation',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('is_whistleblowing', False), _connector='OR'), name='deviation_whistle_not_merged'),
        ),
        migrations.AddConstraint(
            model_name='bulkchange',
            constraint=models.UniqueConstraint(fields=('organisation', 'idempotency_key'), name='bulk_change_sent_once'),
        ),
        migrations.AddIndex(
            model_name='caselink',
            index=models.Index(fields=['organisation', 'deviation', 'kind'], name='case_link_deviation'),
        ),
        migrations.AddIndex(
            model_name='caselink',
            index=models.Index(fields=['organisation', 'other'], name='case_link_other'),
        ),
        migrations.AddConstraint(
            model_name='caselink',
            constraint=models.UniqueConstraint(models.F('organisation'), django.db.models.functions.comparison.Least('deviation', 'other'), django.db.models.functions.comparison.Greatest('deviation', 'other'), name='case_link_once'),
        ),
        migrations.AddConstraint(
            model_name='caselink',
            constraint=models.CheckConstraint(condition=models.Q(('deviation', models.F('other')), _negated=True), name='case_link_of_two'),
        ),
        migrations.AddIndex(
            model_name='hearing',
            index=models.Index(fields=['organisation', 'deviation', 'id'], name='hearing_deviation'),
        ),
        migrations.AddIndex(
            model_name='hearing',
            index=models.Index(fields=['organisation', 'asked'], name='hearing_asked'),
        ),
        migrations.AddConstraint(
            model_name='hearing',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation', 'deviation', 'asked'), name='hearing_one_open'),
        ),
        migrations.AddConstraint(
            model_name='hearing',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', ''), ('ended_at__isnull', False), _connector='OR'), name='hearing_outcome_has_time'),
        ),
        migrations.AddConstraint(
            model_name='hearing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'answered'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='hearing_answer_has_words'),
        ),
        migrations.AddIndex(
            model_name='splitoff',
            index=models.Index(fields=['organisation', 'origin'], name='split_off_origin'),
        ),
        migrations.AddConstraint(
            model_name='splitoff',
            constraint=models.CheckConstraint(condition=models.Q(('deviation', models.F('origin')), _negated=True), name='split_off_of_two'),
        ),
        migrations.AddIndex(
            model_name='workstop',
            index=models.Index(fields=['organisation', 'deviation', 'id'], name='work_stop_deviation'),
        ),
        migrations.AddConstraint(
            model_name='workstop',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('organisation', 'deviation'), name='work_stop_one'),
        ),
        migrations.AddConstraint(
            model_name='workstop',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), ('lifted_at__isnull', True), ('lifted_by__isnull', True), ('reason', '')), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('basis', ''), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='work_stop_lifted_has_reason'),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]

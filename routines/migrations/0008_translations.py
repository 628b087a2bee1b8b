"""Versions in other languages than the routine's own, which one holds, and search in their words too."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.db import migrations, models

# A version in the routine's own language translates nothing; any other one translates one of the same routine and number.
GUARD = """
CREATE FUNCTION routines_version_translates() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
DECLARE
    own text;
    original routines_version%ROWTYPE;
BEGIN
    SELECT language INTO STRICT own FROM routines_routine WHERE id = NEW.routine_id;
    IF NEW.language = own THEN
        IF NEW.translates_id IS NOT NULL THEN
            RAISE EXCEPTION 'a version in the language of the routine translates nothing'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END IF;
    SELECT * INTO original FROM routines_version WHERE id = NEW.translates_id;
    IF original.id IS NULL OR original.routine_id <> NEW.routine_id OR original.language <> own
        OR original.number <> NEW.number THEN
        RAISE EXCEPTION 'a translation has the number of a version of its routine' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$function$;
CREATE TRIGGER routines_version_translates AFTER INSERT ON routines_version
    FOR EACH ROW EXECUTE FUNCTION routines_version_translates();
"""
NO_GUARD = """
DROP TRIGGER routines_version_translates ON routines_version;
DROP FUNCTION routines_version_translates();
"""
HEAD = """
CREATE OR REPLACE FUNCTION routines_matching(said text, beginnings text, most integer) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
"""
TAIL = """
    SELECT found.id FROM (SELECT * FROM exact UNION ALL SELECT * FROM near UNION ALL SELECT * FROM far) found
    GROUP BY found.id ORDER BY max(found.rank) DESC, min(found.title) LIMIT most;
$function$;
"""
# As before, and the same in translations, each by the stems of its language.
SEARCH = f"""{HEAD}
    WITH asked AS MATERIALIZED (
        SELECT websearch_to_tsquery('norwegian', said) || to_tsquery('norwegian', beginnings) AS query,
            websearch_to_tsquery('english', said) || to_tsquery('english', beginnings) AS english
    ), exact AS MATERIALIZED (
        SELECT r.id, ts_rank(r.search, asked.query) AS rank, r.title FROM routines_routine r, asked
        WHERE r.organisation_id = (SELECT hms_organisation()) AND r.search @@ asked.query
        UNION ALL
        SELECT t.routine_id, ts_rank(t.search, asked.query), t.title FROM routines_translation t, asked
        WHERE t.organisation_id = (SELECT hms_organisation()) AND t.search @@ asked.query AND t.language <> 'en'
        UNION ALL
        SELECT t.routine_id, ts_rank(t.search, asked.english), t.title FROM routines_translation t, asked
        WHERE t.organisation_id = (SELECT hms_organisation()) AND t.search @@ asked.english AND t.language = 'en'
    ), near AS (
        SELECT r.id, word_similarity(said, r.title) - 1 AS rank, r.title FROM routines_routine r
        WHERE r.organisation_id = (SELECT hms_organisation()) AND said <% r.title
        UNION ALL
        SELECT t.routine_id, word_similarity(said, t.title) - 1, t.title FROM routines_translation t
        WHERE t.organisation_id = (SELECT hms_organisation()) AND said <% t.title
    ), far AS (
        SELECT r.id, word_similarity(said, r.text) - 2 AS rank, r.title FROM routines_routine r
        WHERE NOT EXISTS (SELECT FROM exact) AND r.organisation_id = (SELECT hms_organisation()) AND said <% r.text
        UNION ALL
        SELECT t.routine_id, word_similarity(said, t.text) - 2, t.title FROM routines_translation t
        WHERE NOT EXISTS (SELECT FROM exact) AND t.organisation_id = (SELECT hms_organisation()) AND said <% t.text
    )
{TAIL}"""
SEARCH_BEFORE = f"""{HEAD}
    WITH asked AS MATERIALIZED (
        SELECT websearch_to_tsquery('norwegian', said) || to_tsquery('norwegian', beginnings) AS query
    ), exact AS MATERIALIZED (
        SELECT r.id, ts_rank(r.search, asked.query) AS rank, r.title FROM routines_routine r, asked
        WHERE r.organisation_id = (SELECT hms_organisation()) AND r.search @@ asked.query
    ), near AS (
        SELECT r.id, word_similarity(said, r.title) - 1 AS rank, r.title FROM routines_routine r
        WHERE r.organisation_id = (SELECT hms_organisation()) AND said <% r.title
    ), far AS (
        SELECT r.id, word_similarity(said, r.text) - 2 AS rank, r.title FROM routines_routine r
        WHERE NOT EXISTS (SELECT FROM exact) AND r.organisation_id = (SELECT hms_organisation()) AND said <% r.text
    )
{TAIL}"""


def words(config):
    return django.contrib.postgres.search.SearchVector(
        'title', config=config, weight='A'
    ) + django.contrib.postgres.search.SearchVector('text', config=config, weight='B')


class Migration(migrations.Migration):

    dependencies = [
        ('assignments', '0012_document_kinds'),
        ('organisations', '0006_invitation_bounced'),
        ('routines', '0007_remind_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='version',
            name='edition',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='version',
            name='translates',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routines.version'),
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.UniqueConstraint(fields=('organisation', 'routine', 'number', 'language', 'edition'), name='version_edition'),
        ),
        migrations.RemoveConstraint(
            model_name='version',
            name='version_number',
        ),
        migrations.AddConstraint(
            model_name='version',
            constraint=models.CheckConstraint(condition=models.Q(('edition__gte', 1), models.Q(('translates__isnull', False), ('edition', 1), _connector='OR')), name='version_own_edition'),
        ),
        migrations.AddField(
            model_name='draft',
            name='translates',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routines.version'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='read_in',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routines.version'),
        ),
        migrations.CreateModel(
            name='Translation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('nb', 'Bokmål'), ('nn', 'Nynorsk'), ('en', 'English')], max_length=5)),
                ('title', models.CharField(max_length=160)),
                ('text', models.TextField(editable=False)),
                ('published_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('search', models.GeneratedField(db_persist=True, expression=models.Case(models.When(language='en', then=words('english')), default=words('norwegian'), output_field=django.contrib.postgres.search.SearchVectorField()), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('current', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='routines.version')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('routine', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='translations', to='routines.routine')),
                ('task', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assignments.assignment')),
            ],
            options={
                'indexes': [
                    django.contrib.postgres.indexes.GinIndex(fields=['organisation', 'search'], name='translation_search'),
                    django.contrib.postgres.indexes.GinIndex(models.F('organisation'), django.contrib.postgres.indexes.OpClass(models.F('title'), name='gin_trgm_ops'), django.contrib.postgres.indexes.OpClass(models.F('text'), name='gin_trgm_ops'), name='translation_trigrams'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'routine', 'language'), name='translation_once'),
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='translation_has_title'),
                ],
            },
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
        migrations.RunSQL(SEARCH, SEARCH_BEFORE),
    ]

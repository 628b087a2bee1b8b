"""What a misspelt word is compared with: the words there are, not the texts.

How much a word is alike a part of a text takes time by the length of the text: with five thousand routines, seconds. The
words of an organisation are some thousands, however many texts they stand in. The database keeps them, whoever writes a
routine; they are only added. A new table, a trigger, and functions: safe on a live system.
"""

from importlib import import_module

import django.contrib.postgres.indexes
import django.db.models.deletion
import hms.tenancy.fields
import hms.tenancy.scope
from django.db import migrations, models

# Numbers are not misspelt, and what means something to a search is no word.
WORDS_OF = r"""
CREATE FUNCTION routines_words_of(said text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $function$
    SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple', said))) AS word
    WHERE length(word) BETWEEN 3 AND 40 AND word !~ '[][0-9\s''"\\:&|!()<>*./@_%]';
$function$;
CREATE FUNCTION routines_keep_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    INSERT INTO routines_word (organisation_id, word)
    SELECT NEW.organisation_id, word FROM routines_words_of(NEW.title || ' ' || NEW.text) AS word
    WHERE NOT EXISTS (SELECT FROM routines_word w WHERE w.organisation_id = NEW.organisation_id AND w.word = word.word)
    ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$function$;
CREATE TRIGGER routines_words AFTER INSERT OR UPDATE OF title, text ON routines_routine
    FOR EACH ROW EXECUTE FUNCTION routines_keep_words();
CREATE TRIGGER routines_words AFTER INSERT OR UPDATE OF title, text ON routines_translation
    FOR EACH ROW EXECUTE FUNCTION routines_keep_words();
"""
NO_WORDS = """
DROP TRIGGER routines_words ON routines_translation;
DROP TRIGGER routines_words ON routines_routine;
DROP FUNCTION routines_keep_words();
DROP FUNCTION routines_words_of(text);
"""
# What somebody may have meant: for each word they typed the few that are most like it. NULL when nothing is.
MEANT = """
CREATE FUNCTION routines_meant(said text, stems regconfig) RETURNS tsquery
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $function$
    SELECT to_tsquery(stems, string_agg('(' || words || ')', ' & ')) FROM (
        SELECT typed.place, string_agg(quote_literal(near.word), ' | ') AS words
        FROM regexp_split_to_table(lower(said), '\\s+') WITH ORDINALITY AS typed(word, place), LATERAL (
            SELECT w.word FROM routines_word w
            WHERE w.organisation_id = (SELECT hms_organisation()) AND w.word %> typed.word
            ORDER BY word_similarity(typed.word, w.word) DESC, length(w.word), w.word LIMIT 5
        ) near
        WHERE length(typed.word) BETWEEN 3 AND 40 AND typed.place <= 8
        GROUP BY typed.place
    ) each;
$function$;
"""
# As before (0008) but for the last resort: not likeness with a part of each text, but the words that are most alike.
SEARCH = """
CREATE OR REPLACE FUNCTION routines_matching(said text, beginnings text, most integer) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
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
    ), meant AS MATERIALIZED (
        SELECT routines_meant(said, 'norwegian') AS query, routines_meant(said, 'english') AS english
        WHERE NOT EXISTS (SELECT FROM exact)
    ), far AS (
        SELECT r.id, ts_rank(r.search, meant.query) - 2 AS rank, r.title FROM routines_routine r, meant
        WHERE r.organisation_id = (SELECT hms_organisation()) AND r.search @@ meant.query
        UNION ALL
        SELECT t.routine_id, ts_rank(t.search, meant.query) - 2, t.title FROM routines_translation t, meant
        WHERE t.organisation_id = (SELECT hms_organisation()) AND t.search @@ meant.query AND t.language <> 'en'
        UNION ALL
        SELECT t.routine_id, ts_rank(t.search, meant.english) - 2, t.title FROM routines_translation t, meant
        WHERE t.organisation_id = (SELECT hms_organisation()) AND t.search @@ meant.english AND t.language = 'en'
    )
    SELECT found.id FROM (SELECT * FROM exact UNION ALL SELECT * FROM near UNION ALL SELECT * FROM far) found
    GROUP BY found.id ORDER BY max(found.rank) DESC, min(found.title) LIMIT most;
$function$;
"""
BEFORE = import_module("routines.migrations.0008_translations").SEARCH
NO_MEANT = BEFORE + "DROP FUNCTION routines_meant(text, regconfig);"


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0006_invitation_bounced'),
        ('routines', '0010_control_is_whole'),
    ]

    operations = [
        migrations.CreateModel(
            name='Word',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=40)),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(models.F('organisation'), django.contrib.postgres.indexes.OpClass(models.F('word'), name='gin_trgm_ops'), name='word_trigrams')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'word'), name='word_once')],
            },
        ),
        migrations.RunSQL(WORDS_OF, NO_WORDS),
        migrations.RunSQL(MEANT + SEARCH, NO_MEANT),
    ]

"""The words of the routines there are, an organisation at a time."""

from django.db import migrations

WORDS = """
INSERT INTO routines_word (organisation_id, word)
SELECT r.organisation_id, word FROM routines_routine r, routines_words_of(r.title || ' ' || r.text) AS word
WHERE r.organisation_id = %(organisation)s
UNION
SELECT t.organisation_id, word FROM routines_translation t, routines_words_of(t.title || ' ' || t.text) AS word
WHERE t.organisation_id = %(organisation)s
ON CONFLICT DO NOTHING
"""


def keep_words(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id FROM organisations_organisation ORDER BY id")
        for (organisation,) in cursor.fetchall():
            cursor.execute(WORDS, {"organisation": organisation})


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("routines", "0011_words")]
    operations = [migrations.RunPython(keep_words, migrations.RunPython.noop, elidable=True)]

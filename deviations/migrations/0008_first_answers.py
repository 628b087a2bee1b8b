"""When reporters were first answered, of cases from before it was kept for every way of answering.

A written answer from whoever handles the case counts: an answer, a comment that the reporter reads, or the closing. The
receipt does not. In batches, each in a transaction of its own, so that nobody waits.
"""

from typing import Any

from django.db import migrations, transaction

BATCH = 1000
NEXT = """
SELECT id FROM deviations_deviation
WHERE id > %s AND first_answered_at IS NULL AND reporter_kind <> 'imported' ORDER BY id LIMIT %s
"""
FILL = """
UPDATE deviations_deviation d SET first_answered_at = found.at
FROM (
    SELECT c.id, min(e.at) AS at
    FROM deviations_deviation c
    JOIN audit_event e ON e.root_type = 'deviations.deviation' AND e.root_id = c.id
    LEFT JOIN assignments_assignment a ON a.id = c.handling_id
    WHERE c.id = ANY(%s) AND (
        e.verb IN ('deviation.answered', 'deviation.closed')
        OR e.verb = 'deviation.commented' AND e.data->>'visibility' = 'reporter'
            AND e.actor_id IS DISTINCT FROM c.reporter_id
            AND (e.actor_id = a.assignee_id OR EXISTS (
                SELECT FROM audit_event h
                WHERE h.root_type = 'deviations.deviation' AND h.root_id = c.id AND h.actor_id = e.actor_id
                    AND h.verb IN ('deviation.received', 'deviation.triaged', 'deviation.answered', 'deviation.closed')
            ))
    )
    GROUP BY c.id
) found
WHERE d.id = found.id AND d.first_answered_at IS NULL
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Every organisation in turn: row-level security holds the owner too."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM organisations_organisation ORDER BY id")
        organisations = [row[0] for row in cursor.fetchall()]
    for organisation in organisations:
        last = 0
        while last is not None:
            last = _fill_some(connection, organisation, after=last)


def _fill_some(connection: Any, organisation: int, *, after: int) -> int | None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hms.organisation', %s, true)", [str(organisation)])
        cursor.execute(NEXT, [after, BATCH])
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            cursor.execute(FILL, [ids])
        cursor.execute("SELECT set_config('hms.organisation', '', true)")
    return ids[-1] if ids else None


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("deviations", "0007_learning"),
        ("assignments", "0009_answers_and_recipients"),
        ("audit", "0002_append_only"),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]

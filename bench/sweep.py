"""What a sweep costs, beside one SQL statement that inserts the same rows. See docs/benchmarks.md.

The sweep runs as the serving role, through the code that the worker runs. Then the rows it made are set aside,
everything is put back, and one statement inserts them again as PostgreSQL's superuser: foreign keys, unique
constraints and indexes are the same, but no row-level security, no rules and no dates to work out.
"""

import json
import os
import statistics
import sys
import time
from multiprocessing import get_context

import django

django.setup()

import psycopg  # noqa: E402
from django.db import connection  # noqa: E402

from hms.assignments import selectors, tasks  # noqa: E402

ROUNDS = 3
# table: the columns are all of them, and new rows have higher ids.
MADE = ("notifications_notification", "notifications_delivery", "assignments_reminder", "audit_event")
INSERT = """
WITH a AS (INSERT INTO notifications_notification SELECT * FROM made_notifications_notification RETURNING 1),
     b AS (INSERT INTO notifications_delivery SELECT * FROM made_notifications_delivery RETURNING 1),
     c AS (INSERT INTO assignments_reminder SELECT * FROM made_assignments_reminder RETURNING 1),
     d AS (INSERT INTO audit_event SELECT * FROM made_audit_event RETURNING 1)
SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b), (SELECT count(*) FROM c), (SELECT count(*) FROM d)
"""


def measure(superuser: str) -> dict[str, object]:
    """Rounds of sweep and statement in turn. Returns seconds, rows and ratios."""
    with psycopg.connect(superuser, autocommit=True) as admin:
        [(now,)] = admin.execute("SELECT at FROM bench_moment").fetchall()
        admin.execute("DROP TABLE IF EXISTS before_next_step")
        admin.execute(
            "CREATE TABLE before_next_step AS SELECT id, next_step_at FROM assignments_assignment "
            "WHERE state = 'open' AND next_step_at <= %s",
            [now],
        )
        [(assignments,)] = admin.execute("SELECT count(*) FROM assignments_assignment WHERE state = 'open'").fetchall()
        last = {table: admin.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] for table in MADE}
        rounds = []
        for _round in range(ROUNDS):
            rounds.append(one_round(admin, now, last))
    seconds = {name: statistics.median(row[name] for row in rounds) for name in ("sweep", "statement")}
    return {
        "open": assignments,
        "rows": rounds[0]["rows"],
        "rounds": rounds,
        "sweep_seconds": seconds["sweep"],
        "statement_seconds": seconds["statement"],
        "ratio": statistics.median(row["sweep"] / row["statement"] for row in rounds),
    }


def one_round(admin, now, last):
    started = time.perf_counter()
    workers = sweep_all(now)
    swept = time.perf_counter() - started
    rows = {}
    for table, before in last.items():
        admin.execute(f"DROP TABLE IF EXISTS made_{table}")
        admin.execute(f"CREATE TABLE made_{table} AS SELECT * FROM {table} WHERE id > {before}")
        rows[table] = admin.execute(f"SELECT count(*) FROM made_{table}").fetchone()[0]
    put_back(admin, last)
    started = time.perf_counter()
    again = admin.execute(INSERT).fetchone()
    inserted = time.perf_counter() - started
    assert list(again) == [rows[table] for table in MADE], again
    put_back(admin, last, steps=False)
    return {"sweep": swept, "statement": inserted, "rows": rows, "workers": workers}


def put_back(admin, last, *, steps=True):
    for table in reversed(MADE):
        admin.execute(f"DELETE FROM {table} WHERE id > {last[table]}")
    if steps:
        admin.execute(
            "UPDATE assignments_assignment a SET next_step_at = b.next_step_at FROM before_next_step b WHERE a.id = b.id"
        )
    admin.execute("VACUUM (ANALYZE) " + ", ".join(["assignments_assignment", *MADE]))
    admin.execute("CHECKPOINT")


def sweep_all(now):
    due = selectors.organisations_with_due_steps(now)
    for start in range(0, len(due), tasks.TOGETHER):
        tasks.sweep_organisations(due[start : start + tasks.TOGETHER], now)
    return 1


if __name__ == "__main__":
    print(json.dumps(measure(os.environ["SUPERUSER_URL"]), default=str))

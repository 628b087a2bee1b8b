"""What a sweep costs, beside one SQL statement that inserts the same rows. See docs/benchmarks.md.

The sweep runs as the serving role, through the code that the worker runs, in one process and in two. Then the rows it
made are set aside, everything is put back, and one statement inserts them again as PostgreSQL's superuser: with the
same foreign keys, unique constraints and indexes, but no row-level security, no rules and no dates to work out.

    python -m bench.sweep      prints JSON; DATABASE_URL is the serving role's, SUPERUSER_URL the superuser's
"""

import datetime
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Sequence
from typing import Any

import django

django.setup()

import psycopg  # noqa: E402
from django.db import connection  # noqa: E402

from hms.assignments import selectors, tasks  # noqa: E402

ROUNDS = 3
WORKERS = (1, 2)
# What a sweep inserts into. New rows have higher ids.
MADE = ("notifications_notification", "notifications_delivery", "assignments_reminder", "audit_event")
STATEMENT = (
    "WITH "
    + ", ".join(f"of_{table} AS (INSERT INTO {table} SELECT * FROM made_{table} RETURNING 1)" for table in MADE)
    + " SELECT "
    + ", ".join(f"(SELECT count(*) FROM of_{table})" for table in MADE)
)


def measure(superuser: str) -> dict[str, Any]:
    """Rounds of sweep and statement in turn.

    Returns: `open` assignments, `organisations` with something due, `rows` made by table, and by number of workers the
    medians of `sweep_seconds`, `statement_seconds` and their `ratio`.
    """
    with psycopg.connect(superuser, autocommit=True) as admin, multiprocessing.get_context("spawn").Pool(2) as pool:
        [(now,)] = admin.execute("SELECT at FROM bench_moment").fetchall()
        before = set_aside(admin, now)
        pool.map(warm_up, range(2), chunksize=1)
        samples: dict[int, list[tuple[float, float]]] = {number: [] for number in WORKERS}
        for _round in range(ROUNDS):
            for number in WORKERS:
                organisations = selectors.organisations_with_due_steps(now)
                seconds = swept(pool, organisations, now, number)
                rows = keep_what_was_made(admin, before)
                put_back(admin, before)
                samples[number].append((seconds, inserted(admin, rows)))
                put_back(admin, before)
        [(opened,)] = admin.execute("SELECT count(*) FROM assignments_assignment WHERE state = 'open'").fetchall()
    return {
        "open": opened,
        "organisations": len(organisations),
        "rows": rows,
        "workers": {number: summary(pairs) for number, pairs in samples.items()},
    }


def summary(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    return {
        "sweep_seconds": statistics.median(sweep for sweep, _statement in pairs),
        "statement_seconds": statistics.median(statement for _sweep, statement in pairs),
        "ratio": statistics.median(sweep / statement for sweep, statement in pairs),
    }


def swept(pool: Any, organisations: list[int], now: datetime.datetime, workers: int) -> float:
    """Seconds that so many workers take for all of them, a transaction's worth at a time."""
    size = tasks.TOGETHER
    shares = [(organisations[start : start + size], now) for start in range(0, len(organisations), size)]
    started = time.perf_counter()
    if workers == 1:
        for share in shares:
            take(share)
    else:
        pool.map(take, shares, chunksize=1)
    return time.perf_counter() - started


def take(share: tuple[list[int], datetime.datetime]) -> None:
    tasks.sweep_organisations(*share)


def warm_up(_number: int) -> None:
    """Start a worker: connected, and with its code loaded."""
    connection.ensure_connection()
    time.sleep(0.5)


def set_aside(admin: psycopg.Connection, now: datetime.datetime) -> dict[str, int]:
    """Remember which steps are due. Returns the last id of each table."""
    admin.execute("DROP TABLE IF EXISTS before_next_step")
    admin.execute(
        "CREATE TABLE before_next_step AS SELECT id, next_step_at FROM assignments_assignment "
        "WHERE state = 'open' AND next_step_at <= %s",
        [now],
    )
    return {table: admin.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] for table in MADE}


def keep_what_was_made(admin: psycopg.Connection, before: dict[str, int]) -> dict[str, int]:
    rows = {}
    for table, last in before.items():
        admin.execute(f"DROP TABLE IF EXISTS made_{table}")
        admin.execute(f"CREATE TABLE made_{table} AS SELECT * FROM {table} WHERE id > {last}")
        rows[table] = admin.execute(f"SELECT count(*) FROM made_{table}").fetchone()[0]
    return rows


def inserted(admin: psycopg.Connection, rows: dict[str, int]) -> float:
    started = time.perf_counter()
    again = admin.execute(STATEMENT).fetchone()
    seconds = time.perf_counter() - started
    assert list(again) == list(rows.values()), (again, rows)
    return seconds


def put_back(admin: psycopg.Connection, before: dict[str, int]) -> None:
    for table in reversed(MADE):
        admin.execute(f"DELETE FROM {table} WHERE id > {before[table]}")
    admin.execute(
        "UPDATE assignments_assignment a SET next_step_at = b.next_step_at FROM before_next_step b "
        "WHERE a.id = b.id AND a.next_step_at IS DISTINCT FROM b.next_step_at"
    )
    admin.execute("VACUUM (ANALYZE) " + ", ".join(["assignments_assignment", *MADE]))
    admin.execute("CHECKPOINT")


if __name__ == "__main__":
    print(json.dumps(measure(os.environ["SUPERUSER_URL"])))

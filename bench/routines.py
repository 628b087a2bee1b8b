"""What routines cost: opening one, searching five thousand, publishing to five thousand. See docs/benchmarks.md.

Requests go through the product's own handler in this process, as the serving role, and through the floor's beside it;
bare statements run as PostgreSQL's superuser, without row-level security or rules. Everything takes turns within a round.

    python -m bench.routines POSTGRES_PID     prints JSON; DATABASE_URL is the serving role's, SUPERUSER_URL the superuser's
"""

import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

import django

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench.counting import Queries  # noqa: E402
from bench.measure import _cookie, _cpu_of_children  # noqa: E402
from bench.routines_data import PUBLICATIONS, RARE, READERS  # noqa: E402
from bench.wsgi import application  # noqa: E402
from hms.organisations.models import Employee, Organisation  # noqa: E402
from hms.tenancy.scope import tenant  # noqa: E402
from routines import selectors, services  # noqa: E402
from routines.enums import State  # noqa: E402
from routines.models import Draft, Routine  # noqa: E402

ROUNDS, PER_ROUND = 5, 25
SEARCHED = "bok1"
WORDS = {
    "hit": RARE,
    "misspelt": "brønhodeventill",
    "misspelt, in all": "nummmer",
    "many hits": "nummer",
    "no hits": "kvakksalveri",
}
# What a turn inserts into when many are asked to read. New rows have higher ids.
MADE = (
    "assignments_assignment", "routines_readingrequest", "notifications_notification", "notifications_delivery", "audit_event",
)  # fmt: skip
STATEMENT = (
    "WITH "
    + ", ".join(f"of_{table} AS (INSERT INTO {table} SELECT * FROM made_{table} RETURNING 1)" for table in MADE)
    + " SELECT "
    + ", ".join(f"(SELECT count(*) FROM of_{table})" for table in MADE)
)
BY_WORDS = """
    SELECT id, title FROM routines_routine, websearch_to_tsquery('norwegian', %(words)s) AS asked
    WHERE organisation_id = %(organisation)s AND state = 'published' AND search @@ asked
    ORDER BY ts_rank(search, asked) DESC LIMIT 25
"""
BY_LIKENESS = """
    SELECT id, title FROM routines_routine
    WHERE organisation_id = %(organisation)s AND state = 'published' AND (%(words)s <%% title OR %(words)s <%% text)
    ORDER BY word_similarity(%(words)s, title) DESC LIMIT 25
"""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


def ask(path: str, cookie: str, form: dict[str, str] | None = None) -> Answer:
    """A request through the handler that serves it, in this process."""
    body = urlencode(form).encode() if form is not None else b""
    where, _mark, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if form is None else "POST", "PATH_INFO": where, "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": cookie, "HTTP_X_COUNT": "1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
        "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    said: list[Any] = []
    content = application(environ, lambda status, headers: said.extend([int(status[:3]), headers]))
    text = b"".join(content).decode()
    getattr(content, "close", lambda: None)()
    return Answer(said[0], dict(said[1]), text)


def checked(path: str, cookie: str, form: dict[str, str] | None = None, expected: int = 200) -> Answer:
    answer = ask(path, cookie, form)
    if answer.status != expected:
        raise SystemExit(f"{path} answered {answer.status}, not {expected}\n{answer.text[:2000]}")
    return answer


def somebody(slug: str, name: str) -> tuple[Organisation, Employee, str]:
    """An organisation, a person in it, and the cookie of their session."""
    organisation = Organisation.objects.get(slug=slug)
    with tenant(organisation):
        employee = Employee.objects.select_related("user", "unit").get(given_name=name)
        return organisation, employee, _cookie(employee)


# --- opening one ---


def opening(postgres: int) -> dict[str, Any]:
    """Processor time of a reader's request for a routine, beside the floor's; milliseconds, medians of rounds."""
    organisation, _reader, cookie = somebody(SEARCHED, "Leser")
    paths = {
        "floor": f"/floor/{organisation.pk}/routine/r-{{}}/",
        "routine": f"/{SEARCHED}/rutiner/r-{{}}/",
        "on the phone": f"/{SEARCHED}/rutiner/paa-telefonen/innhold/",
    }
    result: dict[str, Any] = {}
    for name, path in paths.items():
        first = checked(path.format(1), cookie)
        result[name] = {"queries": int(first.headers.get("X-Queries", 0)), "bytes": len(first.text.encode())}
    samples: dict[str, list[tuple[float, float, float]]] = {name: [] for name in paths}
    for round_ in range(ROUNDS):
        for name, path in paths.items():
            before, wall = (time.process_time(), _cpu_of_children(postgres)), time.perf_counter()
            for turn in range(PER_ROUND):
                checked(path.format(round_ * PER_ROUND + turn), cookie)
            spent = (
                time.process_time() - before[0],
                _cpu_of_children(postgres) - before[1],
                time.perf_counter() - wall,
            )
            samples[name].append(tuple(one / PER_ROUND * 1000 for one in spent))  # type: ignore[arg-type]
    for name, rounds in samples.items():
        web, database, wall_ms = (statistics.median(column) for column in zip(*rounds, strict=True))
        result[name] |= {"web_ms": web, "database_ms": database, "cpu_ms": web + database, "wall_ms": wall_ms}
    result["ratio"] = result["routine"]["cpu_ms"] / result["floor"]["cpu_ms"]
    return result


# --- searching ---


def searching(admin: psycopg.Connection) -> dict[str, Any]:
    """The search itself, its statement beside a plain one, and the whole page: milliseconds, medians."""
    organisation, reader, cookie = somebody(SEARCHED, "Leser")
    result: dict[str, Any] = {}
    for name, words in WORDS.items():
        path = f"/{SEARCHED}/rutiner/?q={quote(words)}"
        queries = int(checked(path, cookie).headers["X-Queries"])
        samples = []
        for _round in range(ROUNDS * 2):
            found, ours = _found(organisation, reader, words)
            plain = _timed(lambda words=words, name=name: _plainly(admin, organisation.pk, words, name))
            page = _timed(lambda path=path: checked(path, cookie))
            samples.append((ours, plain, page))
        ours, plain, page = (statistics.median(column) * 1000 for column in zip(*samples, strict=True))
        result[name] = {"found": found, "queries": queries, "search_ms": ours, "plain_ms": plain, "page_ms": page}
        result[name]["ratio"] = ours / plain
    return result


def _found(organisation: Organisation, reader: Employee, words: str) -> tuple[int, float]:
    """How many are found, and how long it takes to find them and fetch the first page."""
    with tenant(organisation):
        begun = time.perf_counter()
        found, ids = selectors.search(selectors.visible_to(reader).filter(state=State.PUBLISHED), words)
        list(selectors.with_list_columns(found.filter(pk__in=ids[:25])))
        return len(ids), time.perf_counter() - begun


def _plainly(admin: psycopg.Connection, organisation: int, words: str, name: str) -> None:
    asked = {"organisation": organisation, "words": words}
    if not name.startswith("misspelt"):
        admin.execute(BY_WORDS, asked).fetchall()
    if name not in {"hit", "many hits"}:
        admin.execute(BY_LIKENESS, asked).fetchall()


# --- publishing ---


def publishing(admin: psycopg.Connection) -> dict[str, Any]:
    """The request that publishes, and the worker's turn that asks the readers, with few readers and with many."""
    leaders = {size: somebody(f"les{size}", "Leder") for size in READERS}
    requests: dict[int, list[float]] = {size: [] for size in READERS}
    turns: dict[int, list[tuple[float, float]]] = {size: [] for size in READERS}
    result: dict[str, Any] = {size: {} for size in READERS}
    for number in range(PUBLICATIONS):
        for size, (organisation, _leader, cookie) in leaders.items():
            path = f"/{organisation.slug}/rutiner/brann-{number}/utkast/godkjenn/"
            token = SimpleCookie(checked(path, cookie).headers["Set-Cookie"])[settings.CSRF_COOKIE_NAME].value
            form = {"csrfmiddlewaretoken": token, "note": "", "with_blanks": "on"}
            begun = time.perf_counter()
            answer = checked(path, f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}", form, 303)
            seconds = time.perf_counter() - begun
            with tenant(organisation):
                assert not Draft.objects.filter(routine__slug=f"brann-{number}").exclude(state="published").exists()
            turn, statement, queries, rows = _turn(admin, organisation)
            assert rows["routines_readingrequest"] >= size, rows
            if number:  # the first one warms up
                requests[size].append(seconds)
                turns[size].append((turn, statement))
            result[size] |= {"request_queries": int(answer.headers["X-Queries"]), "turn_queries": queries, "rows": rows}
    for size in READERS:
        turn, statement = (statistics.median(column) for column in zip(*turns[size], strict=True))
        result[size] |= {
            "request_ms": statistics.median(requests[size]) * 1000,
            "turn_ms": turn * 1000,
            "statement_ms": statement * 1000,
            "turn_ms_per_reader": turn * 1000 / size,
            "ratio": statistics.median(one / other for one, other in turns[size]),
        }
    few, many = READERS
    return result | {"request_ratio": result[many]["request_ms"] / result[few]["request_ms"]}


def _turn(admin: psycopg.Connection, organisation: Organisation) -> tuple[float, float, int, dict[str, int]]:
    """Seconds of the worker's turn, and of one statement that inserts the same rows again; queries; rows by table."""
    before = {table: admin.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] for table in MADE}
    queries = Queries()
    begun = time.perf_counter()
    with connection.execute_wrapper(queries), tenant(organisation):
        services.turn()
    seconds = time.perf_counter() - begun
    rows = {}
    for table, last in before.items():
        admin.execute(f"DROP TABLE IF EXISTS made_{table}")
        admin.execute(f"CREATE TABLE made_{table} AS SELECT * FROM {table} WHERE id > {last}")
        rows[table] = admin.execute(f"SELECT count(*) FROM made_{table}").fetchone()[0]
    for table in reversed(MADE):
        admin.execute(f"DELETE FROM {table} WHERE id > {before[table]}")
    admin.execute("VACUUM (ANALYZE) " + ", ".join(MADE))
    admin.execute("CHECKPOINT")
    begun = time.perf_counter()
    again = admin.execute(STATEMENT).fetchone()
    statement = time.perf_counter() - begun
    assert list(again) == list(rows.values()), (again, rows)
    admin.execute("VACUUM (ANALYZE) " + ", ".join(MADE))
    return seconds, statement, queries.count, rows


# --- the hourly turn with nothing to do ---


def idle_turn() -> dict[str, Any]:
    """A worker's turn of an organisation with five thousand routines where nothing is to be asked."""
    organisation, _reader, _session = somebody(SEARCHED, "Leser")
    queries = Queries()
    begun = time.perf_counter()
    with connection.execute_wrapper(queries), tenant(organisation):
        services.turn()
        routines = Routine.objects.count()
    return {"routines": routines, "seconds": time.perf_counter() - begun, "queries": queries.count}


def _timed(do: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    with psycopg.connect(os.environ["SUPERUSER_URL"], autocommit=True) as superuser:
        measured = {
            "opening": opening(int(sys.argv[1])),
            "searching": searching(superuser),
            "publishing": publishing(superuser),
            "idle_turn": idle_turn(),
        }
    print(json.dumps(measured))

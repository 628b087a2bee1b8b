"""Asks the running servers for the product's pages and the floor's, and reads what they cost.

`prepare PORT ORGANISATIONS` signs people in and prints what there is to ask for; `ask` reads that for every
size of database and measures all of them in turn, so that whatever else the machine does hits all alike.
"""

import http.client
import json
import os
import random
import re
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from bench.data import BLOCK  # noqa: E402
from deviations.models import Deviation  # noqa: E402
from hms.actions.enums import PlanState  # noqa: E402
from hms.assignments.enums import Kind, State  # noqa: E402
from hms.assignments.models import Assignment  # noqa: E402
from hms.assignments.services import create_link  # noqa: E402
from hms.organisations.enums import Role  # noqa: E402
from hms.organisations.models import Employee, Organisation  # noqa: E402
from hms.tenancy.scope import tenant  # noqa: E402

# Requests go round these many organisations, spread over all there are.
VISITED = 10
ROUNDS, PER_ROUND = 8, 25
# Open actions of an organisation that are answered.
LINKS = 8
TICK = os.sysconf("SC_CLK_TCK")
Ask = tuple[str, str, dict[str, str] | None]
Scenario = Callable[["House", int], Ask]


@dataclass
class House:
    """One organisation's addresses and cookies."""

    pk: int
    slug: str
    cookie: str
    unit: int
    first_case: tuple[int, int]
    cursor: str = ""
    after: str = ""
    links: list[str] = field(default_factory=list)
    csrf: str = ""


class Server:
    """The address, and the processes behind it."""

    def __init__(self, port: int, web: int, database: int) -> None:
        self.port, self.web, self.database = port, web, database
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def send(
        self, method: str, path: str, cookie: str, form: dict[str, str] | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        body = urlencode(form) if form is not None else None
        headers = {
            "Cookie": cookie,
            "Accept-Language": "nb",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for attempt in range(2):
            try:
                self.connection.request(method, path, body, headers)
                response = self.connection.getresponse()
                response.text = response.read().decode()
                return response
            except (http.client.RemoteDisconnected, ConnectionError):
                # The server lets an idle connection go.
                self.connection.close()
                if attempt:
                    raise
        raise AssertionError

    def cpu(self) -> tuple[float, float]:
        """Seconds of processor time so far: the web workers, and the database's processes."""
        return _cpu_of_children(self.web), _cpu_of_children(self.database)


def _cpu_of_children(parent: int) -> float:
    total = 0
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        # After the name in brackets: fields 14 and 15 are user and system time.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def houses(count: int) -> list[House]:
    """Organisations to visit, each with a signed-in HSE manager."""
    found = []
    first = Organisation.objects.order_by("id").first().pk
    apart = count // VISITED
    # Others each time, so that a kept database still has open actions there.
    skipped = random.randrange(apart)
    for index in range(VISITED):
        organisation = Organisation.objects.get(pk=first + (index * apart + skipped) * BLOCK)
        with tenant(organisation):
            manager = Employee.objects.filter(organisation=organisation, role_holdings__role=Role.HSE_MANAGER).first()
            running = Deviation.objects.filter(
                organisation=organisation, plan__state__in=[PlanState.DONE, PlanState.EFFECT_CHECKED]
            )
            case = running.order_by("-reported_at").first()
            house = House(
                organisation.pk,
                organisation.slug,
                _cookie(manager),
                manager.unit_id,
                (case.year, case.sequence),
            )
            newest = list(Deviation.objects.filter(organisation=organisation).order_by("-reported_at", "-id")[:976])
            house.after = f"{newest[974].reported_at.isoformat()},{newest[974].pk}"
            open_actions = Assignment.objects.filter(organisation=organisation, kind=Kind.ACTION, state=State.OPEN)
            # Of different cases, so that each answer does the same work.
            for assignment in open_actions.select_related("assignee").order_by("id")[: LINKS + 1]:
                house.links.append(create_link(assignment, to=assignment.assignee))
        found.append(house)
    return found


def _cookie(employee: Employee) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(employee.user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = employee.user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def prepare(server: Server, house: House) -> None:
    """Walk to page forty as a person would, and fetch a form's token."""
    slug = house.slug
    path = f"/{slug}/avvik/?status=all"
    for _page in range(39):
        text = server.send("GET", path, house.cookie).text
        following = re.findall(
            r'href="\?([^"]*etter=[^"]*)"[^>]*rel="next"|rel="next"[^>]*href="\?([^"]*etter=[^"]*)"', text
        )
        query = next(part for pair in following for part in pair if part)
        path = f"/{slug}/avvik/?{query.replace('&amp;', '&')}"
    house.cursor = path
    answer = server.send("GET", f"/{slug}/meld/", house.cookie)
    token = SimpleCookie(answer.headers["Set-Cookie"])[settings.CSRF_COOKIE_NAME].value
    house.cookie += f"; {settings.CSRF_COOKIE_NAME}={token}"
    house.csrf = token


def scenarios() -> dict[str, Scenario]:
    """name: (organisation, number of the request) → method, address, form."""

    def report(house: House, turn: int) -> Ask:
        form = {
            "csrfmiddlewaretoken": house.csrf,
            "description": f"Rekkverket i trapp B er løst. Melding {turn}.",
            "unit": str(house.unit),
            "place": "Trapp B",
            "severity": "2",
            "who": "employee",
            "idempotency_key": str(uuid.uuid4()),
        }
        return "POST", f"/{house.slug}/meld/", form

    def act(house: House, turn: int) -> Ask:
        return "POST", f"/{house.slug}/t/{house.links.pop()}/", {"answer": "done", "comment": "Gjort."}

    def floor_case(house: House, turn: int) -> Ask:
        year, sequence = house.first_case
        return "GET", f"/floor/{house.pk}/case/{year}-{sequence:04d}/", None

    def case(house: House, turn: int) -> Ask:
        year, sequence = house.first_case
        return "GET", f"/{house.slug}/avvik/{year}-{sequence:04d}/", None

    return {
        "floor list": lambda house, turn: ("GET", f"/floor/{house.pk}/list/", None),
        "list": lambda house, turn: ("GET", f"/{house.slug}/avvik/", None),
        "floor list page 40": lambda house, turn: (
            "GET",
            f"/floor/{house.pk}/list/?{urlencode({'after': house.after})}",
            None,
        ),
        "list page 40": lambda house, turn: ("GET", house.cursor, None),
        "floor detail": floor_case,
        "detail": case,
        "search": lambda house, turn: ("GET", f"/{house.slug}/avvik/?status=all&q=rekkverk", None),
        "report POST": report,
        "action link POST": act,
    }


EXPECTED = {"report POST": 303, "action link POST": 303}


@dataclass
class Site:
    """One size of database: its server, and the organisations to visit."""

    server: Server
    visited: list[House]


def measure(sites: dict[str, Site]) -> dict[str, dict[str, dict[str, float]]]:
    """size: scenario: what it costs."""
    asks = scenarios()
    results: dict[str, dict[str, dict[str, float]]] = {label: {} for label in sites}
    samples: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for name, ask in asks.items():
        for label, site in sites.items():
            results[label][name] = _warm_up(site, name, ask)
    for _round in range(ROUNDS):
        for name, ask in asks.items():
            for label, site in sites.items():
                samples.setdefault((label, name), []).append(_one_round(site, name, ask))
    for (label, name), rounds in samples.items():
        web, database, wall = (statistics.median(column) * 1000 for column in zip(*rounds, strict=True))
        results[label][name] |= {"web_ms": web, "database_ms": database, "cpu_ms": web + database, "wall_ms": wall}
    return results


def _warm_up(site: Site, name: str, ask: Scenario) -> dict[str, float]:
    if name != "action link POST":
        for house in site.visited:
            _checked(site.server, house, name, ask(house, 0))
    house = site.visited[0]
    first = _checked(site.server, house, name, ask(house, 0), X_Count="1")
    return {"queries": int(first.headers.get("X-Queries", 0)), "bytes": len(first.text)}


def _one_round(site: Site, name: str, ask: Scenario) -> tuple[float, ...]:
    """Seconds for each request: web workers, database, waiting."""
    turns = _turns(name, site.visited)
    before, started = site.server.cpu(), time.perf_counter()
    for turn, house in turns:
        _checked(site.server, house, name, ask(house, turn))
    wall = time.perf_counter() - started
    web, database = (now - then for now, then in zip(site.server.cpu(), before, strict=True))
    return web / len(turns), database / len(turns), wall / len(turns)


def _turns(name: str, visited: list[House]) -> list[tuple[int, House]]:
    if name != "action link POST":
        return [(turn, visited[turn % len(visited)]) for turn in range(PER_ROUND)]
    # A link is used up by its answer, so every round gets its share of them.
    share = max(1, LINKS // ROUNDS)
    return [(turn, house) for house in visited for turn in range(min(share, len(house.links)))]


def _checked(server: Server, house: House, name: str, ask: Ask, **headers: str) -> http.client.HTTPResponse:
    method, path, form = ask
    response = server.send(method, path, house.cookie, form, **headers)
    expected = EXPECTED.get(name, 200)
    if response.status != expected:
        raise SystemExit(f"{name}: {method} {path} answered {response.status}, not {expected}\n{response.text[:2000]}")
    return response


def _prepared(port: int, organisations: int) -> list[House]:
    server = Server(port, 0, 0)
    visited = houses(organisations)
    for house in visited:
        prepare(server, house)
    return visited


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        print(json.dumps([asdict(house) for house in _prepared(int(sys.argv[2]), int(sys.argv[3]))]))
    else:
        given = json.loads(sys.stdin.read())
        sites = {
            label: Site(
                Server(site["port"], site["web"], site["database"]), [House(**house) for house in site["houses"]]
            )
            for label, site in given.items()
        }
        print(json.dumps(measure(sites)))

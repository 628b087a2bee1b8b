"""Fifty clients send thousands of reports, some of them twice or in pieces: nothing is lost and nothing doubled.

A hundred and fifty reports here, so that the run takes a quarter of a minute on two cores; HMS_SUBMISSIONS=10000 for all of them.
"""

import http.client
import os
import queue
import random
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.db.models import Count
from django.test import Client

from deviations.models import Deviation, DeviationCounter
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.browser.site import Site
from tests.cast import Cast, build_cast
from tests.conftest import as_owner

CLIENTS = 50
SUBMISSIONS = int(os.environ.get("HMS_SUBMISSIONS", "150"))
TOKEN = "a" * 32
# What becomes of one sending: the answer is read, the line breaks before the answer, or in the middle of the report.
READ, UNREAD, HALF = "read", "unread", "half"


@pytest.fixture
def site(transactional_db, serving_role, tmp_path, settings, worker_id) -> Iterator[Site]:
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 15
    with Site(tmp_path, number).running() as site:
        yield site


@dataclass
class Clients:
    """Fifty threads with a session each, which take sendings from one queue."""

    port: int
    sessions: list[str]
    units: list[int]
    sendings: "queue.Queue[tuple[str, str]]" = field(default_factory=queue.Queue)
    answers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    problems: list[str] = field(default_factory=list)

    def run(self) -> None:
        threads = [threading.Thread(target=self.work, args=[number]) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def work(self, number: int) -> None:
        while True:
            try:
                key, how = self.sendings.get_nowait()
            except queue.Empty:
                return
            try:
                self.send(number, key, how)
            except (OSError, http.client.HTTPException) as error:
                # As a phone does: it sends the same once more.
                if how == READ:
                    self.sendings.put((key, how))
                self.problems.append(type(error).__name__)

    def send(self, number: int, key: str, how: str) -> None:
        body = urlencode(
            {
                "csrfmiddlewaretoken": TOKEN, "idempotency_key": key, "description": f"Sak {key}", "severity": "2",
                "who": "employee", "unit": self.units[number % len(self.units)],
            }
        ).encode()  # fmt: skip
        connection = http.client.HTTPConnection("localhost", self.port, timeout=120)
        try:
            connection.putrequest("POST", "/fjellvik/meld/")
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.putheader("Content-Length", str(len(body)))
            session = self.sessions[number % len(self.sessions)]
            cookies = f"{django_settings.SESSION_COOKIE_NAME}={session}; {django_settings.CSRF_COOKIE_NAME}={TOKEN}"
            connection.putheader("Cookie", cookies)
            connection.endheaders(body[: len(body) // 2] if how == HALF else body)
            if how == READ:
                answer = connection.getresponse()
                answer.read()
                self.answers[key].add(f"{answer.status} {answer.headers.get('Location', '')}")
        finally:
            connection.close()


def sendings(chance: random.Random) -> list[tuple[str, str]]:
    """Every key once to three times, one of them read to its end; repeats of a third come at the same moment."""
    together, spread = [], []
    for number in range(SUBMISSIONS):
        key = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        parts = [(key, READ), *((key, chance.choice([READ, UNREAD, HALF])) for _ in range(chance.choice([0, 0, 1, 2])))]
        chance.shuffle(parts)
        if number % 3 == 0:
            together.append(parts)
        else:
            spread += [[part] for part in parts]
    groups = together + spread
    chance.shuffle(groups)
    return [part for group in groups for part in group]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_and_nothing_doubled(site: Site):
    with as_owner():
        cast: Cast = build_cast()
    sessions = []
    for name in ("ingrid", "tor_erik", "piotr", "kari", "helene"):
        client = Client()
        client.force_login(getattr(cast, name).user)
        sessions.append(client.cookies[django_settings.SESSION_COOKIE_NAME].value)
    clients = Clients(site.port, sessions, [cast.solbakken.pk, cast.teknisk.pk])
    sent = sendings(random.Random(20261127))  # noqa: S311  no secret
    keys = {key for key, _how in sent}
    assert len(keys) == SUBMISSIONS < len(sent)
    for one in sent:
        clients.sendings.put(one)
    clients.run()
    # Sends that nobody read may be at work still; the server takes requests in turn.
    with tenant(cast.fjellvik):
        cases = list(Deviation.objects.values_list("idempotency_key", "year", "sequence"))
        assert {str(key) for key, _year, _sequence in cases} == keys
        assert len(cases) == SUBMISSIONS
        assert sorted(sequence for _key, _year, sequence in cases) == list(range(1, SUBMISSIONS + 1))
        assert DeviationCounter.objects.get().last == SUBMISSIONS
        number_of = {str(key): f"{year}-{sequence:04d}" for key, year, sequence in cases}
        for key in keys:
            (answer,) = clients.answers[key]
            assert answer == f"303 /fjellvik/meld/kvittering/{number_of[key]}/"
        assert Assignment.objects.filter(source_kind="deviations.deviation").count() == SUBMISSIONS
        assert Event.objects.filter(verb="deviation.reported").count() == SUBMISSIONS
        for kind in ("assignments.assigned", "deviations.reported"):
            told = Notification.objects.filter(type=kind).values("about_id", "recipient_id").annotate(n=Count("pk"))
            assert all(row["n"] == 1 for row in told), kind
        handlers = Notification.objects.filter(type="assignments.assigned")
        assert handlers.values("about_id").distinct().count() == handlers.count() == SUBMISSIONS

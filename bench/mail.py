"""Mails a second: the worker's own code against a bare smtplib loop with the same bytes on one connection.

`prepare` (as the database's owner) makes an organisation whose people each have a new task to be told of;
`send` (as the serving role) sends those mails both ways in turn and prints what it took. The mail server is a
process of its own that takes everything and keeps nothing.
"""

import json
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

MAILS, ROUNDS, BATCH = 500, 5, 50
SINK = """
import socketserver
class Talk(socketserver.StreamRequestHandler):
    wbufsize = 0
    disable_nagle_algorithm = True
    def handle(self):
        say = lambda line: self.wfile.write(line + b"\\r\\n")
        say(b"220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                say(b"354 go on")
                while self.rfile.readline() != b".\\r\\n":
                    pass
                say(b"250 OK")
            elif verb == b"QUIT":
                return say(b"221 bye")
            else:
                say(b"250 OK")
class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
with Server(("127.0.0.1", 0), Talk) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
"""


def register() -> None:
    """Work on a unit: real work hangs on a case, whose facts would be measured too."""
    from hms.assignments import sources
    from hms.organisations.models import Unit

    sources.register(
        sources.Source(
            kind="organisations.unit",
            label="Unit",
            icon="building",
            url=lambda assignment: "/v0/",
            facts=lambda assignment: [("Where", "Trapp B")],
            root=lambda assignment: Unit.objects.get(pk=assignment.source_id),
        )
    )


def prepare() -> None:
    """Make people and their tasks."""
    import datetime

    from django.utils import timezone

    from hms.assignments.enums import Kind
    from hms.assignments.services import assign
    from hms.organisations.models import Employee, Organisation, Unit
    from hms.tenancy.scope import tenant

    organisation = Organisation.objects.create(name="Virksomhet 0", slug="v0")
    today = timezone.localdate()
    with tenant(organisation):
        unit = Unit.objects.create(name="Drift", report_token="x" * 32)
        unit.path = [unit.pk]
        unit.save()
        people = [
            Employee.objects.create(
                given_name=f"Person {number}",
                family_name="Nes",
                unit=unit,
                email=f"p{number}@v0.example",
                starts_on=today,
            )
            for number in range(MAILS + 1)
        ]
        for person in people[1:]:
            assign(
                kind=Kind.ACTION, title="Fest rekkverket i trapp B", to=person, source=unit, by=people[0],
                requested_by=people[0], due_on=today + datetime.timedelta(days=14),
            )  # fmt: skip


def send() -> dict[str, float]:
    """Send everything both ways, some rounds in turn. Gives medians over the rounds, and milliseconds a mail."""
    from django.conf import settings

    from hms.notifications import rendering, services, tasks
    from hms.notifications.models import Delivery
    from hms.organisations.models import Organisation
    from hms.tenancy.scope import tenant

    organisation = Organisation.objects.get()
    server = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(server.stdout.readline())
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False

        def wait_again() -> None:
            with tenant(organisation):
                Delivery.objects.update(
                    state="queued", sent_at=None, attempts=0, next_attempt_at=services.timezone.now()
                )

        def due() -> list[Delivery]:
            found = []
            with tenant(organisation):
                while some := services.claim(most=BATCH):
                    found += some
            return found

        def by_hms() -> None:
            tasks.deliver(organisation.pk)

        wait_again()
        with tenant(organisation):
            letters = [rendering.render(delivery) for delivery in due()]
        raw = [(letter.from_email, letter.to, letter.message().as_bytes(linesep="\r\n")) for letter in letters]

        def by_smtplib() -> None:
            with smtplib.SMTP("127.0.0.1", settings.EMAIL_PORT, timeout=60) as connection:
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for sender, to, content in raw:
                    connection.sendmail(sender, to, content)

        def by_rendering() -> None:
            with tenant(organisation):
                for delivery in claimed:
                    rendering.render(delivery).message().as_bytes(linesep="\r\n")

        seconds: dict[str, list[float]] = {"hms": [], "smtplib": [], "rendering": []}
        for _round in range(ROUNDS):
            wait_again()
            seconds["hms"].append(_timed(by_hms))
            with tenant(organisation):
                assert Delivery.objects.filter(state="sent").count() == len(raw) == MAILS
            seconds["smtplib"].append(_timed(by_smtplib))
            wait_again()
            claimed = due()
            seconds["rendering"].append(_timed(by_rendering))
        per_mail = {name: statistics.median(rounds) / MAILS for name, rounds in seconds.items()}
        return {
            "mails": MAILS,
            "bytes_per_mail": statistics.mean(len(content) for _sender, _to, content in raw),
            "hms_per_second": 1 / per_mail["hms"],
            "smtplib_per_second": 1 / per_mail["smtplib"],
            "ratio": per_mail["smtplib"] / per_mail["hms"],
            "hms_ms": per_mail["hms"] * 1000,
            "smtplib_ms": per_mail["smtplib"] * 1000,
            "rendering_ms": per_mail["rendering"] * 1000,
        }
    finally:
        server.kill()
        server.wait()


def _timed(do: Callable[[], None]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    import django

    django.setup()
    register()
    if sys.argv[1] == "prepare":
        prepare()
    else:
        print(json.dumps(send()))

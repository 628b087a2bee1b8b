"""Real prefork workers that start in a moment and may be killed with no warning.

They are forked from a process that has loaded HMS already: killing twenty of them is then a matter of seconds.
Tests that stop servers get servers of their own, which nobody else uses.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

# Reads one order a line, and answers with the process id of the worker it has started.
NURSE = """
import json, os, signal, sys
from django.conf import settings
told = json.loads(os.environ["HMS_TEST_NURSERY"])
settings.DATABASES["default"]["NAME"] = told["database"]
settings.DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c role={settings.APP_ROLE}"
import django
django.setup()
from hms.celery import app
app.loader.import_default_modules()
from hms.notifications import types
from hms.reports import tasks
from tests.notifications.kinds import POKE
types.register(POKE)
# Loaded once, not by every worker.
tasks.load_the_library()
import celery.apps.worker, celery.bin.worker, celery.concurrency.prefork, celery.worker.consumer, css_inline, smtplib
import hms.urls
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for name, value in order["settings"].items():
            setattr(settings, name, value)
        app.conf.update(order["celery"])
        try:
            app.worker_main(["worker", "--pool=prefork", "--concurrency=1", "--loglevel=INFO", "--without-gossip",
                             "--without-mingle", "--without-heartbeat", "--queues=default,mail,sweep,reports"])
        finally:
            os._exit(0)
    print(pid, flush=True)
"""


class Worker:
    """One running worker: its process, its pool's child, its log."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid, self.log = pid, log

    def children(self) -> list[int]:
        with suppress(OSError):
            return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        return []

    def kill(self) -> None:
        """End it and its children as a lost machine would; they are gone afterwards."""
        family = [*self.children(), self.pid]
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        wait_until(lambda: not any(_lives(pid) for pid in family), "the worker to be gone")

    def kill_child(self) -> None:
        """End the pool's child only, as a machine that runs out of memory does; it is gone afterwards."""
        family = self.children()
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(_lives(pid) for pid in family), "the child to be gone")


class Nursery:
    """Starts workers on the test's database, or another one."""

    def __init__(self, folder: Path, database_url: str | None) -> None:
        self.folder = folder
        self.workers: list[Worker] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSE],
            env={
                **os.environ,
                "HMS_DEMO": "0",
                "DATABASE_URL": database_url or os.environ["DATABASE_URL"],
                "HMS_TEST_NURSERY": json.dumps({"database": connection.settings_dict["NAME"]}),
            },
            cwd=settings.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, options: Mapping[str, object], *, broker: str | None = None, **overrides: object) -> Worker:
        """Start a worker.

        Args:
            options: what `private_queues` gave.
            broker: another broker than the settings'.
            overrides: settings of the worker.
        """
        log = self.folder / f"worker-{len(self.workers)}.log"
        celery = {"broker_transport_options": dict(options)} | ({"broker_url": broker} if broker else {})
        self.process.stdin.write(json.dumps({"log": str(log), "settings": overrides, "celery": celery}) + "\n")
        self.process.stdin.flush()
        worker = Worker(int(self.process.stdout.readline()), log)
        self.workers.append(worker)
        return worker

    def end_all(self) -> None:
        """End every worker that was started; their logs are shown by pytest when the test fails."""
        for worker in self.workers:
            worker.kill()
            if worker.log.exists():
                sys.stderr.write(worker.log.read_text(errors="replace")[-4000:])
                worker.log.unlink()
        self.workers.clear()

    def close(self) -> None:
        """End everything."""
        self.end_all()
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@contextmanager
def nursery(folder: Path, *, database_url: str | None = None) -> Iterator[Nursery]:
    """Workers that are gone when the block ends; on the test's database, unless another is given."""
    place = Nursery(folder, database_url)
    try:
        yield place
    finally:
        place.close()


@contextmanager
def other_database(sockets: str, name: str) -> Iterator[None]:
    """Let this process's connection speak to another server for a while."""
    before = {key: connection.settings_dict[key] for key in ("NAME", "OPTIONS")}
    connection.close()
    connection.settings_dict |= {"NAME": name, "OPTIONS": {**before["OPTIONS"], "host": sockets}}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= before


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait for other processes. Raises AssertionError at the end of its patience."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"Waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

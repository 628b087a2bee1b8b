"""A running HMS for the browser tests: gunicorn and a Celery worker, on the test's database as the serving role."""

import ctypes
import email.policy
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import redis
from django.conf import settings
from django.db import connection

Found = TypeVar("Found")
QUEUES = ("default", "mail", "sweep", "reports")


def wait_for(condition: Callable[[], Found | None], what: str, seconds: float = 30) -> Found:
    """Wait until another process has done its part; gives what the condition found."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"Waited {seconds:.0f} s in vain for {what}")


class Site:
    """The running system: its address, the mails it sent, the files it keeps."""

    def __init__(self, folder: Path, cache_number: int) -> None:
        self.folder = folder
        self.prefix = f"test-{uuid.uuid4().hex}:"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # A name, because passkeys belong to one.
        self.url = f"http://localhost:{self.port}"
        # `bin/test` has gathered the static files already; by hand they may be old.
        gathered = Path(settings.STATIC_ROOT)
        self.has_static = "HMS_TEST_ASSETS_DIR" in os.environ and (gathered / "staticfiles.json").exists()
        self.environment = {
            **os.environ,
            "DATABASE_URL": _database_url(),
            "HMS_STATE_DIR": str(folder),
            "HMS_STATIC_DIR": str(gathered if self.has_static else folder / "static"),
            "PUBLIC_URL": self.url,
            "DEBUG": "0",
            # Mails become files, and the demo's mailbox shows them.
            "HMS_DEMO": "1",
            "HMS_TEST_SETTINGS": json.dumps(
                {
                    "CELERY_BROKER_TRANSPORT_OPTIONS": {
                        **settings.CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": self.prefix,
                    },
                    "CACHES": {"default": {**settings.CACHES["default"], "OPTIONS": {"db": cache_number}}},
                    # The cast's passwords are hashed quickly.
                    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
                }
            ),
        }  # fmt: skip
        self.processes: list[subprocess.Popen[bytes]] = []
        self.broker = redis.Redis.from_url(settings.REDIS_URL)

    # --- life ---

    @contextmanager
    def running(self) -> Iterator["Site"]:
        """Start everything, and stop it when the block ends."""
        try:
            if not self.has_static:
                self._gather_static()
            self._start(
                "web",
                *("-m", "gunicorn", "tests.browser.started:application", "--bind", f"127.0.0.1:{self.port}"),
                *("--worker-class", "gthread", "--threads", "4", "--timeout", "60", "--graceful-timeout", "2"),
                "--no-control-socket",
            )
            self._start(
                "worker",
                *("-m", "celery", "-A", "tests.browser.started:app", "worker", "--pool=solo", "--loglevel=INFO"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat", f"--queues={','.join(QUEUES)}"),
            )
            wait_for(self._is_healthy, "the web server", 60)
            wait_for(lambda: b" ready." in self.log("worker"), "the worker", 60)
            yield self
        finally:
            for process in self.processes:
                process.terminate()
            for process in self.processes:
                process.wait(timeout=30)
            self.forget(self.prefix)
            self.broker.close()

    def _gather_static(self) -> None:
        command = ["manage.py", "collectstatic", "--noinput", "--ignore", "css", "--verbosity", "0"]
        subprocess.run([sys.executable, *command], env=self.environment, cwd=settings.ROOT, check=True)

    def _start(self, name: str, *arguments: str) -> None:
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *arguments],
                    env=self.environment,
                    cwd=settings.ROOT,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    preexec_fn=_die_with_parent,
                )
            )

    def _is_healthy(self) -> bool:
        if any(process.poll() is not None for process in self.processes):
            raise AssertionError(self.logs())
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=10) as answer:  # noqa: S310  our own address
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def forget(self, prefix: str) -> None:
        """Remove a test's queues from the broker."""
        for key in self.broker.scan_iter(f"{prefix}*"):
            self.broker.delete(key)

    def log(self, name: str) -> bytes:
        return (self.folder / f"{name}.log").read_bytes()

    def logs(self) -> str:
        """The last lines of both processes, for a failing test."""
        return "\n".join(f"--- {name}\n{self.log(name)[-4000:].decode(errors='replace')}" for name in ("web", "worker"))

    def settle(self) -> None:
        """Wait until the worker has nothing left to do."""
        keys = [f"{self.prefix}{queue}" for queue in QUEUES]
        wait_for(lambda: not self.broker.exists(*keys, f"{self.prefix}unacked"), "the worker to finish")

    def tidy(self) -> None:
        """Leave nothing of a test to the next one."""
        self.settle()
        shutil.rmtree(self.folder / "mail", ignore_errors=True)
        shutil.rmtree(self.folder / "files", ignore_errors=True)

    # --- mails ---

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What was sent to somebody, the oldest first."""
        files = sorted((self.folder / "mail").glob("*.eml"))
        read = BytesParser(policy=email.policy.default).parsebytes
        return [mail for file in files if (mail := read(file.read_bytes()))["To"] == address]  # type: ignore[misc]

    def mail_to(self, address: str, containing: str) -> EmailMessage:
        """The newest mail to somebody that holds a text; waits for it."""

        def find() -> EmailMessage | None:
            return next((mail for mail in reversed(self.mails_to(address)) if containing in whole(mail)), None)

        return wait_for(find, f"a mail to {address} with {containing!r}")


def whole(mail: EmailMessage) -> str:
    """Subject and text of a mail."""
    body = mail.get_body(("plain",))
    return f"{mail['Subject']}\n{body.get_content() if body else ''}"


def _database_url() -> str:
    database: dict[str, Any] = connection.settings_dict
    where = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
    return f"postgres://{settings.APP_ROLE}@{where}/{database['NAME']}?{urlencode(database['OPTIONS'])}"


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind (Linux; elsewhere it does)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)

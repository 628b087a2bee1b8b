"""A real Celery worker beside a test, on the test's database, with queues of its own on the real broker."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from celery import current_app
from django.conf import settings
from django.db import connection
from kombu import pools

# Works on the test's database as the role that serves; told before anything connects.
START = """
import json, os
from django.conf import settings
told = json.loads(os.environ["HMS_TEST_WORKER"])
settings.DATABASES["default"]["NAME"] = told["database"]
settings.DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c role={settings.APP_ROLE}"
for name, value in told["settings"].items():
    setattr(settings, name, value)
import django
django.setup()
from hms.celery import app
app.worker_main(["worker", "--pool=solo", "--loglevel=INFO", "--without-gossip", "--without-mingle",
                 "--without-heartbeat", "--queues=default,mail,sweep,reports"])
"""


@contextmanager
def private_queues(broker: str | None = None) -> Iterator[dict[str, object]]:
    """Let this process publish for real, to queues no other test reads; gives the broker's options.

    Args:
        broker: another broker's address, for one that is not there.
    """
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": f"test-{uuid.uuid4().hex}:"}
    before = settings.CELERY_TASK_ALWAYS_EAGER
    settings.CELERY_TASK_ALWAYS_EAGER = False
    outer, outer_broker = current_app.conf.broker_transport_options, current_app.conf.broker_url
    current_app.conf.broker_transport_options = options
    current_app.conf.broker_url = broker or outer_broker
    _reconnect()
    try:
        yield options
    finally:
        current_app.conf.broker_transport_options, current_app.conf.broker_url = outer, outer_broker
        settings.CELERY_TASK_ALWAYS_EAGER = before
        _reconnect()


def _reconnect() -> None:
    """Drop pooled connections, which keep the options they were opened with."""
    # Pools are kept by address for the whole process: a closed one must not be found again.
    pools.reset()
    current_app._pool = None
    current_app.amqp._producer_pool = None


@contextmanager
def worker(options: Mapping[str, object], **overrides: object) -> Iterator[subprocess.Popen[str]]:
    """Run a worker process until the block ends; it is ready when the block begins.

    Args:
        options: what `private_queues` gave.
        overrides: settings of the worker.
    """
    told = {
        "database": connection.settings_dict["NAME"],
        "settings": {"CELERY_BROKER_TRANSPORT_OPTIONS": options, **overrides},
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START],
        env={**os.environ, "HMS_DEMO": "0", "HMS_TEST_WORKER": json.dumps(told)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log: list[str] = []
    try:
        for line in process.stdout:
            log.append(line)
            if " ready." in line:
                break
        else:
            raise RuntimeError("The worker did not start:\n" + "".join(log))
        yield process
    finally:
        process.terminate()
        # Shown by pytest when the test fails.
        sys.stderr.write("".join(log) + process.communicate(timeout=30)[0])

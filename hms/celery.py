"""Celery: four queues, tasks acknowledged when done, a broker that redelivers quickly."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hms.settings")

app = Celery("hms", task_cls="hms.tenancy.tasks:ReliableTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def guard(**kwargs: Any) -> None:
    """A worker serves too: it refuses a database role that row-level security does not hold."""
    from hms.tenancy.checks import guard_connections

    guard_connections()

"""The same numbers for Prometheus, beside those of the web server; counted when they are asked for.

Every web process answers the same for the whole installation: alerts use `max`. Loaded only where METRICS_PORTS
is set, because production installs the library only then.
"""

from collections.abc import Iterator

from celery import current_app
from django.core.cache import cache
from django.db import connection
from prometheus_client.core import REGISTRY, CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hms.core import counters
from hms.operations import health

OUTCOMES = ("success", "failure", "retry")
# Several processes are asked at the same time, and each would count.
KEPT_SECONDS = 5


def register() -> None:
    """Add the numbers to what is served on METRICS_PORTS."""
    REGISTRY.register(Numbers())


class Numbers(Collector):
    """Asked by Prometheus's thread of each web process."""

    def describe(self) -> list[Metric]:
        """Nothing is counted before somebody asks."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            yield from _gauges(_snapshot())
            yield _tasks()
        finally:
            # A thread of its own for every question; nobody else would close its connection.
            connection.close()


def _snapshot() -> health.Snapshot:
    try:
        return cache.get_or_set("operations:snapshot", health.snapshot, KEPT_SECONDS)
    except Exception:  # noqa: BLE001  the cache is one of the things that are watched
        return health.snapshot()


def _gauges(seen: health.Snapshot) -> Iterator[Metric]:
    if seen.waiting is not None:
        depth = GaugeMetricFamily("hms_queue_tasks", "Tasks that wait", labels=["queue"])
        for name, number in seen.waiting.queues.items():
            depth.add_metric([name], number)
        yield depth
        yield _gauge("hms_unacknowledged_tasks", "Tasks that workers have taken", seen.waiting.unacknowledged)
    if seen.signs is not None:
        age = GaugeMetricFamily(
            "hms_pulse_age_seconds", "Since beat, and each queue, last did something", labels=["of"]
        )
        for name, moment in seen.signs.items():
            if moment is not None:
                age.add_metric([name], seen.age(moment))
        yield age
    if seen.pending is not None:
        yield _deliveries(seen)
        yield _gauge("hms_oldest_unsent_message_age_seconds", "0 when none is late", seen.age(seen.oldest_unsent))
    if seen.due_steps is not None:
        yield _gauge("hms_due_steps", "Reminders and escalations that are due", seen.due_steps.number)
        yield _gauge("hms_oldest_due_step_age_seconds", "0 when none is due", seen.age(seen.due_steps.oldest))
    if seen.dead_letters is not None:
        yield _gauge("hms_dead_letters", "Failed tasks that nobody has handled", seen.dead_letters)


def _deliveries(seen: health.Snapshot) -> Metric:
    family = GaugeMetricFamily(
        "hms_deliveries", "Messages on their way, and those given up within 7 days", labels=["channel", "state"]
    )
    for one in seen.pending or ():
        family.add_metric([one.channel, one.state], one.number)
    family.add_metric(["", "failed"], sum(one.number for one in seen.failed or ()))
    return family


def _tasks() -> Metric:
    family = CounterMetricFamily("hms_tasks", "Tasks that were run", labels=["task", "outcome"])
    names = {f"task:{task}:{outcome}": (task, outcome) for task in current_app.tasks for outcome in OUTCOMES}
    try:
        found = counters.read(names)
    except Exception:  # noqa: BLE001  the cache is one of the things that are watched
        return family
    for name, number in found.items():
        family.add_metric(list(names[name]), number)
    return family


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)

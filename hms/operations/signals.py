"""What Celery tells: what failed for good, what nobody knows, how much was done, and that beat is at work."""

from typing import Any

from celery import Task, signals
from django.db import connection

from hms.core import counters
from hms.operations import pulse, services


@signals.task_failure.connect
def keep_dead_letter(
    sender: Task,
    exception: BaseException,
    args: Any,
    kwargs: Any,
    traceback: Any = None,
    **more: Any,
) -> None:
    """A task was given up: after its last try, at its time limit, or because its process was lost again and again."""
    place = services.place_of(traceback) if hasattr(traceback, "tb_frame") else ""
    in_transaction = connection.in_atomic_block
    services.keep_failure(
        sender.name,
        args=args or (),
        kwargs=kwargs or {},
        error=_cause(exception),
        queue=_queue_of(sender),
        place=place,
    )
    if not in_transaction:
        # In the worker's own process nobody else closes it.
        connection.close_if_unusable_or_obsolete()


def _queue_of(task: Task) -> str:
    info = getattr(task.request, "delivery_info", None) or {}
    return info.get("routing_key") or task.app.amqp.router.route({}, task.name)["queue"].name


def _cause(exception: BaseException) -> BaseException:
    """What is behind an error that Celery has wrapped."""
    inner = getattr(exception, "exc", None) or getattr(exception, "reason", None)
    return inner if isinstance(inner, BaseException) else exception


@signals.task_unknown.connect
def keep_unknown(name: str, exc: BaseException, message: Any = None, **more: Any) -> None:
    """A message asks for a task that this version does not have. Its arguments are not looked into."""
    queue = (getattr(message, "delivery_info", None) or {}).get("routing_key") or ""
    services.keep_failure(str(name), args=[services.MASK], kwargs={}, error=exc, queue=queue)
    connection.close()


@signals.task_postrun.connect
def count(task: Task, state: str | None = None, **more: Any) -> None:
    """Count what was done, by task and outcome."""
    if state and not task.request.is_eager:
        counters.add(f"task:{task.name}:{state.lower()}")


@signals.beat_init.connect
def watch_beat(**more: Any) -> None:
    """In beat's process, and only there, everything published is a sign of life."""
    signals.after_task_publish.connect(_beat_has_published, dispatch_uid="operations.beat")


def _beat_has_published(**more: Any) -> None:
    pulse.beat()

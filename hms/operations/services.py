"""Keeping what failed, running it again, and laying it aside."""

import datetime
import hashlib
import json
import logging
import traceback
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from hms.accounts.models import User
from hms.operations.enums import FailureState
from hms.operations.models import FailedTask

logger = logging.getLogger(__name__)

MASK = "…"
KEPT_FOR = datetime.timedelta(days=90)
# One of the same kind that nobody has handled yet is counted; otherwise there is a new row.
KEEP = """
INSERT INTO operations_failedtask
    (task, queue, arguments, is_complete, error, place, fingerprint, count, first_at, last_at, state)
VALUES (%s, %s, %s, %s, %s, %s, %s, 1, %s, %s, 'open')
ON CONFLICT (fingerprint) WHERE state = 'open'
DO UPDATE SET count = operations_failedtask.count + 1, last_at = EXCLUDED.last_at, place = EXCLUDED.place
"""


class NotRunnable(Exception):
    """It cannot be run again from here: handled already, arguments masked, or no such task any more."""


class QueueAway(Exception):
    """The queue did not take the task; nothing was changed."""


def keep_failure(
    task: str,
    *,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    error: BaseException,
    queue: str = "",
    place: str = "",
) -> None:
    """Keep a dead letter. Never raises: a worker must not fail because its failure could not be kept.

    Effects: a row, or one more on the row of the same failure. Text in arguments is masked.
    """
    try:
        arguments, is_complete = _ids_only([list(args), dict(kwargs)])
        kind = type(error).__name__
        told = json.dumps([task, arguments, kind], sort_keys=True)
        now = timezone.now()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                KEEP,
                [
                    task[:200],
                    queue[:40],
                    json.dumps(arguments),
                    is_complete,
                    kind[:120],
                    place[:200],
                    hashlib.sha256(told.encode()).hexdigest(),
                    now,
                    now,
                ],
            )
    except Exception as trouble:  # noqa: BLE001  the log has it, and the sweeps find the work again
        logger.error("The failure of %s (%s) was not kept: %s", task, type(error).__name__, type(trouble).__name__)


def place_of(trace: TracebackType | None) -> str:
    """Where an error was raised: file and line, no more."""
    frames = traceback.extract_tb(trace)
    if not frames:
        return ""
    path = frames[-1].filename.split("/site-packages/")[-1]
    return f"{'/'.join(path.split('/')[-3:])}:{frames[-1].lineno}"


def _ids_only(value: Any) -> tuple[Any, bool]:
    """The value with everything masked that is neither a number, a yes or no, nor a list of such."""
    if value is None or isinstance(value, (bool, int)):
        return value, True
    if isinstance(value, Mapping):
        pairs = {str(key): _ids_only(inner) for key, inner in value.items()}
        return {key: inner for key, (inner, _whole) in pairs.items()}, all(whole for _inner, whole in pairs.values())
    if isinstance(value, (list, tuple, set)):
        inners = [_ids_only(inner) for inner in value]
        return [inner for inner, _whole in inners], all(whole for _inner, whole in inners)
    return MASK, False


def run_again(pk: int, *, by: User) -> FailedTask:
    """Give a failed task to the queue once more. Effects: the task is queued, the row is handled.

    Raises:
        FailedTask.DoesNotExist: when there is no such row.
        NotRunnable: see there.
        QueueAway: the broker does not answer; nothing was changed.
    """
    with transaction.atomic():
        failed = FailedTask.objects.select_for_update().get(pk=pk)
        if failed.state != FailureState.OPEN or not is_runnable(failed):
            raise NotRunnable
        _handle(failed, FailureState.RETRIED, by)
        args, kwargs = failed.arguments
        try:
            # Before the commit: what was not queued is not written down as handled. Tasks bear being run twice.
            current_app.tasks[failed.task].apply_async(args=args, kwargs=kwargs, retry=False)
        except Exception as error:
            raise QueueAway from error
    logger.info("Failed task %s (%s) is run again by user %s.", failed.pk, failed.task, by.pk)
    return failed


def is_runnable(failed: FailedTask) -> bool:
    """Whether it can be run again: nothing was masked, and this version of HMS has such a task."""
    return failed.is_complete and failed.task in current_app.tasks


def dismiss(pk: int, *, by: User) -> FailedTask:
    """Lay a failed task aside. Effects: the row is handled; nothing when it was.

    Raises:
        FailedTask.DoesNotExist: when there is no such row.
    """
    with transaction.atomic():
        failed = FailedTask.objects.select_for_update().get(pk=pk)
        if failed.state == FailureState.OPEN:
            _handle(failed, FailureState.DISMISSED, by)
            logger.info("Failed task %s (%s) is dismissed by user %s.", failed.pk, failed.task, by.pk)
    return failed


def _handle(failed: FailedTask, state: FailureState, by: User) -> None:
    failed.state, failed.handled_at, failed.handled_by = state, timezone.now(), by
    failed.save(update_fields=["state", "handled_at", "handled_by"])


def remove_old() -> int:
    """Remove what was handled long ago. Returns how many."""
    removed, _by_model = FailedTask.objects.filter(handled_at__lt=timezone.now() - KEPT_FOR).delete()
    return removed

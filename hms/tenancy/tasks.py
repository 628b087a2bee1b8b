"""What every Celery task of HMS is: tried again when a server was away, ended in time, one organisation at most."""

import random
from typing import Any

from celery import Celery, Task
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from hms.tenancy.scope import tenant

# A server was away, or two got in each other's way: the same work may well succeed in a while.
TRANSIENT = (OperationalError, InterfaceError, BrokerError, RedisConnectionError, RedisTimeoutError)
FIRST_PAUSE = 2
# A waiting task is held by a worker, and the broker gives it to another one after `visibility_timeout`.
LONGEST_PAUSE = 300


class ReliableTask(Task):
    """The class of every task. What a task does must be safe to do twice: it is acknowledged when it is done.

    A transient failure is tried again, each time after a longer pause with jitter, for about a quarter of an hour.
    So is one that took its process down with it. What fails for good is kept as a dead letter by `hms.operations`.
    """

    abstract = True
    acks_late = True
    ignore_result = True
    max_retries = 10
    # Of a process that was lost (killed, out of memory): pause and number of tries are these.
    retry_on_worker_lost = True
    default_retry_delay = 30

    @classmethod
    def on_bound(cls, app: Celery) -> None:
        """Give it the time limits of its queue, unless it has its own."""
        if cls.name and cls.time_limit is None:
            queue = app.amqp.router.route({}, cls.name)["queue"].name
            cls.soft_time_limit, cls.time_limit = settings.QUEUE_TIME_LIMITS[queue]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.work(*args, **kwargs)
        except TRANSIENT as error:
            if isinstance(error, (OperationalError, InterfaceError)) and not connection.in_atomic_block:
                # It may be the connection that is broken; the next try opens its own.
                connection.close()
            raise self.retry(exc=error, countdown=pause(self.request.retries)) from error

    def work(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task's own function."""
        return super().__call__(*args, **kwargs)


class TenantTask(ReliableTask):
    """A task whose first argument is the organisation's id; it runs inside `tenant(id)`.

    Use as `@shared_task(base=TenantTask)`. A call without the id is a programming error and raises.
    """

    abstract = True

    def work(self, organisation_id: int, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(organisation_id, int) or isinstance(organisation_id, bool):
            raise TypeError(f"{self.name}: the first argument must be an organisation id")
        with tenant(organisation_id):
            return super().work(organisation_id, *args, **kwargs)


def pause(retries: int) -> float:
    """Seconds to wait before the next try: doubling, with jitter so that a queue does not march in step."""
    return min(FIRST_PAUSE * 2**retries, LONGEST_PAUSE) * random.uniform(0.75, 1)  # noqa: S311  no secret

"""What waits in the broker."""

from dataclasses import dataclass

from celery import current_app
from django.conf import settings


@dataclass(frozen=True)
class Waiting:
    """How many tasks wait in each queue, and how many a worker has taken and not finished."""

    queues: dict[str, int]
    unacknowledged: int

    @property
    def total(self) -> int:
        return sum(self.queues.values())


def waiting() -> Waiting:
    """Ask the broker. Raises the client's errors when it does not answer."""
    with current_app.connection_for_read() as connection:
        channel = connection.default_channel
        # The transport's own lists: asking in AMQP's way fails for a queue that is empty.
        queues = {name: channel.client.llen(name) for name in settings.QUEUE_TIME_LIMITS}
        return Waiting(queues=queues, unacknowledged=channel.client.hlen(channel.unacked_key))

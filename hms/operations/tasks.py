"""What the worker does for whoever operates it."""

from celery import shared_task

from hms.operations import pulse, services


@shared_task
def tick(queue: str) -> None:
    """Show that somebody works in a queue: beat sends one through each of them every minute."""
    pulse.queue(queue)


@shared_task
def remove_old_failures() -> None:
    """Forget failed tasks that were handled months ago."""
    services.remove_old()

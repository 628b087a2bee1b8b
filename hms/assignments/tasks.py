"""The sweeps: every quarter of an hour, what is due is told."""

import logging
import time

from celery import shared_task
from django.utils import timezone

from hms.assignments import selectors
from hms.assignments.summaries.sending import summarise
from hms.assignments.sweeping import sweep
from hms.tenancy.scope import tenant

logger = logging.getLogger(__name__)

# Organisations to a task: on a Monday morning everybody's summary is due at once.
ORGANISATIONS = 50
# Well under the time limit of tasks; the next sweep takes the rest.
WORK_SECONDS = 400


@shared_task(ignore_result=True)
def take_due_steps(organisation_id: int) -> None:
    """Take an organisation's due steps, a batch of people per transaction: a crash loses one batch, which is due still."""
    now = timezone.now()
    stop_at = time.monotonic() + WORK_SECONDS
    while time.monotonic() < stop_at:
        with tenant(organisation_id):
            if not sweep(now):
                return


@shared_task(ignore_result=True)
def sweep_assignments() -> None:
    """Find the organisations with a step to take, and have each one's taken."""
    for organisation_id in selectors.organisations_with_due_steps(timezone.now()):
        take_due_steps.delay(organisation_id)


@shared_task(ignore_result=True)
def send_summaries(organisation_ids: list[int]) -> None:
    """Tell the leaders of some organisations, each in a transaction of its own: one that fails keeps no other waiting."""
    now = timezone.now()
    stop_at = time.monotonic() + WORK_SECONDS
    for organisation_id in organisation_ids:
        if time.monotonic() > stop_at:
            return
        try:
            with tenant(organisation_id):
                summarise(now)
        except Exception as error:  # noqa: BLE001  it is due still, and the next sweep tries again
            logger.warning("Summaries of organisation %s: %s", organisation_id, type(error).__name__)


@shared_task(ignore_result=True)
def sweep_summaries() -> None:
    """Find the organisations whose morning has come, and have their leaders told, many organisations to a task."""
    due = selectors.organisations_with_due_summaries(timezone.now())
    for first in range(0, len(due), ORGANISATIONS):
        send_summaries.delay(due[first : first + ORGANISATIONS])

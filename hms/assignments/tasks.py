"""The sweep: every quarter of an hour, what is due is told."""

import time

from celery import shared_task
from django.utils import timezone

from hms.assignments import selectors
from hms.assignments.sweeping import sweep
from hms.tenancy.scope import tenant

# Well under the time limit of tasks; the next sweep takes the rest.
WORK_SECONDS = 400


@shared_task
def take_due_steps(organisation_id: int) -> None:
    """Take an organisation's due steps, a batch of people per transaction: a crash loses one batch, which is due still."""
    now = timezone.now()
    stop_at = time.monotonic() + WORK_SECONDS
    while time.monotonic() < stop_at:
        with tenant(organisation_id):
            if not sweep(now):
                return


@shared_task
def sweep_assignments() -> None:
    """Find the organisations with a step to take, and have each one's taken."""
    for organisation_id in selectors.organisations_with_due_steps(timezone.now()):
        take_due_steps.delay(organisation_id)

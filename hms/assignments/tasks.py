"""The sweeps: every quarter of an hour, what is due is told."""

import datetime
import logging
import time
from collections.abc import Sequence

from celery import shared_task
from django.utils import timezone

from hms.assignments import selectors
from hms.assignments.summaries.sending import summarise
from hms.assignments.sweeping import sweep, sweep_together
from hms.notifications.services import nudge_all
from hms.tenancy.scope import tenant

logger = logging.getLogger(__name__)

# Organisations to a task: on a Monday morning everybody's summary is due at once.
ORGANISATIONS = 50
# Well under the time limit of tasks; the next sweep takes the rest.
WORK_SECONDS = 400
# How many organisations one task takes, and how many of them share a transaction: committing one by one would cost
# more than what most of them have to say.
TASK, TOGETHER = 500, 50


@shared_task
def take_due_steps(organisation_ids: list[int]) -> None:
    """Take the due steps of some organisations. A crash loses one transaction, whose steps are due still."""
    now = timezone.now()
    stop_at = time.monotonic() + WORK_SECONDS
    for start in range(0, len(organisation_ids), TOGETHER):
        if time.monotonic() < stop_at:
            sweep_organisations(organisation_ids[start : start + TOGETHER], now)
    nudge_all()


def sweep_organisations(organisation_ids: Sequence[int], now: datetime.datetime) -> None:
    """Take what is due in some organisations, together; those with many people to tell go on by themselves."""
    try:
        unfinished = sweep_together(organisation_ids, now)
    except Exception as error:  # noqa: BLE001  what is wrong in one must not keep the others waiting
        logger.warning("%s organisations one by one: %s", len(organisation_ids), type(error).__name__)
        unfinished = list(organisation_ids)
    for organisation_id in unfinished:
        _sweep_alone(organisation_id, now)


def _sweep_alone(organisation_id: int, now: datetime.datetime) -> None:
    try:
        more = True
        while more:
            with tenant(organisation_id):
                more = sweep(now)
    except Exception as error:  # noqa: BLE001  the next sweep tries again; the others go on
        logger.warning("Organisation %s: %s; the sweep tries again.", organisation_id, type(error).__name__)


@shared_task
def sweep_assignments() -> None:
    """Find the organisations with a step to take, and have their steps taken."""
    waiting = selectors.organisations_with_due_steps(timezone.now())
    for start in range(0, len(waiting), TASK):
        take_due_steps.delay(waiting[start : start + TASK])


@shared_task
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


@shared_task
def sweep_summaries() -> None:
    """Find the organisations whose morning has come, and have their leaders told, many organisations to a task."""
    due = selectors.organisations_with_due_summaries(timezone.now())
    for first in range(0, len(due), ORGANISATIONS):
        send_summaries.delay(due[first : first + ORGANISATIONS])

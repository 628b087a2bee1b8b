"""What workers do for trainings."""

import logging

from celery import shared_task
from django.utils import timezone

from hms.tenancy.scope import tenant
from training import services

logger = logging.getLogger(__name__)


@shared_task
def sweep_trainings() -> None:
    """Look through the trainings of every organisation whose time has come, each in a transaction of its own."""
    now = timezone.now()
    for organisation_id in services.organisations_to_look_through(now):
        try:
            with tenant(organisation_id):
                services.turn()
        except Exception as error:  # noqa: BLE001  it is due still, and the next sweep tries again
            logger.warning("Trainings of organisation %s: %s", organisation_id, type(error).__name__)

"""What workers do for routines."""

import logging

from celery import shared_task
from django.utils import timezone

from hms.tenancy.scope import tenant
from hms.tenancy.tasks import TenantTask
from routines import services

logger = logging.getLogger(__name__)


@shared_task(base=TenantTask)
def look_through(organisation_id: int) -> None:
    """Publish what is due, ask and remind those who must read, ask owners to revise: for one organisation."""
    services.turn()


@shared_task
def sweep_routines() -> None:
    """Look through the routines of every organisation whose time has come, each in a transaction of its own."""
    now = timezone.now()
    for organisation_id in services.organisations_to_look_through(now):
        try:
            with tenant(organisation_id):
                services.turn()
        except Exception as error:  # noqa: BLE001  it is due still, and the next sweep tries again
            logger.warning("Routines of organisation %s: %s", organisation_id, type(error).__name__)

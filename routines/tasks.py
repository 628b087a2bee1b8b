"""What workers do for routines."""

import logging

from celery import shared_task
from django.utils import timezone

from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from hms.tenancy.tasks import TenantTask
from routines import services
from routines.models import Routine

logger = logging.getLogger(__name__)


@shared_task(base=TenantTask)
def look_through(organisation_id: int) -> None:
    """Publish what is due, ask those who must read, ask owners to revise: for one organisation."""
    services.turn()


@shared_task(base=TenantTask)
def chase_readers(organisation_id: int, routine_id: int, by_id: int, unit_ids: list[int] | None = None) -> None:
    """Remind those who have not read a routine; in some units, or all."""
    routine = Routine.objects.filter(pk=routine_id).first()
    by = Employee.objects.filter(pk=by_id).first()
    if routine is not None and by is not None:
        services.chase(routine, by=by, units=unit_ids)


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

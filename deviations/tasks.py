"""What workers do for cases."""

import logging

from celery import shared_task
from django.utils import timezone

from deviations.importing import services as importing
from deviations.services.news import organisations_with_news, tell_news
from hms.tenancy.scope import tenant
from hms.tenancy.tasks import TenantTask

logger = logging.getLogger(__name__)


@shared_task(base=TenantTask)
def run_import(organisation_id: int, batch_id: int) -> None:
    """Import one uploaded file."""
    importing.run(batch_id)


@shared_task
def sweep_news() -> None:
    """Tell those who follow a view, each organisation in a transaction of its own."""
    now = timezone.now()
    for organisation_id in organisations_with_news(now):
        try:
            with tenant(organisation_id):
                tell_news(now)
        except Exception as error:  # noqa: BLE001  it is due still, and the next sweep tries again
            logger.warning("News in organisation %s: %s", organisation_id, type(error).__name__)

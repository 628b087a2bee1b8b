"""What workers do for cases."""

from celery import shared_task

from deviations.importing import services as importing
from hms.tenancy.tasks import TenantTask


@shared_task(base=TenantTask)
def run_import(organisation_id: int, batch_id: int) -> None:
    """Import one uploaded file."""
    importing.run(batch_id)

"""Making reports in a worker."""

from celery import shared_task
from celery.signals import worker_process_init
from django.db import connection, transaction
from django.utils import timezone

from hms.reports import pdf, services
from hms.tenancy.scope import tenant
from hms.tenancy.tasks import TenantTask


@shared_task(base=TenantTask)
def make_report(organisation_id: int, job_id: int) -> None:
    """Make one report that somebody waits for."""
    services.make(job_id)


@shared_task
def sweep_reports() -> None:
    """Remove expired reports and make forgotten ones, in every organisation that has some."""
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT organisations_with_report_work(%s, %s)", [now, now - services.FORGOTTEN_AFTER])
        organisation_ids = [row[0] for row in cursor.fetchall()]
    for organisation_id in organisation_ids:
        with tenant(organisation_id):
            services.remove_expired()
            services.make_forgotten()


@worker_process_init.connect
def load_the_library(**kwargs: object) -> None:
    """Loading WeasyPrint takes seconds; better before the first report than during it."""
    try:
        pdf.engine()
    except pdf.PdfUnavailable:
        return

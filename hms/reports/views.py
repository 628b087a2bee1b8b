"""The page one waits at, and the report itself."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from hms.core.downloads import stored_file
from hms.core.htmx import page_or_part, redirect_to
from hms.organisations.access import access
from hms.reports import progress, services
from hms.reports.enums import JobState
from hms.reports.kinds import get
from hms.reports.models import ReportJob


@require_safe
def show(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Waiting, ready, failed or expired. Asks again by itself until the report is ready."""
    job = access(request, ReportJob, "reports.fetch", pk=pk)
    waiting = job.state == JobState.QUEUED and not job.is_expired
    context = {
        "job": job,
        "waiting": waiting,
        "cancelled": job.state == JobState.CANCELLED,
        "stopping": waiting and progress.is_asked_to_stop(job.pk),
        "progress": progress.progress_of(job.pk) if waiting else None,
        "ready": job.state == JobState.DONE and not job.is_expired,
        "back_url": get(job.kind).back_url(job.parameters, request.organisation.slug),
    }
    return page_or_part(request, "reports/show.html", "reports/_show.html", context)


@require_POST
def cancel(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Stop making it."""
    job = access(request, ReportJob, "reports.fetch", pk=pk)
    services.cancel(job)
    return redirect_to(request, "reports:show", organisation, pk)


@require_safe
def download(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """The finished report, for the one who asked."""
    job = access(request, ReportJob, "reports.fetch", pk=pk)
    if job.state != JobState.DONE or job.is_expired:
        raise Http404
    return stored_file(job.storage_key, job.name, job.content_type, size=job.size, save=True)

"""Asking for reports and making them."""

import datetime
import logging
from collections.abc import Collection
from functools import partial
from typing import IO, Any

from celery import current_app
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils import timezone, translation

from hms.organisations.models import Employee
from hms.reports import progress
from hms.reports.enums import JobState, Problem
from hms.reports.kinds import ReportGone, TooMuch, get
from hms.reports.models import ReportJob
from hms.reports.pdf import PdfUnavailable
from hms.tenancy.scope import current_organisation_id, tenant
from hms.tenancy.storage import remove, store

logger = logging.getLogger(__name__)
TASK = "hms.reports.tasks.make_report"
LIFETIME = datetime.timedelta(hours=1)
FORGOTTEN_AFTER = datetime.timedelta(minutes=1)


def request_report(kind: str, *, by: Employee, parameters: dict[str, Any]) -> ReportJob:
    """Ask for a report in the language in use now.

    Effects: one job row; when the transaction commits, a worker is told. Expired reports of the
    organisation are removed on the way.

    Raises:
        KeyError: when nobody registered the kind.
    """
    get(kind)
    remove_expired()
    job = ReportJob.objects.create(
        kind=kind,
        parameters=parameters,
        requested_by=by,
        language=translation.get_language() or "nb",
        expires_at=timezone.now() + LIFETIME,
    )
    transaction.on_commit(partial(nudge, current_organisation_id(), job.pk))
    return job


def nudge(organisation_id: int, job_id: int) -> None:
    """Ask a worker to make it now. Never raises: what is not nudged is swept."""
    try:
        # By name: services know nothing of the tasks above them.
        current_app.tasks[TASK].apply_async(args=[organisation_id, job_id], retry=False)
    except Exception as error:  # noqa: BLE001  whatever is wrong with the broker, the request has succeeded
        logger.warning("The broker was not reached (%s); the sweep will make the report.", type(error).__name__)


def make(job_id: int) -> None:
    """Make a waiting report; a job that is not waiting any more is left alone.

    Effects: the file is stored and the job is done, or the job has failed with a reason for its asker.
    """
    job = (
        ReportJob.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("requested_by__unit")
        .filter(pk=job_id, state=JobState.QUEUED)
        .first()
    )
    if job is None:
        return
    try:
        with tenant(job.organisation_id), translation.override(job.language), progress.of_job(job.pk):
            made = get(job.kind).make(job.parameters, job.requested_by)
    except progress.Cancelled:
        _end(job, JobState.CANCELLED)
    except TooMuch:
        _end(job, JobState.FAILED, problem=Problem.TOO_MANY)
    except ReportGone:
        _end(job, JobState.FAILED, problem=Problem.GONE)
    except PdfUnavailable:
        _end(job, JobState.FAILED, problem=Problem.PDF_UNAVAILABLE)
    except Exception as error:  # noqa: BLE001  whatever it was, the asker is told and not left waiting
        logger.error("Report %s (%s) failed: %s", job.pk, job.kind, type(error).__name__)
        _end(job, JobState.FAILED, problem=Problem.ERROR)
    else:
        with _file(made.content) as content:
            key, size = store(content), content.size
        _end(job, JobState.DONE, name=made.name, content_type=made.content_type, storage_key=key, size=size)


def _file(content: bytes | IO[bytes]) -> File:
    if isinstance(content, bytes):
        return ContentFile(content)
    content.seek(0)
    return File(content)


def cancel(job: ReportJob) -> None:
    """Stop making a report; one that has ended is left alone.

    Effects: a waiting job is cancelled at once, one that a worker is making at its next step.
    """
    waiting = ReportJob.objects.select_for_update(skip_locked=True).filter(pk=job.pk, state=JobState.QUEUED).first()
    if waiting is not None:
        _end(waiting, JobState.CANCELLED)
    elif job.state == JobState.QUEUED:
        progress.ask_to_stop(job.pk)


def make_forgotten() -> None:
    """Make what no worker was told of (the broker was away), or what a dying worker left."""
    before = timezone.now() - FORGOTTEN_AFTER
    waiting = ReportJob.objects.filter(state=JobState.QUEUED, created_at__lte=before, expires_at__gt=timezone.now())
    for job_id in list(waiting.values_list("pk", flat=True)[:20]):
        make(job_id)


def remove_expired() -> int:
    """Remove expired reports of the open organisation, files too. Returns how many."""
    expired = list(ReportJob.objects.filter(expires_at__lte=timezone.now()).values_list("pk", "storage_key"))
    if expired:
        ReportJob.objects.filter(pk__in=[pk for pk, _ in expired]).delete()
        remove(*(key for _, key in expired))
    return len(expired)


def take_back(kind: str, *, but: Collection[int], **parameters: Any) -> None:
    """Remove reports of a kind with these parameters, made or waiting, but for those some employees asked for."""
    jobs = ReportJob.objects.filter(kind=kind, **{f"parameters__{name}": value for name, value in parameters.items()})
    found = list(jobs.exclude(requested_by__in=but).values_list("pk", "storage_key"))
    ReportJob.objects.filter(pk__in=[pk for pk, _ in found]).delete()
    remove(*(key for _, key in found))


def _end(job: ReportJob, state: str, **fields: Any) -> None:
    job.state, job.ended_at = state, timezone.now()
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=["state", "ended_at", *fields])

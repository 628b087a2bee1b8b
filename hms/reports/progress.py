"""How far a report has come, and that its asker no longer wants it.

In the cache: the row of a job that is being made is locked, and what its transaction writes is seen by nobody until
it is done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.cache import cache

from hms.tenancy.scope import current_organisation_id

KEPT_SECONDS = 3600
_job: ContextVar[str] = ContextVar("report_job", default="")


class Cancelled(Exception):
    """The asker wants it no longer."""


@dataclass(frozen=True)
class Progress:
    """So many of so many."""

    done: int
    total: int


@contextmanager
def of_job(job_id: int) -> Iterator[None]:
    """What `tell` says in this block is about this job of the open organisation."""
    token = _job.set(_key(job_id))
    try:
        yield
    finally:
        _job.reset(token)


def tell(done: int, total: int) -> None:
    """Say how far the report has come; call it for every few hundred rows. Outside a job it says nothing.

    Raises:
        Cancelled: when the asker has cancelled; let it pass.
    """
    if key := _job.get():
        cache.set(f"{key}:at", [done, total], KEPT_SECONDS)
        if cache.get(f"{key}:cancelled"):
            raise Cancelled


def progress_of(job_id: int) -> Progress | None:
    """How far a job of the open organisation has come; None when it has not told."""
    known = cache.get(f"{_key(job_id)}:at")
    return Progress(*known) if known else None


def ask_to_stop(job_id: int) -> None:
    """Let whoever makes the job stop at the next `tell`."""
    cache.set(f"{_key(job_id)}:cancelled", True, KEPT_SECONDS)


def is_asked_to_stop(job_id: int) -> bool:
    """Whether the job was cancelled while it was being made."""
    return bool(cache.get(f"{_key(job_id)}:cancelled"))


def _key(job_id: int) -> str:
    return f"report:{current_organisation_id()}:{job_id}"

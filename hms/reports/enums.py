from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


MOVES: dict[str, set[str]] = {
    JobState.QUEUED: {JobState.DONE, JobState.FAILED, JobState.CANCELLED},
    JobState.DONE: set(),
    JobState.FAILED: set(),
    JobState.CANCELLED: set(),
}


class Problem(models.TextChoices):
    """Why a report was not made, in words for the one who asked."""

    PDF_UNAVAILABLE = "pdf_unavailable", _("This server cannot make PDF files. Tell whoever runs it.")
    TOO_MANY = "too_many", _("There are too many cases for one document. Choose fewer.")
    GONE = "gone", _("What the report is about is no longer there for you.")
    ERROR = "error", _("Something went wrong while the report was made. Try again.")

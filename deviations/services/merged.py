"""What becomes of a case is told everybody whose report was merged into it."""

import datetime

from deviations.models import Deviation
from deviations.services.handling import tell_reporter
from hms.audit.services import record
from hms.audit.transitions import lock
from hms.organisations.models import Employee


def answer_merged(main: Deviation, *, by: Employee, at: datetime.datetime) -> None:
    """Give the reporters of everything that was merged into a case its answer; called when it is closed.

    Effects: the answer, its time and who gave it on each; an event; each is told and may rate and reopen.
    """
    for duplicate in Deviation.everything.filter(merged_into=main).select_related("organisation").order_by("pk"):
        lock(duplicate)
        duplicate.answer, duplicate.closed_at, duplicate.closed_by = main.answer, at, by
        duplicate.first_answered_at = duplicate.first_answered_at or at
        duplicate.save(update_fields=["answer", "closed_at", "closed_by", "first_answered_at"])
        event = record("deviation.closed", duplicate, by=by)
        tell_reporter(
            "deviations.closed" if not main.ending else "deviations.rejected",
            duplicate,
            dedupe=f"closed:{event.pk}",
            name=by.given_name,
        )

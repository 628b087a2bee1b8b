"""Numbers without people: how often routines are opened, and how many answered a control question wrong at first."""

import datetime

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hms.core.limits import within_limit
from hms.core.months import in_months
from hms.organisations.models import Employee
from routines.enums import State
from routines.models import Opening, Routine, Version, WrongAnswers
from routines.rules import is_counted

DAY = 24 * 60 * 60
# Older months say nothing of today.
KEPT_MONTHS = 24


def count_opening(routine: Routine, *, by: Employee, session: str) -> bool:
    """Count that a routine in force was opened. Effects: the month's number grows. Returns whether it did.

    Args:
        by: whose opening says nothing of whether the routine is used is not counted; it is kept nowhere who they are.
        session: key of the session, which is counted once a day.
    """
    if routine.state != State.PUBLISHED or not is_counted(by, routine):
        return False
    today = timezone.localdate()
    if not _is_first(session, f"opened-{routine.pk}-{today:%Y%m%d}"):
        return False
    month, _new = Opening.objects.get_or_create(routine=routine, month=today.replace(day=1))
    Opening.objects.filter(pk=month.pk).update(count=F("count") + 1)
    return True


def count_wrong_first(version: Version) -> None:
    """Count one more reader who answered a version's control question wrong before they answered it right.

    Effects: the version's number grows. Nothing says who it was.
    """
    row, _new = WrongAnswers.objects.get_or_create(version=version)
    WrongAnswers.objects.filter(pk=row.pk).update(count=F("count") + 1)


def forget_openings(today: datetime.date) -> None:
    """Remove the numbers of months that are too long ago."""
    Opening.objects.filter(month__lt=in_months(today.replace(day=1), -KEPT_MONTHS)).delete()


def _is_first(session: str, what: str) -> bool:
    """Whether a session does something for the first time today. What is remembered of it can be read by nobody."""
    key = salted_hmac("routines.counting", f"{session}:{what}", algorithm="sha256").hexdigest()
    return bool(session) and within_limit(f"once:{key}", limit=1, seconds=DAY)

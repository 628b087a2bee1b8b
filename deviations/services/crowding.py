"""Limits on the open form that remember nobody: how many came, never from where.

Nothing is refused and nothing is lost: what comes above the limit is taken as any other report, marked, and found in
the list; only the mails about each one stop, so that a prank or a robot buries nobody.
"""

from django.utils import timezone

from deviations.enums import Severity
from hms.core.limits import within_limit
from hms.organisations.models import Organisation, Unit

UNIT_AN_HOUR, ORGANISATION_AN_HOUR = 20, 100


def is_crowded(organisation: Organisation, unit: Unit, *, severity: int) -> bool:
    """Count one more report by the open form; whether that is more than people report in an hour.

    Very serious ones are counted for themselves: a flood of small ones never silences them. The numbers belong to an
    hour of the clock and are gone when it ends, so that not even when one was counted can be read from them.
    """
    now = timezone.now()
    left = 3600 - now.minute * 60 - now.second
    group = "serious" if severity == Severity.VERY_SERIOUS else "other"
    name = f"open-reports:{organisation.pk}:{now:%Y%m%d%H}:{group}"
    in_unit = within_limit(f"{name}:{unit.pk}", limit=UNIT_AN_HOUR, seconds=left)
    in_all = within_limit(name, limit=ORGANISATION_AN_HOUR, seconds=left)
    return not (in_unit and in_all)

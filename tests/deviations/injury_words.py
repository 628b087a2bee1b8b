"""Recording injuries in tests, through the services."""

import datetime
from typing import Any

from django.utils import timezone

from deviations import services
from deviations.injury_enums import Harm, InjuredKind, InjuryOutcome
from deviations.models import Deviation, Injury
from tests.cast import Cast


def words(**fields: Any) -> dict[str, Any]:
    """What an entry of the register says."""
    return {
        "person_kind": InjuredKind.EMPLOYEE,
        "occurred_on": timezone.localdate(),
        "work": "Flyttet en seng",
        "course": "Senga traff foten",
        "causes": "Bremsen var slitt",
        "harm": Harm.BRUISE,
        "outcome": InjuryOutcome.FIRST_AID,
    } | fields


def injure(cast: Cast, case: Deviation, **fields: Any) -> Injury:
    """Somebody injured in a case, written down by Amir; call inside `tenant(cast.fjellvik)`."""
    by = fields.pop("by", cast.amir)
    return services.record_injury(case, by=by, **words(**fields))


def form(**fields: Any) -> dict[str, Any]:
    """The same as a browser sends it."""
    return words(sort="injury", version="1", occurred_on=timezone.localdate().isoformat()) | fields


def away(first: datetime.date, last: datetime.date | None = None) -> dict[str, Any]:
    return {"absence": "dates", "absent_from": first, "absent_until": last}

"""What the case's page shows of what surrounds it: how it ended, what was merged, linked, asked and stopped."""

from typing import Any

from deviations import rules, selectors
from deviations.enums import LinkKind
from deviations.models import Deviation
from hms.organisations.access import may
from hms.organisations.models import Employee


def around_context(
    deviation: Deviation, employee: Employee, *, may_handle: bool, sees_internal: bool
) -> dict[str, Any]:
    """For one reader. What they may not open is left out altogether, so that nothing says that there is such a case."""
    is_open = deviation.state != "closed"
    is_own = rules.is_reporter(employee, deviation)
    represents = rules.represents(employee, deviation)
    stops = list(selectors.stops_of(deviation))
    stop = next((one for one in stops if one.lifted_at is None), None)
    main = selectors.goes_on_in(deviation, employee)
    family = selectors.family_of(deviation) if is_own else []
    return {
        "stop": stop,
        "lifted_stops": [one for one in stops if one.lifted_at is not None],
        "may_stop_work": is_open and stop is None and represents,
        "may_lift_stop": stop is not None and (represents or rules.is_handler(employee, deviation)),
        "goes_on_in": main,
        "may_take_out": may_handle and main is not None and main.state != "closed",
        "merged_cases": selectors.merged_into(deviation, employee) if not deviation.is_merged else [],
        "links": selectors.linked_to(deviation, employee) if sees_internal else [],
        "suggestions": selectors.suggestions_for(deviation, employee) if may_handle and is_open else [],
        "link_kinds": LinkKind,
        "may_link": may_handle and not deviation.is_whistleblowing,
        "hearings": list(selectors.hearings_of(deviation)) if sees_internal else [],
        "may_end_early": may_handle and is_open and not rules.relied_on(deviation),
        "may_withdraw": is_open
        and may(employee, "deviations.withdraw", deviation)
        and not rules.relied_on(deviation, by_reporter=is_own),
        "parts": [case for case in family if case.pk != deviation.pk],
    }

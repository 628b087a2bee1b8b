"""What contributed to a case, and what it cost."""

from deviations.enums import State
from deviations.models import CaseCost, ContributingCause, Deviation
from deviations.services.handling import StaleCase, receive, require_open
from hms.audit.services import record
from hms.audit.transitions import lock
from hms.organisations.models import Employee


def draw_fishbone(deviation: Deviation, *, by: Employee, bones: dict[str, list[str]], version: int) -> None:
    """Write down what contributed, under the categories of causes.

    Effects: a new case is received; the contributing causes, in place of those from before; their categories are
    among the case's causes; the version counts up; an event.

    Raises:
        StaleCase: when somebody else changed it meanwhile.
        InvalidTransition: when it is closed.
    """
    require_open(deviation)
    if deviation.version != version:
        raise StaleCase
    if deviation.state == State.NEW:
        receive(deviation, by=by)
    ContributingCause.objects.filter(deviation=deviation).delete()
    rows = [(category, text) for category, texts in bones.items() for text in texts]
    ContributingCause.objects.bulk_create(
        ContributingCause(deviation=deviation, category=category, text=text, position=position)
        for position, (category, text) in enumerate(rows)
    )
    deviation.causes = [*deviation.causes, *(name for name in dict(rows) if name not in deviation.causes)]
    deviation.version += 1
    deviation.save(update_fields=["causes", "version"])
    record("deviation.analysed", deviation, by=by)


def estimate_cost(deviation: Deviation, *, by: Employee, amount: int | None, lost_days: int | None) -> None:
    """Keep what a case has cost, also after it is closed: bills come late.

    Effects: the estimate, or none any more when both are empty; an event when it changed.
    """
    lock(deviation)
    known = CaseCost.objects.filter(deviation=deviation).first()
    was = (known.amount, known.lost_days) if known else (None, None)
    if was == (amount, lost_days):
        return
    if amount is None and lost_days is None:
        CaseCost.objects.filter(deviation=deviation).delete()
    else:
        CaseCost.objects.update_or_create(deviation=deviation, defaults={"amount": amount, "lost_days": lost_days})
    record("deviation.cost_estimated", deviation, by=by)

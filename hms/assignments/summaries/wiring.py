"""What the summaries hear, and what they add to other pages."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.assignments.enums import SummaryKind
from hms.assignments.summaries.reading import kinds_of, refused_kinds, sent_kinds
from hms.assignments.summaries.sending import choose_summary, move_schedules
from hms.notifications import choices
from hms.organisations.calendar import calendar_changed
from hms.organisations.models import Employee


@receiver(calendar_changed, dispatch_uid="assignments.summaries.calendar_changed")
def move(sender: Any, **kwargs: Any) -> None:
    """Working days are others now: so are the mornings of the summaries."""
    move_schedules(timezone.now())


def _choice(kind: str, label: Any) -> choices.Choice:
    def is_offered(employee: Employee) -> bool:
        return kind in kinds_of(employee) and kind in sent_kinds()

    return choices.Choice(
        name=f"{kind}_summary",
        label=label,
        is_offered=is_offered,
        is_on=lambda employee: kind not in refused_kinds(employee),
        choose=lambda employee, wanted: choose_summary(employee, kind, wanted),
    )


choices.register(_choice(SummaryKind.WEEKLY, _("Summary of my units every week")))
choices.register(_choice(SummaryKind.MONTHLY, _("Summary of the organisation every month")))

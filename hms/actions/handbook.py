"""How far the measures have come, for the internal control handbook."""

import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.actions.models import Action
from hms.assignments.enums import State as AssignmentState
from hms.organisations.handbook import Chapter, register_chapter

YEAR = datetime.timedelta(days=365)


def measures(organisation_slug: str) -> Chapter:
    """How many measures are under way, how many of them are late, and how many were done in a year. One query.

    Plans that are confidential are not counted.
    """
    today = timezone.localdate()
    is_open = Q(assignment__state=AssignmentState.OPEN)
    is_done = Q(assignment__state=AssignmentState.DONE, assignment__ended_at__date__gt=today - YEAR)
    numbers = Action.objects.filter(plan__is_confidential=False).aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(assignment__due_on__lt=today)),
        done=Count("pk", filter=is_done),
    )
    rows = (
        (_("Under way"), str(numbers["open"])),
        (_("Late"), str(numbers["late"])),
        (_("Done in the last twelve months"), str(numbers["done"])),
    )
    return Chapter(
        key="measures",
        title=_("Measures"),
        lede=_(
            "What has been decided to put right what was found. Each measure has somebody who answers for it, and a date."
        ),
        heads=(_("Measures"), _("How many")),
        rows=rows if any(numbers.values()) else (),
        empty=_("No measures are decided yet."),
        url=reverse("assignments:list", args=[organisation_slug]),
        link=_("Your own tasks"),
    )


register_chapter(20, measures)

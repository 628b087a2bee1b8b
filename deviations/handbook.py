"""What the cases say of the hazards there are, for the internal control handbook."""

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from deviations.models import Deviation
from deviations.selectors import category_names
from deviations.selectors.counting import counted
from deviations.selectors.trends import FEWEST, Months, month_after
from hms.organisations.handbook import Chapter, register_chapter

# So many reports of a sort are many.
MANY = 20


def hazards(organisation_slug: str) -> Chapter:
    """The sorts of things that were reported in the last twelve months, those reported most often first.

    Everybody reads the handbook, and knows of some reports: it says «several» and «many» instead of numbers, and
    nothing of what was reported fewer than five times. Confidential cases are in none of it.
    """
    today = timezone.localdate()
    begin, end = Months(month_after(today, -11), month_after(today)).moments
    names = category_names()
    cases = counted(Deviation.objects.filter(is_confidential=False, reported_at__gte=begin, reported_at__lt=end))
    found = (
        cases.exclude(category="").values_list("category").annotate(number=Count("pk")).order_by("-number", "category")
    )
    rows = [(names.get(key, key), number) for key, number in found if number >= FEWEST]
    return Chapter(
        key="hazards",
        title=_("Hazards that have shown themselves"),
        lede=_("What has been reported in the last twelve months, the most frequent first. Few reports are not shown."),
        heads=(_("Category"), _("How many reports")),
        rows=tuple((name, _("many") if number >= MANY else _("several")) for name, number in rows),
        empty=_("Nothing has been reported often enough to be shown."),
        url=reverse("deviations:trends", args=[organisation_slug]),
        link=_("Learn from the deviations"),
    )


register_chapter(10, hazards)

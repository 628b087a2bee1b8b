"""Reading hearings."""

from django.db.models import Q, QuerySet

from deviations.models import Deviation, Hearing
from deviations.selectors.cases import visible_to
from deviations.selectors.inside import seen_inside
from hms.organisations.access import visibility
from hms.organisations.models import Employee


@visibility(Hearing)
def visible_hearings(employee: Employee) -> QuerySet[Hearing]:
    """What somebody is asked (or was, and answered), and the hearings of cases they handle or represent others in.

    Never of whistleblowing, nor of a case that is about the reader.
    """
    theirs = Hearing.objects.filter(asked=employee)
    inside = Hearing.objects.filter(deviation__in=visible_to(employee).filter(seen_inside(employee)).values("pk"))
    about_them = Q(deviation__concerns__isnull=False, deviation__concerns=employee)
    return (theirs | inside).filter(deviation__is_whistleblowing=False).exclude(about_them)


def hearings_of(deviation: Deviation) -> QuerySet[Hearing]:
    """Whom a case's handler has asked, the first one first; for those who see how it is handled."""
    return Hearing.objects.filter(deviation=deviation).select_related("asked", "asked_by", "assignment").order_by("id")

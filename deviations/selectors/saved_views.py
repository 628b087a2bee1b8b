"""Reading saved views."""

from django.db.models import Case, Q, QuerySet, Value, When

from deviations.models import SavedView, StartView, ViewSubscription
from hms.organisations.access import visibility
from hms.organisations.models import Employee
from hms.organisations.people import reach


@visibility(SavedView)
def views_for(employee: Employee) -> QuerySet[SavedView]:
    """Somebody's own views in their order, then those that are shared with them by name.

    A view is only a question: what it shows is what its reader may see.
    """
    roles = [holding.role for holding in reach(employee).holdings]
    theirs = Q(owner=employee) | Q(is_for_all=True)
    if roles:
        theirs |= Q(for_roles__overlap=roles)
    rank = Case(When(owner=employee, then="position"), default=Value(32767))
    return SavedView.objects.filter(theirs).annotate(rank=rank).order_by("rank", "name", "id")


def start_view_of(employee: Employee) -> SavedView | None:
    """The view that the list opens with; None for the standard one, also when the chosen one is shared no longer."""
    chosen = StartView.objects.filter(employee=employee).values("view_id")
    return views_for(employee).filter(pk__in=chosen).first()


def followed_by(employee: Employee) -> QuerySet[ViewSubscription]:
    """What somebody follows and may still see."""
    return (
        ViewSubscription.objects.filter(employee=employee, view__in=views_for(employee).order_by().values("pk"))
        .select_related("view")
        .order_by("view__name", "id")
    )

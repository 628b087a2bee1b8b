"""Taking work that is offered to many."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hms.assignments import selectors, services
from hms.assignments.errors import TakenByAnother
from hms.assignments.models import Assignment
from hms.assignments.views.common import taken_page
from hms.core.htmx import redirect_to
from hms.organisations.access import require, visible


@require_POST
def take(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """«I take it»; who comes second hears who was first."""
    task = visible(Assignment, request.employee).filter(pk=pk).first()
    if task is None:
        # One of those it was offered to, who lost sight of it when somebody took it.
        task = selectors.taken_by_another(request.employee, pk)
        if task is None:
            raise Http404
        return taken_page(request, task, status=409)
    if task.open_offer is not None:
        require(request, "assignments.take", task)
    try:
        services.take(task, by=request.employee)
    except TakenByAnother as first:
        return taken_page(request, first.assignment, status=409)
    messages.success(request, _("It is yours. Say so here when it is done."))
    return redirect_to(request, "assignments:detail", request.organisation.slug, pk)

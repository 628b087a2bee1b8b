"""A hidden reporter lets the handler know."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from deviations import services
from deviations.views.common import Number, case, case_url
from hms.core.htmx import redirect_to


@require_POST
def share(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Let the one who handles the case now know who reported it."""
    deviation = case(request, number, "deviations.share_identity")
    services.share_identity(deviation, by=request.employee)
    messages.success(request, _("%(name)s knows now that it was you.") % {"name": deviation.handling.assignee.name})
    return redirect_to(request, case_url(request, deviation))

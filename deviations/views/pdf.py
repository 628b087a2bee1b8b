"""One case on paper, made by a worker."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from deviations import documents
from deviations.views.common import Number, case
from hms.core.htmx import redirect_to
from hms.reports.services import request_report


@require_POST
def case_pdf(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Ask for the PDF and lead on to where it is waited for."""
    deviation = case(request, number, "deviations.view")
    job = request_report(
        documents.CASE, by=request.employee, parameters={"deviation": deviation.pk, "number": deviation.number}
    )
    return redirect_to(request, "reports:show", organisation, job.pk)

"""A case is moved to another unit, or part of it becomes a case of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from deviations import selectors, services
from deviations.forms.moving import MoveForm, SplitForm
from deviations.models import Deviation
from deviations.views.common import Number, case, case_url, form_view
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.files.selectors import attachments_of


@form_view
def move(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Move the case to the unit where it belongs."""
    deviation = case(request, number, "deviations.handle")
    response = form_page(
        request,
        MoveForm(request.POST or None, deviation=deviation),
        save=lambda data: services.move_to_unit(deviation, by=request.employee, **data),
        title=_("Move %(number)s to another unit") % {"number": deviation.number},
        lede=_("Whoever handles that unit's cases gets it, and its safety representative is told. So is the reporter."),
        submit=_("Move the case"),
        back_url=case_url(request, deviation),
        done=_("The case is moved."),
    )
    moved = response.status_code not in {200, 422}
    if moved and not selectors.openable_by(request.employee).filter(pk=deviation.pk).exists():
        # Whoever moved it on may have no part in it there.
        return redirect_to(request, "deviations:list", organisation)
    return response


@form_view
def split(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Make part of the case a case of its own."""
    deviation = case(request, number, "deviations.handle")
    files = list(attachments_of(deviation))
    form = SplitForm(request.POST or None, deviation=deviation, files=files)
    made: list[Deviation] = []

    def save(data: dict[str, Any]) -> None:
        made.append(services.split(deviation, by=request.employee, **data))

    response = form_page(
        request,
        form,
        save=save,
        title=_("Split %(number)s") % {"number": deviation.number},
        lede=_(
            "For a report of two things. Part of it becomes a case of its own, with the same reporter, who follows both."
        ),
        submit=_("Make it a case of its own"),
        back_url=case_url(request, deviation) + "#links",
        done=_("The new case is made and the reporter is told."),
    )
    if made and selectors.openable_by(request.employee).filter(pk=made[0].pk).exists():
        return redirect_to(request, case_url(request, made[0]))
    return response

"""The safety representative stops dangerous work, and lets it go on."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from deviations import rules, services
from deviations.forms.stopping import LiftForm, StopForm
from deviations.views.common import Number, case, case_url, form_view
from hms.audit.transitions import InvalidTransition
from hms.core.pages import form_page


@form_view
def stop(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Record that dangerous work is stopped."""
    deviation = case(request, number, "deviations.stop_work")
    return form_page(
        request,
        StopForm(request.POST or None, deviation=deviation),
        save=lambda data: services.stop_work(deviation, by=request.employee, **data),
        title=_("Stop dangerous work"),
        lede=_(
            "When there is immediate danger to life or health and it cannot be averted otherwise (section 6-3)."
            " The employer is told at once, and you answer for no damage that the stop causes."
        ),
        submit=_("Stop the work"),
        back_url=case_url(request, deviation),
        done=_("The stop is recorded and the employer is told."),
    )


@form_view
def lift(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Let the work go on."""
    deviation = case(request, number, "deviations.lift_stop")
    active = rules.active_stop(deviation)
    if active is None:
        raise InvalidTransition(deviation, deviation.state, "lift")
    active.deviation = deviation
    free = rules.represents(request.employee, deviation) or deviation.is_whistleblowing
    return form_page(
        request,
        LiftForm(request.POST or None, represents=free),
        save=lambda data: services.lift_stop(active, by=request.employee, **data),
        title=_("Let the work go on"),
        lede=active.what,
        submit=_("Lift the stop"),
        back_url=case_url(request, deviation),
        done=_("The stop is lifted."),
    )

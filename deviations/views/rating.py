"""«Did it help?», asked of the reporter when the case is closed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deviations import rules, services
from deviations.enums import Consent, Helped
from deviations.forms.rating import RatingForm
from deviations.models import Deviation
from deviations.selectors import example_of
from deviations.views.common import Number, case, case_url
from hms.audit.enums import Via
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import may


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """The answer, and whether it helped; where the mail about the closing leads.

    Once it can be rated no more, or not yet, the case itself tells how things are.
    """
    deviation = case(request, number, "deviations.view")
    if request.method != "POST" and not may(request.employee, "deviations.rate", deviation):
        return redirect_to(request, case_url(request, deviation))
    deviation = case(request, number, "deviations.rate")
    form = RatingForm(request.POST or None, deviation=deviation)

    def save(data: dict[str, Any]) -> None:
        services.rate(deviation, by=request.employee, **data)
        messages.success(request, _("Thank you. Whoever handled the case will see it."))

    return form_page(
        request,
        form,
        save=save,
        title=_("Here is what came of it"),
        lede=deviation.title,
        submit=_("Send"),
        back_url=case_url(request, deviation),
        template="deviations/ratings/page.html",
        context={"deviation": deviation},
    )


def rated_with_code(request: HttpRequest, deviation: Deviation) -> dict[str, Any]:
    """The same on the page of a receipt code: what the page shows, with `said` when something was sent."""
    example, said = example_of(deviation), ""
    wants = request.POST.get("verb", "")
    form = RatingForm(request.POST if wants == "rate" else None, deviation=deviation)
    if wants == "rate" and rules.may_rate_now(deviation) and form.is_valid():
        services.rate(deviation, by=None, via=Via.QR, **form.cleaned_data)
        said = _("Thank you. Whoever handled the case will see it.")
        form = RatingForm(deviation=deviation)
        example = example_of(deviation)
    if wants in {"share", "keep"} and example is not None:
        services.keep_consent(example, yes=wants == "share", by=None, via=Via.QR)
        said = _("Thank you. You may share it.") if wants == "share" else _("It is not shared.")
    rating = rules.current_rating(deviation)
    return {
        "rating": rating,
        "rating_form": form if rules.may_rate_now(deviation) else None,
        "rating_said": said,
        "said_no": rating is not None and rating.helped == Helped.NO,
        "example": example if example is not None and example.consent != Consent.NOT_ASKED else None,
    }

"""What contributed, and what it cost."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from deviations import services
from deviations.fishbone import draw
from deviations.forms.causes import CostForm, FishboneForm
from deviations.models import Deviation
from deviations.views.common import Number, case, case_url, form_view, guarding_version
from hms.actions.selectors import cost_of
from hms.core.pages import form_page


@form_view
def fishbone(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """What contributed, under the categories."""
    deviation = case(request, number, "deviations.handle")
    form = FishboneForm(request.POST or None, deviation=deviation)

    def save(data: dict[str, Any]) -> None:
        services.draw_fishbone(deviation, by=request.employee, bones=data["bones"], version=data["version"])

    return form_page(
        request,
        form,
        save=guarding_version(form, save),
        title=_("What contributed?"),
        lede=_("Write what made it possible, under what kind of cause it is. Leave the rest empty. Name nobody."),
        submit=_("Save"),
        back_url=case_url(request, deviation) + "#why",
        done=_("Saved."),
    )


@form_view
def cost(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """What it has cost, as far as anybody can tell."""
    deviation = case(request, number, "deviations.handle")
    return form_page(
        request,
        CostForm(request.POST if request.method == "POST" else None, deviation=deviation),
        save=lambda data: services.estimate_cost(deviation, by=request.employee, **data),
        title=_("What did it cost?"),
        lede=_("Estimates will do. They show what it is worth to prevent the next one."),
        submit=_("Save"),
        back_url=case_url(request, deviation) + "#cost",
        done=_("Saved."),
    )


def cause_context(deviation: Deviation, *, sees_internal: bool) -> dict[str, Any]:
    """The fishbone and the cost, for those who see how the case is handled."""
    if not sees_internal:
        return {"fishbone": None, "cost": None, "action_cost": None}
    return {
        "fishbone": draw(deviation.title, deviation.causes, deviation.bones.all()),
        "cost": getattr(deviation, "cost", None),
        "action_cost": cost_of(deviation.plan),
    }

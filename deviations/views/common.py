"""What the case views share."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deviations import selectors
from deviations.models import Deviation
from deviations.services.handling import StaleCase
from hms.organisations.access import access
from hms.organisations.models import Employee

Number = tuple[int, int]

form_view = require_http_methods(["GET", "HEAD", "POST"])

SHOWN_WITH_IT = (
    "unit",
    "translation__translated_by",
    "reporter",
    "closed_by",
    "handling__assignee",
    "rating",
    "cost",
    "plan__unit",
    "plan__owner",
    "plan__statement_assignment__assignee",
    "plan__effect_assignment",
)


def case(request: HttpRequest, number: Number, permission: str) -> Deviation:
    """The case of an address, for somebody with the permission; 404 or 403 otherwise."""
    year, sequence = number
    return access(request, Deviation, permission, related=SHOWN_WITH_IT, year=year, sequence=sequence)


def guarding_version(form: Any, save: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    """Save, or tell that somebody else changed the case meanwhile and keep what was typed."""

    def guarded(data: dict[str, Any]) -> None:
        try:
            save(data)
        except StaleCase:
            form.add_error(None, _("Somebody changed the case while you wrote. See the changes before you save."))

    return guarded


def whistleblowing_context(deviation: Deviation) -> dict[str, Any]:
    """What whoever reported a case is told when it is handled as whistleblowing, and its receivers."""
    if not deviation.is_whistleblowing:
        return {}
    told = {pk for made in deviation.reclassifications.all() for pk in made.told}
    return {
        "receivers": selectors.receivers_for(deviation),
        "wishes": selectors.organisation_wishes(),
        "told_before": list(Employee.objects.filter(pk__in=told)) if told else [],
        "subjects": list(Employee.objects.filter(pk__in=selectors.subject_ids_of(deviation))),
    }


def case_url(request: HttpRequest, deviation: Deviation) -> str:
    return reverse("deviations:detail", args=[request.organisation.slug, deviation.number])

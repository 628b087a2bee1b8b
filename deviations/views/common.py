"""What the case views share."""

from django.http import HttpRequest
from django.urls import reverse

from deviations.models import Deviation
from hms.organisations.access import access

Number = tuple[int, int]

SHOWN_WITH_IT = (
    "unit",
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


def case_url(request: HttpRequest, deviation: Deviation) -> str:
    return reverse("deviations:detail", args=[request.organisation.slug, deviation.number])

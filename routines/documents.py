"""What is made on paper: the list that people without accounts sign, and the handbook."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.organisations.access import may, visible
from hms.organisations.models import Employee
from hms.reports import kinds
from hms.reports.pdf import render_pdf
from routines import selectors
from routines.exchange.giving import made_by, on_paper
from routines.models import Routine
from routines.rules import sees_names
from routines.selectors.handbook import handbook, newest_versions

READERS = "routines.readers"
HANDBOOK = "routines.handbook"


def make_readers(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The routine as it holds now, and a line to sign for each who has not confirmed it.

    Raises:
        ReportGone: when the employee may not see who they are (any more), or the routine is out of force.
        PdfUnavailable: when this machine makes no PDF.
    """
    routine = (
        visible(Routine, employee)
        .select_related("organisation", "unit", "owner", "current__approved_by")
        .filter(pk=parameters["routine"], current__isnull=False)
        .first()
    )
    if routine is None or not may(employee, "routines.chase", routine):
        raise kinds.ReportGone
    context = readers_context(routine, employee, parameters.get("language", ""))
    version = context["version"]
    tail = f"-{version.language}" if version.translates_id else ""
    content = render_pdf("routines/readers_pdf.html", context)
    return kinds.Made(f"{routine.slug}-v{version.label}{tail}.pdf", content)


def readers_context(routine: Routine, employee: Employee, language: str = "") -> dict[str, Any]:
    """What the document shows: the text that holds, and those whose names this reader may see.

    Args:
        language: of a translation; the routine's own text when it is left out, or when that one lacks what matters.
    """
    usable = {one.translation.language: one for one in selectors.standings_of(routine) if not one.matters}
    standing = usable.get(language)
    version = standing.version if standing else routine.current
    units = [
        unit for unit in selectors.progress(routine) if unit.waiting and sees_names(employee, routine, unit.unit.pk)
    ]
    return {
        "organisation": routine.organisation,
        "routine": routine,
        "version": version,
        "mark": standing.mark if standing else "",
        "text": on_paper(version.text, {}),
        "units": units,
        "made": made_by(employee),
    }


def make_handbook(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The internal control handbook as it is now.

    Raises:
        ReportGone: when the employee may not read it.
        PdfUnavailable: when this machine makes no PDF.
    """
    if not may(employee, "routines.view_law"):
        raise kinds.ReportGone
    day = timezone.localdate().isoformat()
    return kinds.Made(
        f"{_('handbook')}-{day}.pdf", render_pdf("routines/handbook_pdf.html", handbook_context(employee))
    )


def handbook_context(employee: Employee) -> dict[str, Any]:
    """What the document shows."""
    book = handbook(employee.organisation)
    return {
        "organisation": employee.organisation,
        "book": book,
        "versions": newest_versions(),
        "today": timezone.localdate(),
        "made": made_by(employee),
    }


kinds.register(
    kinds.Kind(
        key=HANDBOOK,
        make=make_handbook,
        back_url=lambda parameters, slug: reverse("routines:handbook", args=[slug]),
    )
)
kinds.register(
    kinds.Kind(
        key=READERS,
        make=make_readers,
        back_url=lambda parameters, slug: reverse("routines:readers", args=[slug, parameters["slug"]]),
    )
)

"""The list that people without accounts sign on paper."""

from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from hms.organisations.access import may, visible
from hms.organisations.models import Employee
from hms.reports import kinds
from hms.reports.pdf import render_pdf
from routines import selectors
from routines.markdown import render
from routines.models import Routine
from routines.rules import sees_names

READERS = "routines.readers"


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
    content = render_pdf("routines/readers_pdf.html", readers_context(routine, employee))
    return kinds.Made(f"{routine.slug}-v{routine.current.number}.pdf", content)


def readers_context(routine: Routine, employee: Employee) -> dict[str, Any]:
    """What the document shows: the text that holds, and those whose names this reader may see."""
    units = [
        unit for unit in selectors.progress(routine) if unit.waiting and sees_names(employee, routine, unit.unit.pk)
    ]
    return {
        "organisation": routine.organisation,
        "routine": routine,
        "version": routine.current,
        # From the list of what is allowed; a page of paper is not scrolled.
        "text": mark_safe(render(routine.current.text, {}).replace(' tabindex="0" role="group"', "")),
        "units": units,
        "made": _("Made %(day)s by %(name)s")
        % {"day": formats.date_format(timezone.localdate(), "SHORT_DATE_FORMAT"), "name": employee.name},
    }


kinds.register(
    kinds.Kind(
        key=READERS,
        make=make_readers,
        back_url=lambda parameters, slug: reverse("routines:readers", args=[slug, parameters["slug"]]),
    )
)

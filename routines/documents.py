"""What is made on paper: the list that people without accounts sign, and the handbook."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from hms.organisations.access import may, visible
from hms.organisations.models import Employee
from hms.reports import kinds
from hms.reports.pdf import render_pdf
from routines import selectors
from routines.exchange.giving import made_by, on_paper, pictures_for
from routines.models import Routine, Version
from routines.rules import sees_names
from routines.selectors.handbook import Book, handbook, newest_versions

READERS = "routines.readers"
HANDBOOK = "routines.handbook"
# More than this is no book any more, and costs the worker its time.
MOST_TEXTS = 200


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
    context, files = readers_context(routine, employee, parameters.get("language", ""))
    version = context["version"]
    tail = f"-{version.language}" if version.translates_id else ""
    content = render_pdf("routines/readers_pdf.html", context, files=files)
    return kinds.Made(f"{routine.slug}-v{version.label}{tail}.pdf", content)


def readers_context(
    routine: Routine, employee: Employee, language: str = ""
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the document shows (the text that holds, and those whose names this reader may see), and its pictures.

    Args:
        language: of a translation; the routine's own text when it is left out, or when that one lacks what matters.
    """
    usable = {one.translation.language: one for one in selectors.standings_of(routine) if not one.matters}
    standing = usable.get(language)
    version = standing.version if standing else routine.current
    units = [
        unit for unit in selectors.progress(routine) if unit.waiting and sees_names(employee, routine, unit.unit.pk)
    ]
    links, files = pictures_for(version.text)
    context = {
        "organisation": routine.organisation,
        "routine": routine,
        "version": version,
        "mark": standing.mark if standing else "",
        "text": on_paper(version.text, links),
        "units": units,
        "made": made_by(employee),
    }
    return context, files


def make_handbook(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The internal control handbook as it is now; with what the routines say when `texts` is asked for.

    Raises:
        ReportGone: when the employee may not read it.
        PdfUnavailable: when this machine makes no PDF.
    """
    if not may(employee, "routines.view_law"):
        raise kinds.ReportGone
    day = timezone.localdate().isoformat()
    context, files = handbook_context(employee, with_texts=bool(parameters.get("texts")))
    return kinds.Made(f"{_('handbook')}-{day}.pdf", render_pdf("routines/handbook_pdf.html", context, files=files))


def handbook_context(employee: Employee, *, with_texts: bool = False) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the document shows, and the pictures in it."""
    book = handbook(employee.organisation)
    texts, files = _texts(book) if with_texts else ([], {})
    context = {
        "organisation": employee.organisation,
        "book": book,
        "versions": newest_versions(),
        "today": timezone.localdate(),
        "made": made_by(employee),
        "texts": texts,
        "has_more_texts": bool(texts) and len(texts) < sum(len(routines) for _label, routines in book.chapters),
    }
    return context, files


def _texts(book: Book) -> tuple[list[tuple[Routine, SafeString]], dict[str, bytes]]:
    """The routines in force with what they say, in the order of the handbook, and their pictures."""
    routines = [routine for _label, chapter in book.chapters for routine in chapter][:MOST_TEXTS]
    said = dict(Version.objects.filter(pk__in=[routine.current_id for routine in routines]).values_list("pk", "text"))
    found, files = [], {}
    for routine in routines:
        text = said[routine.current_id]
        links, pictures = pictures_for(text)
        files |= pictures
        # Two routines may have headings of the same name.
        html = on_paper(text, links).replace('id="om-', f'id="{routine.slug}-')
        found.append((routine, mark_safe(html)))
    return found, files


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

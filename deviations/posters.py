"""The sheet for the wall that leads to the report form: its words in several languages, its code, its PDF.

The words stand here and not in the catalogues: a poster speaks to people whose language the pages may not have.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import segno
from django.db import models
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hms.notifications.rendering import absolute
from hms.organisations.access import may
from hms.organisations.models import Employee, Organisation, Unit
from hms.reports import kinds
from hms.reports.pdf import render_pdf

POSTER = "deviations.poster"


@dataclass(frozen=True)
class PosterWords:
    """What a poster says in one language."""

    code: str
    name: str
    heading: str
    how: str
    anonymous: str
    danger: str
    when_it_fails: str


WORDS = {
    words.code: words
    for words in (
        PosterWords(
            "nb",
            "Bokmål",
            "Sett noe farlig? Meld fra",
            "Skann koden med kameraet på telefonen. Det tar et halvt minutt, og du trenger ikke logge inn.",
            "Du kan være anonym.",
            "Fare nå? Ring 113, 110 eller 112 først.",
            "Virker ikke koden? Si fra til lederen din eller verneombudet.",
        ),
        PosterWords(
            "nn",
            "Nynorsk",
            "Sett noko farleg? Meld frå",
            "Skann koden med kameraet på telefonen. Det tek eit halvt minutt, og du treng ikkje logge inn.",
            "Du kan vere anonym.",
            "Fare no? Ring 113, 110 eller 112 først.",
            "Verkar ikkje koden? Sei frå til leiaren din eller verneombodet.",
        ),
        PosterWords(
            "en",
            "English",
            "Seen something dangerous? Tell us",
            "Scan the code with your phone's camera. It takes half a minute, and you need no sign-in.",
            "You may report anonymously.",
            "Danger now? Call 113, 110 or 112 first.",
            "The code does not work? Tell your manager or the safety representative.",
        ),
        PosterWords(
            "pl",
            "Polski",
            "Widzisz zagrożenie? Zgłoś je",
            "Zeskanuj kod aparatem telefonu. Zajmie to pół minuty i nie trzeba się logować.",
            "Można zgłosić anonimowo.",
            "Grozi niebezpieczeństwo? Najpierw zadzwoń: 113, 110 lub 112.",
            "Kod nie działa? Powiedz o tym przełożonemu lub przedstawicielowi ds. BHP (verneombud).",
        ),
    )
}


class Size(models.TextChoices):
    """How it is printed."""

    SHEET = "ark", gettext_lazy("A4 for the wall")
    STICKERS = "merker", gettext_lazy("Six stickers on a sheet")


def report_address(organisation: Organisation, unit: Unit) -> str:
    """Where a unit's code leads. On paper for years: the installation's own address, whatever name one came by."""
    path = reverse("deviations:report", args=[organisation.slug])
    return absolute(f"{path}?sted={unit.report_token}")


def code_picture(address: str) -> bytes:
    """The QR code as an SVG file without inline style; white behind, so that a dark page does not swallow it."""
    drawing = io.BytesIO()
    segno.make(address, error="m").save(
        drawing, kind="svg", scale=8, border=2, light="#fff", xmldecl=False, svgclass=None, lineclass=None
    )
    return drawing.getvalue()


def _code_in_document(address: str) -> SafeString:
    """The QR code as part of a document; sized by its style sheet."""
    code = segno.make(address, error="m")
    drawn = code.svg_inline(border=2, omitsize=True, light="#fff", svgclass="qr", lineclass=None)
    # Drawn by the library, from an address of ours.
    return mark_safe(drawn)


def in_languages(codes: Iterable[str]) -> list[PosterWords]:
    """The words of the languages asked for, in the order they stand on every poster; bokmål when none is known."""
    wanted = set(codes)
    return [words for code, words in WORDS.items() if code in wanted] or [WORDS["nb"]]


def make_poster(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The poster of the unit `parameters["unit"]`, in its `languages` and `size`.

    Raises:
        ReportGone: when the employee may not hang up posters there (any more), or the unit is out of use.
        PdfUnavailable: when this machine makes no PDF.
    """
    unit = Unit.objects.select_related("organisation").filter(pk=parameters["unit"], is_active=True).first()
    if unit is None or not may(employee, "organisations.manage_unit", unit):
        raise kinds.ReportGone
    address = report_address(unit.organisation, unit)
    languages = in_languages(parameters["languages"])
    context = {
        "organisation": unit.organisation,
        "unit": unit,
        "address": address,
        "code": _code_in_document(address),
        "languages": languages,
        "many": len(languages) > 1,
        "crowded": len(languages) > 2,
        "stickers": range(6) if parameters["size"] == Size.STICKERS else None,
    }
    content = render_pdf("deviations/posters/poster_pdf.html", context)
    return kinds.Made(f"{_('poster')}-{unit.pk}.pdf", content)


kinds.register(
    kinds.Kind(
        key=POSTER,
        make=make_poster,
        back_url=lambda parameters, slug: reverse("deviations:poster", args=[slug, parameters["unit"]]),
    )
)

"""The injury register as a table or on paper, made by a worker, with what its asker sees on the page and no more."""

import datetime
import tempfile
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from deviations.injury_fields import Field
from deviations.models import Injury
from deviations.selectors.injuries import (
    SHOWN_WITH_IT,
    Entry,
    columns_for,
    entries_for,
    narrowed_register,
    register_for,
    units_in_register,
)
from hms.audit.enums import Via
from hms.audit.services import record, record_many
from hms.core.spreadsheets import WRITERS, Value, file_name
from hms.organisations.access import may
from hms.organisations.models import Employee, Organisation, Unit
from hms.reports import kinds, progress
from hms.reports.pdf import render_pdf
from hms.tenancy.scope import current_organisation_id

REGISTER = "deviations.injury_register"
PDF = "pdf"
CHUNK = 500
MOST_ON_PAPER = 1000
IN_MEMORY = 2 * 1024 * 1024


def make_register(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The register as a file.

    Args:
        parameters: `format` (csv, xlsx or pdf), `year`, `unit` and `is_illness`, empty for all.

    Effects: an event that says who took out how many; one for each confidential case that was read in the open.

    Raises:
        ReportGone: when the asker may not read the register (any more).
        TooMuch: when there are more entries than fit on paper.
        PdfUnavailable: when this machine makes no PDF.
        progress.Cancelled: when the asker wants it no longer.
    """
    if not may(employee, "deviations.view_register"):
        raise kinds.ReportGone
    unit = units_in_register(employee).filter(pk=parameters["unit"]).first() if parameters["unit"] else None
    if parameters["unit"] and unit is None:
        raise kinds.ReportGone
    found = narrowed_register(
        register_for(employee), year=parameters["year"], unit=unit, is_illness=parameters["is_illness"]
    ).order_by("-occurred_on", "-id")
    total = found.count()
    columns = columns_for(employee)
    made = _paper if parameters["format"] == PDF else _table
    result, entries = made(parameters, employee, found, total, columns, unit)
    log_reading(entries, by=employee)
    organisation = Organisation.objects.get(pk=current_organisation_id())
    data = {"entries": len(entries), "format": parameters["format"]}
    record("register.exported", organisation, by=employee, data=data)
    return result


def log_reading(entries: list[Entry], *, by: Employee) -> None:
    """Every reading of a confidential case is an event, in the register too (domain.md section 3)."""
    read = {
        entry.injury.deviation_id: entry.injury.deviation
        for entry in entries
        if entry.injury.deviation.is_confidential and entry.may_open
    }
    if read:
        record_many("deviation.opened", read.values(), by=by, via=Via.WEB)


def _table(
    parameters: dict[str, Any], employee: Employee, found: Any, total: int, columns: list[Field], unit: Unit | None
) -> tuple[kinds.Made, list[Entry]]:
    writer_class = WRITERS[parameters["format"]]
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed when it has been stored
    entries = []
    try:
        writer = writer_class(file, [str(column.label) for column in columns])
        for entry in _one_by_one(found, employee):
            if len(entries) % CHUNK == 0:
                progress.tell(len(entries), total)
            writer.row([_cell(entry, column) for column in columns])
            entries.append(entry)
        writer.close()
        progress.tell(len(entries), max(len(entries), total))
    except BaseException:
        file.close()
        raise
    return kinds.Made(file_name(_("injury register"), writer_class.ending), file, writer_class.content_type), entries


def _cell(entry: Entry, column: Field) -> Value:
    value = entry.values.get(column)
    return value if isinstance(value, int | datetime.date) else str(value or "")


def _one_by_one(found: Any, employee: Employee) -> Iterator[Entry]:
    """The entries from a cursor in the database, a few hundred at a time."""
    waiting: list[Injury] = []
    for injury in found.select_related(*SHOWN_WITH_IT).iterator(chunk_size=CHUNK):
        waiting.append(injury)
        if len(waiting) == CHUNK:
            yield from entries_for(employee, waiting)
            waiting = []
    yield from entries_for(employee, waiting)


def _paper(
    parameters: dict[str, Any], employee: Employee, found: Any, total: int, columns: list[Field], unit: Unit | None
) -> tuple[kinds.Made, list[Entry]]:
    if total > MOST_ON_PAPER:
        raise kinds.TooMuch
    entries = entries_for(employee, found.select_related(*SHOWN_WITH_IT))
    progress.tell(total, max(total, 1))
    context = paper_context(entries, columns, by=employee, unit=unit, year=parameters["year"])
    content = render_pdf("deviations/injuries/register_pdf.html", context)
    return kinds.Made(file_name(_("injury register"), PDF), content), entries


def paper_context(
    entries: list[Entry], columns: list[Field], *, by: Employee, unit: Unit | None = None, year: int | None = None
) -> dict[str, Any]:
    """What stands on paper: every field that the reader sees and somebody has filled in."""
    today = formats.date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    return {
        "organisation": Organisation.objects.get(pk=current_organisation_id()),
        "entries": [
            [(column.label, entry.values[column]) for column in columns if entry.values.get(column)]
            for entry in entries
        ],
        "unit": unit,
        "year": year,
        "total": len(entries),
        "made": _("Made %(day)s by %(name)s") % {"day": today, "name": by.name},
    }


def _back(parameters: dict[str, Any], slug: str) -> str:
    return reverse("deviations:injury_register", args=[slug])


kinds.register(kinds.Kind(key=REGISTER, make=make_register, back_url=_back))

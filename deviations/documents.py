"""One case on paper, with as much of it as the reader may see."""

from collections.abc import Callable
from typing import Any

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from deviations import selectors
from deviations.enums import CASE_REPORT, Cause, LinkKind
from deviations.fishbone import draw
from deviations.injury_fields import Field
from deviations.models import Deviation
from deviations.rules import current_rating, reads_rating
from deviations.selectors.injuries import checklist_of, entries_of_case
from deviations.services.identity import author_of
from hms.actions.selectors import actions_of, cost_of, statements_of
from hms.audit.services import record
from hms.files.selectors import attachments_of
from hms.organisations.access import may, visible
from hms.organisations.models import Employee
from hms.reports import kinds
from hms.reports.pdf import render_pdf

CASE = CASE_REPORT
MAX_PHOTOS = 12


def make_case(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The PDF of the case `parameters["deviation"]` as `employee` may see it.

    Raises:
        ReportGone: when the employee may not see the case (any more).
        PdfUnavailable: when this machine makes no PDF.
    """
    deviation = (
        visible(Deviation, employee)
        .select_related(
            "translation",
            "unit",
            "organisation",
            "reporter",
            "closed_by",
            "handling__assignee",
            "plan__decided_by",
            "cost",
            "rating",
        )
        .filter(pk=parameters["deviation"])
        .first()
    )
    if deviation is None:
        raise kinds.ReportGone
    if deviation.is_confidential:
        # Every reading of a confidential case is an event, on paper too (domain.md section 3).
        record("deviation.opened", deviation, by=author_of(deviation, employee))
    context, files = case_context(deviation, employee)
    content = render_pdf("deviations/case_pdf.html", context, files=files)
    return kinds.Made(f"{_('deviation')}-{deviation.number}.pdf", content)


def case_context(
    deviation: Deviation, employee: Employee, *, as_inspector: bool = False
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the document shows, and its pictures by key; `as_inspector`: only what that role may read of a case."""
    attachments = list(attachments_of(deviation))
    pictures = [attachment for attachment in attachments if attachment.is_image][:MAX_PHOTOS]
    files = {f"{picture.pk}": _bytes(picture.storage_key) for picture in pictures}
    plan = deviation.plan
    sees_internal = not as_inspector and may(employee, "deviations.view_internal", deviation)
    reader = None if as_inspector else employee
    context = {
        "organisation": deviation.organisation,
        "deviation": deviation,
        "status": selectors.status(deviation),
        "translation": getattr(deviation, "translation", None),
        "facts": _facts(
            deviation,
            sees_internal=sees_internal,
            reporter=selectors.reporter_shown_to(reader, deviation).label,
        ),
        "photos": [
            {"key": f"{picture.pk}", "text": picture.alternative_text or _("Picture")}
            for picture in pictures
            if files[f"{picture.pk}"]
        ],
        "documents": [attachment for attachment in attachments if attachment not in pictures],
        "why_steps": list(deviation.why_steps.all()) if sees_internal else [],
        "causes": cause_labels(deviation) if sees_internal else [],
        "fishbone": draw(deviation.title, deviation.causes, deviation.bones.all()) if sees_internal else None,
        "costs": _costs(deviation) if sees_internal else [],
        "injured": injured_on_paper(deviation, employee) if sees_internal else [],
        "checklist": checklist_of(deviation) if sees_internal else None,
        "stops": list(selectors.stops_of(deviation)),
        "hearings": list(selectors.hearings_of(deviation)) if sees_internal else [],
        "others": _other_cases(deviation, employee) if sees_internal else [],
        "plan": plan,
        "actions": list(actions_of(plan)) if plan else [],
        "statements": list(statements_of(plan)) if plan else [],
        "rating": None if as_inspector or not reads_rating(employee, deviation) else current_rating(deviation),
        "comments": list(selectors.comments_for(deviation, reader)),
        "lines": list(reversed(selectors.timeline_of(deviation, reader))),
        "made": _("Made %(day)s by %(name)s")
        % {"day": formats.date_format(timezone.localdate(), "SHORT_DATE_FORMAT"), "name": employee.name},
    }
    return context, {key: content for key, content in files.items() if content}


def injured_on_paper(deviation: Deviation, employee: Employee) -> list[list[tuple[Any, Any]]]:
    """What the asker may see of each injured person, as on the case's page."""
    left_out = {Field.UNIT, Field.CASE}
    return [
        [(field.label, entry.values[field]) for field in Field if field not in left_out and entry.values.get(field)]
        for entry in entries_of_case(employee, deviation)
    ]


def _other_cases(deviation: Deviation, employee: Employee) -> list[tuple[str, str]]:
    """What it has to do with other cases, as far as the reader may open them."""
    main = selectors.goes_on_in(deviation, employee)
    rows = [(_("Goes on in"), main)] if main is not None else []
    rows += [(_("Merged into this"), merged.case) for merged in selectors.merged_into(deviation, employee)]
    for link in selectors.linked_to(deviation, employee):
        if link.kind != LinkKind.RECURRENCE:
            words = _("Belongs together with this")
        elif link.is_again:
            words = _("This is it happening again")
        else:
            words = _("It happened again there")
        rows.append((words, link.case))
    return [(label, f"{case.number} {case.title}") for label, case in rows]


def cause_labels(deviation: Deviation) -> list[str]:
    """The kinds of causes, in words."""
    return [str(Cause(cause).label) for cause in deviation.causes]


def _day(value: Any) -> str:
    return formats.date_format(timezone.localtime(value) if hasattr(value, "hour") else value, "SHORT_DATE_FORMAT")


def plain_facts(deviation: Deviation, *, clean: Callable[[str], str] = str) -> list[tuple[str, str]]:
    """The facts that name nobody; `clean` goes over those that somebody wrote freely."""
    occurred = _day(deviation.occurred_on)
    if deviation.occurred_at_time:
        occurred = f"{occurred} {deviation.occurred_at_time:%H.%M}"
    handling = deviation.handling
    rows = [
        (_("Happened"), occurred),
        (_("Place"), clean(deviation.place)),
        (_("Unit"), deviation.unit.name),
        (_("What sort?"), deviation.get_kind_display()),
        (_("Category"), selectors.category_names().get(deviation.category, "") if deviation.category else ""),
        (_("Written in"), deviation.get_language_display()),
        (_("Did a routine cover this?"), deviation.get_routine_cover_display()),
        (_("Which routine?"), clean(deviation.routine_name)),
        (_("Reported"), _day(deviation.reported_at)),
        (_("Due date"), _day(handling.due_on) if handling else ""),
        (_("Closed"), _day(deviation.closed_at) if deviation.closed_at else ""),
    ]
    return [(label, value) for label, value in rows if value and value.strip()]


def _facts(deviation: Deviation, *, sees_internal: bool, reporter: str) -> list[tuple[str, str]]:
    rows = [
        *plain_facts(deviation),
        (_("Reporter"), reporter),
        (_("Number in the old system"), deviation.external_id),
        (_("Responsible"), deviation.handling.assignee.name if deviation.handling else ""),
    ]
    if sees_internal:
        rows += [(header, str(value)) for header, value in deviation.imported_values.items()]
    return [(label, value) for label, value in rows if value and value.strip()]


def _costs(deviation: Deviation) -> list[tuple[str, str]]:
    cost = getattr(deviation, "cost", None)
    rows = [
        (_("Cost in kroner, estimated"), cost.amount if cost else None),
        (_("Lost working days, estimated"), cost.lost_days if cost else None),
        (_("The actions together, in kroner"), cost_of(deviation.plan)),
    ]
    return [
        (label, formats.number_format(number, 0, force_grouping=True)) for label, number in rows if number is not None
    ]


def _bytes(key: str) -> bytes:
    try:
        with default_storage.open(key) as file:
            return file.read()
    except FileNotFoundError:
        return b""


kinds.register(
    kinds.Kind(
        key=CASE,
        make=make_case,
        back_url=lambda parameters, slug: reverse("deviations:detail", args=[slug, parameters["number"]]),
    )
)

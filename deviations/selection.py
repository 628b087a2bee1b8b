"""Several cases on paper, for the one who asks, for the working environment committee or for an inspector."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deviations import documents, exporting, filters, selectors
from deviations.fishbone import draw
from deviations.forms.downloads import COMMITTEE, INSPECTOR, OWN
from deviations.models import ContributingCause, Deviation
from hms.actions.selectors import actions_of
from hms.assignments.enums import State as AssignmentState
from hms.audit.services import record
from hms.organisations.access import may
from hms.organisations.models import Employee, Organisation
from hms.reports import kinds, progress
from hms.reports.pdf import render_pdf
from hms.tenancy.scope import current_organisation_id

DOCUMENT = "deviations.selection"
MOST_CASES = 200
# Fewer confidential cases than this are not even counted: a small number may point at somebody.
FEWEST_COUNTED = 5
# E-mail addresses, and telephone numbers as Norwegians write them.
CONTACTS = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|(?<!\d)(?:\+47 ?)?(?:\d{8}|\d{3} \d{2} \d{3}|\d{2} \d{2} \d{2} \d{2})(?!\d)"
)
READERS = {
    OWN: gettext_lazy("For my own work"),
    COMMITTEE: gettext_lazy("For the working environment committee"),
    INSPECTOR: gettext_lazy("For an inspector"),
}
RELATED = ("unit", "organisation", "reporter", "closed_by", "handling__assignee", "plan__decided_by", "cost", "rating")


def make_document(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The PDF of a selection.

    Effects: an event that says who took out how many, for whom; one for each confidential case in it.

    Raises:
        ReportGone: when there is nothing in it for its asker (any more).
        TooMuch: when there are more cases than fit.
        PdfUnavailable: when this machine makes no PDF.
        progress.Cancelled: when the asker wants it no longer.
    """
    if not may(employee, "deviations.export"):
        raise kinds.ReportGone
    found = exporting.selection(parameters, employee)
    cases = list(found.select_related(*RELATED).defer("search")[: MOST_CASES + 1])
    if not cases:
        raise kinds.ReportGone
    if len(cases) > MOST_CASES:
        raise kinds.TooMuch
    reader = parameters["reader"]
    shown = cases if reader == OWN else [case for case in cases if not case.is_confidential]
    context, files = document_context(parameters, employee, shown, left_out=len(cases) - len(shown))
    content = render_pdf("deviations/downloads/selection_pdf.html", context, files=files)
    organisation = context["organisation"]
    record("deviations.documented", organisation, by=employee, data={"cases": len(shown), "reader": reader})
    return kinds.Made(f"{_('deviations')}-{timezone.localdate()}.pdf", content)


def document_context(
    parameters: dict[str, Any], employee: Employee, shown: list[Deviation], *, left_out: int
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the document shows, and its pictures by key."""
    reader = parameters["reader"]
    files: dict[str, bytes] = {}
    chapters = []
    without = _Names() if reader == COMMITTEE else None
    for number, case in enumerate(shown):
        progress.tell(number, len(shown))
        if without is not None:
            chapters.append(_nameless(case, without))
        else:
            if case.is_confidential:
                # Every reading of a confidential case is an event, on paper too (domain.md section 3).
                record("deviation.opened", case, by=employee)
            chapter, pictures = documents.case_context(case, employee, as_inspector=reader == INSPECTOR)
            chapters.append(chapter)
            files |= pictures
    progress.tell(len(shown), max(len(shown), 1))
    wanted = filters.read(parameters["query"])
    today = formats.date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    context = {
        "organisation": Organisation.objects.get(pk=current_organisation_id()),
        "chapters": chapters,
        "is_nameless": reader == COMMITTEE,
        "readers": READERS[reader],
        "words": wanted.words if parameters.get("cases") is None else [_("Chosen one by one")],
        "left_out": left_out if left_out >= FEWEST_COUNTED else 0,
        "may_lack": reader != OWN,
        "made": _("Made %(day)s by %(name)s") % {"day": today, "name": employee.name},
    }
    return context, files


class _Names:
    """Takes the organisation's people, e-mail addresses and telephone numbers out of what somebody wrote."""

    def __init__(self) -> None:
        names = Employee.objects.values_list("given_name", "family_name")
        self.whole = self._pattern(f"{given} {family}" for given, family in names)

    @staticmethod
    def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
        wanted = sorted({" ".join(name.split()) for name in names if name.strip()}, key=len, reverse=True)
        if not wanted:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?:s|')?(?!\w)", re.IGNORECASE)

    def taken_out(self, text: str, also: Iterable[str] = ()) -> str:
        """The text without them; `also`: names of those who have a part in the case, given names alone too."""
        text = CONTACTS.sub("…", text)
        for pattern in (self.whole, self._pattern(also)):
            if pattern is not None:
                text = pattern.sub(_("[name]"), text)
        return text


@dataclass(frozen=True)
class _Measure:
    """An action without whose it is."""

    title: str
    due_on: Any
    state: str


def _bone(bone: ContributingCause, text: str) -> ContributingCause:
    return ContributingCause(category=bone.category, position=bone.position, text=text)


def _nameless(case: Deviation, names: _Names) -> dict[str, Any]:
    """A case as the committee reads it (aml. § 7-2): what happened, why and what is done, and nobody's name."""
    actions = list(actions_of(case.plan)) if case.plan else []
    people = [selectors.reporter_of(case), case.closed_by, case.handling.assignee if case.handling else None]
    people += [action.assignment.assignee for action in actions]
    involved = [name for person in people if person for name in (person.given_name, person.family_name)]
    involved += case.reporter_name.split()

    def clean(text: str) -> str:
        return names.taken_out(text, [name for name in involved if len(name) > 1])

    return {
        "deviation": case,
        "status": selectors.status(case),
        "title": clean(case.title),
        "description": clean(case.description),
        "immediate_measure": clean(case.immediate_measure),
        "answer": clean(case.answer),
        "facts": documents.plain_facts(case, clean=clean),
        "why_steps": [{"text": clean(step.text), "is_root": step.is_root} for step in case.why_steps.all()],
        "causes": documents.cause_labels(case),
        "fishbone": draw(clean(case.title), case.causes, [_bone(bone, clean(bone.text)) for bone in case.bones.all()]),
        "actions": [
            _Measure(clean(action.title), action.assignment.due_on, AssignmentState(action.assignment.state).label)
            for action in actions
        ],
    }


kinds.register(kinds.Kind(key=DOCUMENT, make=make_document, back_url=exporting.list_url))

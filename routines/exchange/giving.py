"""A routine as a file: PDF, Word or Markdown. Made by a worker, with as much as its asker may see."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from hms.files.models import Attachment
from hms.organisations.access import may, visible
from hms.organisations.models import Employee
from hms.reports import kinds
from hms.reports.pdf import render_pdf
from routines import selectors
from routines.control import NO_CONTROL, Control
from routines.enums import OPEN_DRAFTS, FileFormat, State
from routines.exchange.word import Sheet, write_word
from routines.markdown import FILE, headings, render
from routines.models import Draft, Routine, Version

TAKE_OUT = "routines.take_out"
# More than this in one document helps nobody, and costs the worker its memory.
MOST_PICTURES = 60


@dataclass(frozen=True)
class Edition:
    """The text that is taken out, of a version or of a draft, and what is said of it."""

    routine: Routine
    title: str
    text: str
    language: str
    # None: a draft.
    version: Version | None
    control: Control = NO_CONTROL

    @property
    def name(self) -> str:
        """What the file is called, without its ending."""
        tail = f"v{self.version.label}" if self.version else str(_("draft"))
        if self.language != self.routine.language:
            tail = f"{tail}-{self.language}"
        return f"{self.routine.slug}-{tail}"

    @property
    def label(self) -> str:
        if self.version is None:
            return str(_("Draft, not in force"))
        return str(_("Version %(number)s") % {"number": self.version.label})

    @property
    def mark(self) -> str:
        """What a reader must know of a translation that the routine has left behind; nothing otherwise."""
        version = self.version
        if version is None or version.translates_id is None:
            return ""
        standings = selectors.standings_of(self.routine)
        found = (one.mark for one in standings if one.version.pk == version.pk)
        return next(found, "")

    @property
    def holds(self) -> bool:
        """Whether it is the text in force in its language."""
        in_force = selectors.in_force_in(self.routine, self.language)
        return self.routine.state == State.PUBLISHED and self.version is not None and self.version == in_force


def find(parameters: dict[str, Any], employee: Employee) -> Edition:
    """The edition that was asked for, when the employee may read it.

    Args:
        parameters: `routine`, and `version` (what it is called) or `draft` (true); `language`, its own when left out.

    Raises:
        ReportGone: when it is not there for them (any more).
    """
    related = ("organisation", "unit", "owner", "current__approved_by", "current__author")
    routine = visible(Routine, employee).select_related(*related).filter(pk=parameters["routine"]).first()
    if routine is None:
        raise kinds.ReportGone
    language = parameters.get("language") or routine.language
    if parameters.get("draft"):
        drafts = visible(Draft, employee).filter(
            routine=routine, state__in=OPEN_DRAFTS, language=language
        )  # fmt: skip
        draft = drafts.select_related("routine").first()
        if draft is None or not may(employee, "routines.write", draft):
            raise kinds.ReportGone
        return Edition(routine, draft.title, draft.text, draft.language, None, draft.control)
    version = selectors.version_called(routine, language, str(parameters["version"]))
    if version is None:
        raise kinds.ReportGone
    return Edition(routine, version.title, version.text, version.language, version, version.control)


def make(parameters: dict[str, Any], employee: Employee) -> kinds.Made:
    """The file of an edition, in the form that was asked for.

    Raises:
        ReportGone: when the employee may not read it (any more).
        PdfUnavailable: when this machine makes no PDF.
    """
    edition = find(parameters, employee)
    if parameters["format"] == FileFormat.WORD:
        return as_word(edition, employee)
    if parameters["format"] == FileFormat.MARKDOWN:
        return as_markdown(edition)
    context, files = pdf_context(edition, employee)
    return kinds.Made(f"{edition.name}.pdf", render_pdf("routines/routine_pdf.html", context, files=files))


# --- PDF ---


def pdf_context(edition: Edition, employee: Employee) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the document shows, and its pictures."""
    links, files = pictures_for(edition.text)
    contents = [heading for heading in headings(edition.text) if heading.level <= 3]
    context = {
        "organisation": edition.routine.organisation,
        "routine": edition.routine,
        "edition": edition,
        "version": edition.version,
        "mark": edition.mark,
        "facts": _facts(edition),
        "contents": contents if len(contents) > 1 else [],
        "text": on_paper(edition.text, links),
        "marks_right": edition.version is None or may(employee, "routines.keep", edition.routine),
        "versions": _versions(edition),
        "made": made_by(employee),
    }
    return context, files


def pictures_for(text: str) -> tuple[dict[str, str], dict[str, bytes]]:
    """Where the pictures of a text are found by `render_pdf`, and their bytes by that name."""
    pictures = _pictures(text)
    links = {f"{FILE}{file.pk}": f"/files/{file.pk}" for file, _content in pictures}
    return links, {str(file.pk): content for file, content in pictures}


def on_paper(text: str, links: dict[str, str]) -> SafeString:
    """A text as HTML for a page of paper, which is not scrolled and loads nothing later."""
    html = render(text, links)
    for useless in (' tabindex="0" role="group"', ' loading="lazy"'):
        html = html.replace(useless, "")
    # From the list of what is allowed in routines.markdown.
    return mark_safe(html)


def made_by(employee: Employee) -> str:
    day = formats.date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    return str(_("Made %(day)s by %(name)s") % {"day": day, "name": employee.name})


def _facts(edition: Edition) -> list[tuple[str, str]]:
    routine, version = edition.routine, edition.version
    facts = [
        (_("About"), routine.get_category_display()), (_("Unit"), routine.unit.name), (_("Owner"), routine.owner.name),
    ]  # fmt: skip
    if version is not None:
        facts += [(_("Version"), version.label), (_("In force from"), _day(version.valid_from))]
        if version.translates_id is not None:
            facts.append((_("Language"), version.get_language_display()))
        if edition.mark:
            facts.append((_("Translation"), edition.mark))
        if not edition.holds:
            facts.append((_("Status"), _("No longer in force")))
        facts.append((_("Written by"), version.author_name))
        if version.approved_by is not None:
            facts.append((pgettext("version", "Approved by"), version.approved_by.name))
    else:
        facts.append((_("Status"), edition.label))
    if routine.law:
        facts.append((_("Serves"), routine.law))
    return [(str(label), str(value)) for label, value in facts]


def _versions(edition: Edition) -> list[Version]:
    return list(selectors.versions_of(edition.routine, edition.language)[:200])


def _day(day: Any) -> str:
    return formats.date_format(day, "SHORT_DATE_FORMAT")


def _pictures(text: str) -> list[tuple[Attachment, bytes]]:
    """The pictures that a text shows, with their bytes; what the store has lost is left out."""
    found = []
    for file in [file for file in selectors.files_in(text) if file.is_image][:MOST_PICTURES]:
        if (content := _read(file)) is not None:
            found.append((file, content))
    return found


def _read(file: Attachment) -> bytes | None:
    try:
        with default_storage.open(file.storage_key) as stored:
            return bytes(stored.read())
    except FileNotFoundError:
        return None


# --- Word ---


def as_word(edition: Edition, employee: Employee) -> kinds.Made:
    """A Word file with the same facts and the same list of versions as on paper."""
    rows = [
        [row.label, _day(row.valid_from), row.author_name, row.approved_by.name if row.approved_by else "", row.change_note]
        for row in _versions(edition)
    ]  # fmt: skip
    sheet = Sheet(
        organisation=edition.routine.organisation.name,
        title=edition.title,
        facts=[*_facts(edition), *_asked(edition.control)],
        versions_title=_("Versions"),
        heads=[_("Version"), _("In force from"), _("Written by"), pgettext("version", "Approved by"), _("What is new")],
        versions=rows,
        foot=f"{edition.routine.organisation.name} · {edition.label} · {made_by(employee)}",
    )
    pictures = {f"{FILE}{file.pk}": content for file, content in _pictures(edition.text)}
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return kinds.Made(f"{edition.name}.docx", write_word(sheet, edition.text, pictures), content_type)


def _asked(control: Control) -> list[tuple[str, str]]:
    """The control question as one more fact."""
    if not control:
        return []
    answers = " / ".join(control.answers)
    return [(str(_("Control question")), f"{control.question} ({answers})" if answers else control.question)]


# --- Markdown ---


def as_markdown(edition: Edition) -> kinds.Made:
    """The text with what is known of it in front; packed together with its files when it names any."""
    text, files = edition.text, []
    for file in selectors.files_in(edition.text):
        content = _read(file)
        if content is None:
            continue
        name = f"filer/{file.pk}-{file.name}".replace(" ", "-")
        text = text.replace(f"]({FILE}{file.pk})", f"]({name})")
        files.append((name, content))
    whole = _front(edition) + text
    if not files:
        return kinds.Made(f"{edition.name}.md", whole.encode(), "text/markdown; charset=utf-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{edition.name}.md", whole)
        for name, content in files:
            archive.writestr(name, content)
    return kinds.Made(f"{edition.name}.zip", packed.getvalue(), "application/zip")


def _front(edition: Edition) -> str:
    """The lines before the text. JSON's strings are YAML's too, whatever stands in them."""
    version = edition.version
    known: dict[str, Any] = {
        "title": edition.title,
        "organisation": edition.routine.organisation.name,
        "owner": edition.routine.owner.name,
        "status": "draft" if version is None else "published",
    }
    if version is not None:
        known |= {
            "version": version.label,
            "valid_from": version.valid_from.isoformat(),
            "author": version.author_name,
        }
        if version.translates_id is not None:
            known["language"] = version.language
        if edition.mark:
            known["translation"] = edition.mark
        if version.approved_by is not None:
            known["approved_by"] = version.approved_by.name
    if edition.control:
        known |= {"control_question": edition.control.question, "control_answers": list(edition.control.answers)}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in known.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def _back(parameters: dict[str, Any], slug: str) -> str:
    page = reverse("routines:draft" if parameters.get("draft") else "routines:detail", args=[slug, parameters["slug"]])
    return f"{page}?sprak={parameters['language']}" if parameters.get("language") else page


kinds.register(kinds.Kind(key=TAKE_OUT, make=make, back_url=_back))

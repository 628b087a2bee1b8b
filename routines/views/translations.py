"""A routine in other languages: which text a reader gets, what it says of itself, and beginning a translation."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hms.audit.transitions import InvalidTransition
from hms.core.htmx import redirect_to
from hms.organisations.models import Employee
from routines import selectors, services
from routines.comparing import compare, only_changes
from routines.enums import State
from routines.languages import name_of, others_than
from routines.models import Draft, Receipt, Routine, Version
from routines.selectors.translations import Standing
from routines.views.common import asked_language, crumbs, draft_url, form_view, routine_of, shown, url


def in_its_language(version: Version) -> SafeString | str:
    """A version's title, marked with its language where that is not the page's."""
    if version.language == get_language():
        return version.title
    return format_html('<span lang="{}">{}</span>', version.language, version.title)


def standing_of(routine: Routine, version: Version) -> Standing | None:
    """How the language of a version stands to the routine's own text; None for the routine's own."""
    if version.translates_id is None:
        return None
    found = (one for one in selectors.standings_of(routine) if one.translation.language == version.language)
    return next(found, None)


def tabs_of(request: HttpRequest, routine: Routine, language: str) -> list[dict[str, Any]]:
    """The languages that the routine can be read in, as links; nothing when there is only one."""
    there = [one for one in selectors.languages_of(routine) if one.is_own or one.standing]
    if len(there) < 2:
        return []
    return [
        {
            "code": one.code,
            "label": one.own_name,
            "url": f"{request.path}?sprak={one.code}",
            "count": None,
            "current": one.code == language,
        }
        for one in there
    ]


def other_languages(me: Employee, routine: Routine) -> list[selectors.Language]:
    """The languages that a routine could be put into, with what there is; before it is in force only what is begun."""
    drafts = selectors.visible_drafts(me).open()  # type: ignore[attr-defined]
    others = [one for one in selectors.languages_of(routine, drafts) if not one.is_own]
    return [one for one in others if routine.current is not None or one.draft is not None]


@dataclass(frozen=True)
class Reading:
    """The text that a reader gets.

    Attributes:
        version: in their language where there is one in force, else the routine's own.
        standing: how it stands to the routine's own; None for that one itself.
        changed: what has changed in the routine's own text since, when something has.
    """

    version: Version | None
    standing: Standing | None = None
    changed: tuple[Any, ...] = ()

    def is_confirmed_by(self, receipt: Receipt | None) -> bool:
        """Whether somebody's last receipt covers the text, and what it lacks."""
        if receipt is None or self.version is None:
            return False
        if self.standing is None:
            return receipt.version_id == self.version.pk
        return receipt.version.number >= max(self.version.number, self.standing.needed)

    @property
    def read_in(self) -> str:
        """What confirming it says was read (`services.confirm`)."""
        if self.version is None or self.standing is None:
            return ""
        return f"{self.version.language} {self.version.label}"

    @property
    def must_read_original(self) -> bool:
        """Whether reading it is not enough."""
        return self.standing is not None and self.standing.matters


def reading_of(request: HttpRequest, routine: Routine) -> Reading:
    """What the reader gets: the language of the address, else their own, else the routine's own."""
    language = asked_language(request) or get_language() or ""
    if routine.current is None or language == routine.language:
        return Reading(routine.current)
    standing = next((one for one in selectors.standings_of(routine) if one.translation.language == language), None)
    if standing is None:
        return Reading(routine.current)
    version = standing.version
    changed: list[Any] = []
    if standing.is_behind:
        before = Version.objects.get(pk=version.translates_id)
        links = selectors.links_of([before.text, routine.current.text], request.organisation.slug)
        changed = only_changes(compare(before.text, routine.current.text, links))
    return Reading(version, standing, tuple(changed))


def before_in_its_language(receipt: Receipt, version: Version) -> Version | None:
    """What somebody read last, as it was in the language of a version; None when it was not there."""
    if receipt.version.language == version.language:
        return receipt.version
    if receipt.read_in is not None and receipt.read_in.language == version.language:
        return receipt.read_in
    found = Version.objects.filter(translates=receipt.version, language=version.language)
    return found.order_by("-edition").first()


def translation_context(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """What a page about a draft shows of the text that it translates; nothing when it is no translation."""
    routine, original = draft.routine, draft.routine.current
    if not draft.is_translation or original is None:
        return {}
    since = draft.translates
    changed: list[Any] = []
    if since is not None and since.number < original.number:
        links = selectors.links_of([since.text, original.text], request.organisation.slug)
        changed = only_changes(compare(since.text, original.text, links))
    return {
        "original": original,
        "original_text": shown(request, original.text),
        "original_language": name_of(routine.language),
        "draft_language": name_of(draft.language),
        "translated_before": since,
        "original_changed": changed,
    }


@form_view
def begin(request: HttpRequest, organisation: str, slug: str, language: str) -> HttpResponse:
    """Begin a translation, or bring one up to date: what has changed since, and then the draft."""
    routine = routine_of(request, slug, "routines.keep")
    if language not in others_than(routine.language):
        raise Http404
    if routine.current is None or routine.state == State.ARCHIVED:
        raise InvalidTransition(routine, routine.state, "translate")
    draft = Draft.objects.open().filter(routine=routine, language=language).first()
    if request.method == "POST" or draft is not None:
        if draft is None:
            draft = services.begin_draft(routine, by=request.employee, language=language)
        draft.routine = routine
        return redirect_to(request, draft_url(request, "write" if draft.is_writable else "draft", draft))
    standing = next((one for one in selectors.standings_of(routine) if one.translation.language == language), None)
    changed: list[Any] = []
    if standing is not None and standing.is_behind:
        before = Version.objects.get(pk=standing.version.translates_id)
        links = selectors.links_of([before.text, routine.current.text], organisation)
        changed = only_changes(compare(before.text, routine.current.text, links))
    context = {
        "routine": routine,
        "language": name_of(language),
        "standing": standing,
        "rows": changed,
        "close_url": url(request, "detail", routine),
        "crumbs": crumbs(request, routine, (_("Translate"), None)),
    }
    return render(request, "routines/translate.html", context)

"""The list, and the routine as it is read."""

from typing import Any

from django.contrib import messages
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import BadRequest
from django.db.models import BigIntegerField, F, Func, IntegerField, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import page_or_part, redirect_to
from hms.core.keyset import BadCursor, page
from hms.organisations.access import may
from hms.organisations.mentions import mentions_of
from hms.organisations.models import Employee
from routines import selectors, services
from routines.comparing import compare, only_changes
from routines.control import places_in
from routines.enums import State
from routines.errors import NotAnswered, OtherVersion, TranslationBehind, WrongAnswer
from routines.forms import ConfirmForm, FilterForm
from routines.forms.filters import ALL, ARCHIVE, DRAFTS, FAVOURITES, LIBRARY, MINE, NEWEST
from routines.markdown import headings
from routines.models import Audience, Receipt, Routine, Version
from routines.selectors.meeting import what_it_meets
from routines.selectors.uses import in_use
from routines.views.common import asked_language, crumbs, editions, routine_of, shown, url
from routines.views.counts import kept_context, note_opening
from routines.views.on_phone import stamp as phone_stamp
from routines.views.sharing import sharing_of
from routines.views.translations import (
    Reading,
    before_in_its_language,
    in_its_language,
    other_languages,
    reading_of,
    tabs_of,
)

PAGE_SIZE = 25
VERSIONS_SHOWN = 3
# Fewer headings than these are found without a list of them.
CONTENTS_FROM = 4


@require_safe
def routine_list(request: HttpRequest, organisation: str) -> HttpResponse:
    """Routines by words, what they are about, where, and whether they are mine; everything is in the address."""
    me = request.employee
    form = FilterForm({name: request.GET.get(name, "").strip() for name in FilterForm.base_fields})
    form.is_valid()
    wanted = {name: value for name, value in form.cleaned_data.items() if value}
    view, text = wanted.get("vis", ALL), wanted.get("q", "")
    if view == DRAFTS:
        return _drafts(request, form)
    found = _chosen(me, view, wanted)
    order = ["title", "id"]
    if view == NEWEST:
        order = ["-published_at", "-id"]
    if text:
        found, ids = selectors.search(found, text)
        found = found.annotate(place=_place(ids))
        order = ["place", "id"]
    try:
        part = page(
            selectors.with_list_columns(found), order=order, cursor=request.GET.get("etter", ""), size=PAGE_SIZE
        )
    except BadCursor:
        raise BadRequest from None
    total = len(part.rows) if not (part.previous or part.next) else selectors.bounded_count(found)
    asked = selectors.due_of(me, [routine.pk for routine in part.rows])
    favourites = selectors.favourites_of(me)
    selectors.in_language_of_reader(part.rows)
    found_words = selectors.snippets(part.rows, text, get_language() or "")
    context = {
        "filters": form,
        "views": tabs(request, view),
        "rows": [
            {
                "routine": routine,
                "status": selectors.status(routine),
                "due_on": asked.get(routine.pk),
                "is_favourite": routine.pk in favourites,
                "snippet": found_words.get(routine.pk),
            }
            for routine in part.rows
        ],
        "summary": _summary(total),
        "shown_total": total if total <= selectors.COUNT_LIMIT else None,
        "previous_url": _with_cursor(request, part.previous),
        "next_url": _with_cursor(request, part.next),
        "is_filtered": bool(wanted.keys() - {"vis"}),
        "view": view,
        "may_create": may(me, "routines.create"),
    }
    return page_or_part(request, "routines/list.html", "routines/_results.html", context)


def _place(ids: list[int]) -> Func:
    """The place of each among what was found, so that pages follow the order of the search."""
    places = Value(ids, output_field=ArrayField(BigIntegerField()))
    return Func(places, F("pk"), function="array_position", output_field=IntegerField())


def _chosen(me: Employee, view: str, wanted: dict[str, Any]) -> QuerySet[Routine]:
    state = State.ARCHIVED if view == ARCHIVE else State.PUBLISHED
    found = selectors.visible_to(me).filter(state=state)
    if view == MINE:
        found = selectors.applying_to(found, me)
    elif view == FAVOURITES:
        found = found.filter(pk__in=selectors.favourites_of(me))
    if "category" in wanted:
        found = found.filter(category=wanted["category"])
    if "unit" in wanted:
        found = found.filter(unit__path__contains=[int(wanted["unit"])])
    if "role" in wanted:
        found = selectors.for_role(found, wanted["role"])
    return found


def _drafts(request: HttpRequest, form: FilterForm) -> HttpResponse:
    """What is on its way, for those who have a part in it."""
    drafts = list(selectors.open_drafts_of(request.employee)[:100])
    context = {
        "filters": None,
        "views": tabs(request, DRAFTS),
        "drafts": [(draft, selectors.draft_status(draft)) for draft in drafts],
        "view": DRAFTS,
        "may_create": may(request.employee, "routines.create"),
    }
    return render(request, "routines/list.html", context)


def tabs(request: HttpRequest, view: str) -> list[dict[str, Any]]:
    """The sorts of routines, and for those who write the library; each with its address."""
    me = request.employee
    sorts: list[tuple[Any, str, int | None]] = [
        (_("All in force"), ALL, None),
        (_("For me"), MINE, selectors.unread_count(me) or None),
        (_("Favourites"), FAVOURITES, None),
        (_("Changed lately"), NEWEST, None),
    ]
    drafts = selectors.open_drafts_of(me).count()
    if drafts or view == DRAFTS:
        sorts.append((_("Drafts"), DRAFTS, drafts))
    sorts.append((_("Archive"), ARCHIVE, None))
    here = reverse("routines:list", args=[request.organisation.slug]) if view == LIBRARY else ""
    links = [
        {"label": label, "url": here + (f"?vis={name}" if name else "?"), "count": count, "current": name == view}
        for label, name, count in sorts
    ]
    if may(me, "routines.create"):
        library = reverse("routines:library", args=[request.organisation.slug])
        links.append({"label": _("Library"), "url": library, "count": None, "current": view == LIBRARY})
    return links


def _summary(total: int) -> str:
    if total > selectors.COUNT_LIMIT:
        return _("More than %(count)d routines") % {"count": selectors.COUNT_LIMIT}
    return ngettext("%(count)d routine", "%(count)d routines", total) % {"count": total}


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["etter"] = cursor
    return f"?{query.urlencode()}"


@require_safe
def detail(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """A routine as it holds now: the text, what is new since one read it last, and what is asked of the reader."""
    routine = routine_of(request, slug)
    return render(request, "routines/detail.html", routine_context(request, routine))


def routine_context(request: HttpRequest, routine: Routine, confirm_form: ConfirmForm | None = None) -> dict[str, Any]:
    """Everything the routine's page shows to this reader; with the answer they gave when it was not right."""
    me, reading = request.employee, reading_of(request, routine)
    version, asked = reading.version, _asked(routine, reading)
    is_kept = may(me, "routines.keep", routine)
    mentions, mentioned = (
        mentions_of("routine", me, selectors.names_of([routine]).get(routine.pk, [])) if is_kept else ([], 0)
    )  # fmt: skip
    waiting = selectors.waiting_for(routine, me) if version else None
    receipt = selectors.last_receipt(routine, me) if version else None
    draft = selectors.visible_drafts(me).open().filter(routine=routine, language=routine.language).first()  # type: ignore[attr-defined]
    language = version.language if version else routine.language
    versions = editions(routine, me, most=VERSIONS_SHOWN + 1, language=language) if version else []
    adoption = selectors.adoption_of(routine) if is_kept else None
    audience = selectors.audience_of(routine)
    is_favourite = routine.pk in selectors.favourites_of(me)
    sources = selectors.Sources(adoption.key if adoption else None, with_texts=False)
    contents = [heading for heading in headings(version.text) if heading.level <= 3] if version else []
    return {
        "routine": routine,
        "version": version,
        "heading": in_its_language(version) if version else routine.title,
        "reading": reading,
        "languages": tabs_of(request, routine, language),
        "translations": other_languages(me, routine) if is_kept else [],
        "status": selectors.status(routine),
        "text": shown(request, version.text) if version else "",
        "contents": contents if len(contents) >= CONTENTS_FROM else [],
        "waiting": waiting,
        "receipt": receipt,
        "is_confirmed": reading.is_confirmed_by(receipt),
        "must_read_original": reading.must_read_original and (waiting or not reading.is_confirmed_by(receipt)),
        "may_confirm": version is not None
        and routine.state == State.PUBLISHED
        and may(me, "routines.answer_to", routine),
        "asked": asked,
        "confirm_form": confirm_form or (ConfirmForm(version=asked) if asked else None),
        "news": _news(request, receipt, version),
        "unit_progress": _unit_progress(routine, me, audience),
        "versions": versions[:VERSIONS_SHOWN],
        "has_more_versions": len(versions) > 1,
        "audience": audience,
        "meets": what_it_meets(routine),
        "is_favourite": is_favourite,
        "phone_stamp": phone_stamp(routine) if is_favourite else "",
        "questions": list(selectors.questions_about(routine).filter(asked_by=me)[:3]),
        "open_questions": selectors.questions_about(routine).filter(answered_at__isnull=True).count() if is_kept else 0,
        "draft": draft,
        "draft_status": selectors.draft_status(draft) if draft else None,
        "is_kept": is_kept,
        **(kept_context(routine) if is_kept and version else {}),
        "from_template": adoption,
        "template_is_changed": adoption is not None and routine.state != State.ARCHIVED and sources.has_news(adoption),
        "template_is_withdrawn": adoption is not None and sources.of(adoption) is None,
        "sharing": sharing_of(routine) if is_kept else None,
        "may_follow": version is not None and routine.must_confirm and may(me, "routines.follow_reading", routine),
        "timeline": selectors.timeline_of(routine) if is_kept else [],
        "mentions": mentions,
        "mentions_more": mentioned - len(mentions),
        "in_use": in_use(routine, me, request.organisation.slug, mentions, mentioned) if version else None,
        "may_log_use": routine.state == State.PUBLISHED and may(me, "routines.log_use", routine),
        "crumbs": crumbs(request, None, (routine.title, None)),
    }


def _news(request: HttpRequest, receipt: Receipt | None, version: Version | None) -> list[Any]:
    """What has changed since the version that this reader confirmed."""
    if receipt is None or version is None or receipt.version_id in {version.pk, version.translates_id}:
        return []
    before = before_in_its_language(receipt, version)
    if before is None or before.pk == version.pk:
        return []
    links = selectors.links_of([version.text, before.text], request.organisation.slug)
    return only_changes(compare(before.text, version.text, links))


def _unit_progress(routine: Routine, me: Employee, audience: list[Audience]) -> dict[str, Any] | None:
    """How far one's own unit has come, where it is asked at all."""
    if routine.state != State.PUBLISHED or not routine.must_confirm:
        return None
    confirmed, total = selectors.progress_in(routine, me.unit, audience)
    if not total:
        return None
    return {"confirmed": confirmed, "total": total, "percent": 100 * confirmed // total}


@require_POST
def confirm(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Read and understood, with the answer to the control question where there is one."""
    routine = routine_of(request, slug, "routines.answer_to")
    number = request.POST.get("version", "")
    asked = _asked(routine, reading_of(request, routine))
    form = ConfirmForm(request.POST, version=asked) if asked else None
    answer = form.cleaned_data.get("answer") if form is not None and form.is_valid() else None
    try:
        services.confirm(
            routine, request.employee, version=int(number) if number.isdecimal() else 0,
            read_in=request.POST.get("read_in", ""), answer=answer, was_wrong=request.POST.get("tried") == "1",
        )  # fmt: skip
    except TranslationBehind:
        messages.warning(
            request, _("The translation lacks something that matters. Read what is new here, and confirm.")
        )
        return redirect_to(request, url(request, "detail", routine) + f"?sprak={routine.language}")
    except OtherVersion:
        messages.warning(request, _("A newer version came while you read. Read what is new, and confirm again."))
    except (NotAnswered, WrongAnswer) as problem:
        return _not_yet(request, routine, form, was_wrong=isinstance(problem, WrongAnswer))  # type: ignore[arg-type]
    else:
        note_opening(request, routine)
        messages.success(request, _("Thank you. That you have read it is written down."))
    language = asked_language(request)
    return redirect_to(request, url(request, "detail", routine) + (f"?sprak={language}" if language else ""))


def _asked(routine: Routine, reading: Reading) -> Version | None:
    """The version whose control question a reader answers."""
    if routine.current is None or reading.version is None:
        return None
    return selectors.asked_of(reading.version, routine.current)


def _not_yet(request: HttpRequest, routine: Routine, form: ConfirmForm, *, was_wrong: bool) -> HttpResponse:
    """The routine once more, with what was chosen and where the answer stands. Only the page itself knows of the try."""
    context = routine_context(request, routine, form)
    asked, version = context["asked"], context["version"]
    if was_wrong:
        form.add_error("answer", _("That is not right. Read it once more, and try again."))
        context |= {"why": asked.control.why, "places": places_in(asked.control, version.text)}
    context |= {"was_wrong": was_wrong, "tried": was_wrong or request.POST.get("tried") == "1"}
    return render(request, "routines/detail.html", context, status=422)


@require_POST
def favourite(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Keep a routine at hand, or no longer."""
    routine = routine_of(request, slug, "routines.answer_to")
    wanted = request.POST.get("wanted") == "1"
    services.keep_favourite(routine, request.employee, wanted=wanted)
    messages.success(request, _("Kept among your favourites.") if wanted else _("No longer among your favourites."))
    if request.POST.get("back") == "list":
        return redirect_to(request, reverse("routines:list", args=[organisation]) + "?vis=favoritter")
    return redirect_to(request, url(request, "detail", routine))

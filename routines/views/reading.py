"""The list, and the routine as it is read."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import page_or_part, redirect_to
from hms.core.keyset import BadCursor, page
from hms.organisations.access import may
from hms.organisations.mentions import mentions_of
from hms.organisations.models import Employee
from routines import selectors, services
from routines.comparing import compare, only_changes
from routines.enums import State
from routines.errors import OtherVersion
from routines.forms import FilterForm
from routines.forms.filters import ALL, ARCHIVE, DRAFTS, FAVOURITES, LIBRARY, MINE, NEWEST
from routines.markdown import headings
from routines.models import Receipt, Routine, Version
from routines.selectors.uses import in_use
from routines.views.common import crumbs, editions, routine_of, shown, url

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
    found_words = selectors.snippets(part.rows, text)
    context = {
        "filters": form,
        "views": tabs(request, view),
        "rows": [
            {
                "routine": routine,
                "status": selectors.status(routine),
                "due_on": asked.get(routine.pk),
                "is_favourite": routine.pk in favourites,
                "snippet": found_words.get(routine.pk, ""),
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


def _place(ids: list[int]) -> Case:
    """The place of each among what was found, so that pages follow the order of the search."""
    places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(ids)]
    return Case(*places, default=Value(len(ids)), output_field=IntegerField())


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


def routine_context(request: HttpRequest, routine: Routine) -> dict[str, Any]:
    """Everything the routine's page shows to this reader."""
    me, version = request.employee, routine.current
    is_kept = may(me, "routines.keep", routine)
    mentions, mentioned = mentions_of("routine", me, routine.title) if is_kept else ([], 0)
    waiting = selectors.waiting_for(routine, me) if version else None
    receipt = selectors.last_receipt(routine, me) if version else None
    draft = selectors.visible_drafts(me).open().filter(routine=routine, language=routine.language).first()  # type: ignore[attr-defined]
    versions = editions(routine, me, most=VERSIONS_SHOWN + 1) if version else []
    adoption = selectors.adoption_of(routine) if is_kept else None
    contents = [heading for heading in headings(version.text) if heading.level <= 3] if version else []
    return {
        "routine": routine,
        "version": version,
        "status": selectors.status(routine),
        "text": shown(request, version.text) if version else "",
        "contents": contents if len(contents) >= CONTENTS_FROM else [],
        "waiting": waiting,
        "receipt": receipt,
        "is_confirmed": receipt is not None and version is not None and receipt.version_id == version.pk,
        "may_confirm": version is not None
        and routine.state == State.PUBLISHED
        and may(me, "routines.answer_to", routine),
        "news": _news(request, receipt, version),
        "unit_progress": _unit_progress(routine, me),
        "versions": versions[:VERSIONS_SHOWN],
        "has_more_versions": len(versions) > 1,
        "audience": selectors.audience_of(routine),
        "is_favourite": routine.pk in selectors.favourites_of(me),
        "questions": list(selectors.questions_about(routine).filter(asked_by=me)[:3]),
        "open_questions": selectors.questions_about(routine).filter(answered_at__isnull=True).count() if is_kept else 0,
        "draft": draft,
        "draft_status": selectors.draft_status(draft) if draft else None,
        "is_kept": is_kept,
        "from_template": adoption,
        "template_is_changed": adoption is not None
        and routine.state != State.ARCHIVED
        and selectors.is_changed(adoption),
        "template_is_withdrawn": adoption is not None and selectors.template_of(adoption) is None,
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
    if receipt is None or version is None or receipt.version_id == version.pk:
        return []
    links = selectors.links_of([version.text, receipt.version.text], request.organisation.slug)
    return only_changes(compare(receipt.version.text, version.text, links))


def _unit_progress(routine: Routine, me: Employee) -> dict[str, Any] | None:
    """How far one's own unit has come, where it is asked at all."""
    if routine.state != State.PUBLISHED or not routine.must_confirm:
        return None
    confirmed, total = selectors.progress_in(routine, me.unit)
    if not total:
        return None
    return {"confirmed": confirmed, "total": total, "percent": 100 * confirmed // total}


@require_POST
def confirm(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Read and understood."""
    routine = routine_of(request, slug, "routines.answer_to")
    number = request.POST.get("version", "")
    try:
        services.confirm(routine, request.employee, version=int(number) if number.isdecimal() else 0)
    except OtherVersion:
        messages.warning(request, _("A newer version came while you read. Read what is new, and confirm again."))
    else:
        messages.success(request, _("Thank you. That you have read it is written down."))
    return redirect_to(request, url(request, "detail", routine))


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

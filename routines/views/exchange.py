"""Texts from other programs, and to them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hms.core.htmx import redirect_to
from hms.organisations.access import access
from hms.reports.services import request_report
from routines import markdown, selectors, services
from routines.errors import StaleDraft
from routines.exchange.giving import TAKE_OUT
from routines.forms import BringForm, FormatForm, TakeOverForm
from routines.models import Incoming
from routines.views.common import asked_language, draft_of, draft_url, form_view, routine_of, url, version_url
from routines.views.counts import note_opening


@form_view
def bring(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Choose a file; what was read is looked at before it becomes the draft's."""
    draft = draft_of(request, slug, "routines.write")
    form = BringForm(request.POST, request.FILES) if request.method == "POST" else BringForm()
    if form.is_bound and form.is_valid():
        name = form.cleaned_data["file"].name or ""
        services.bring_in(draft, form.brought, by=request.employee, file_name=name)
        return redirect_to(request, draft_url(request, "incoming", draft))
    context = {
        "form": form,
        "title": _("Bring in a text"),
        "lede": _(
            "Headings, lists, tables, links and pictures come along. You see how it looks before anything is changed."
        ),
        "submit": _("Read the file"),
        "close_url": draft_url(request, "write", draft),
    }
    return render(request, "components/form_page.html", context, status=422 if form.is_bound else 200)


def _incoming(request: HttpRequest, slug: str) -> Incoming:
    draft = draft_of(request, slug, "routines.write")
    incoming = access(request, Incoming, "routines.take_over", draft=draft)
    incoming.draft = draft
    return incoming


@form_view
def incoming(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """How the text looks, and what could not be taken along; then it is the draft's, or not."""
    waiting = _incoming(request, slug)
    draft = waiting.draft
    form = TakeOverForm(request.POST if request.method == "POST" else None, draft=draft, incoming=waiting)
    if form.is_bound and form.is_valid():
        try:
            services.take_over(
                waiting, by=request.employee, revision=form.cleaned_data["revision"], title=form.cleaned_data["title"],
                is_addition=form.cleaned_data["place"] == "after",
            )  # fmt: skip
        except StaleDraft:
            draft.refresh_from_db()
            form.data = {**form.data.dict(), "revision": str(draft.revision)}
            form.add_error(
                None, _("Somebody changed the draft meanwhile. Look at it before you put this in its place.")
            )
        else:
            return redirect_to(request, draft_url(request, "write", draft))
    context = {
        "form": form,
        "draft": draft,
        "routine": draft.routine,
        "incoming": waiting,
        "text": markdown.render(waiting.text, selectors.links_of_incoming(waiting, organisation)),
        "close_url": draft_url(request, "write", draft),
    }
    return render(request, "routines/incoming.html", context, status=422 if form.is_bound else 200)


@require_POST
def refuse(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Not this text: throw it away; the draft is as it was."""
    waiting = _incoming(request, slug)
    services.refuse(waiting)
    return redirect_to(request, draft_url(request, "write", waiting.draft))


@form_view
def take_out(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Choose what sort of file; `v` names the version (the one that holds when left out), `utkast=1` the draft.

    Both in the language of the address.
    """
    form = FormatForm(request.POST if request.method == "POST" else None)
    asked = {"v": request.GET.get("v", ""), "draft": request.GET.get("utkast") == "1"}
    if asked["draft"]:
        draft = draft_of(request, slug, "routines.write")
        routine, title, which = draft.routine, draft.title, _("Draft, not in force")
        parameters: dict[str, Any] = {"draft": True, "language": draft.language}
        back = draft_url(request, "draft", draft)
    else:
        routine = routine_of(request, slug)
        language = asked_language(request) or routine.language
        current = selectors.in_force_in(routine, language)
        version = selectors.version_called(routine, language, str(asked["v"])) if asked["v"] else current
        if version is None:
            raise Http404
        title, which = version.title, _("Version %(number)s") % {"number": version.label}
        parameters = {"version": version.label, "language": language}
        back = version_url(request, version)
        if version == current:
            back = url(request, "detail", routine) + version.query
    if form.is_bound and form.is_valid():
        parameters |= {"routine": routine.pk, "slug": routine.slug, "format": form.cleaned_data["format"]}
        if not asked["draft"]:
            note_opening(request, routine)
        job = request_report(TAKE_OUT, by=request.employee, parameters=parameters)
        return redirect_to(request, "reports:show", organisation, job.pk)
    context = {
        "form": form,
        "title": _("Download “%(title)s”") % {"title": title},
        "lede": which,
        "submit": _("Make the file"),
        "close_url": back,
    }
    return render(request, "components/form_page.html", context, status=422 if form.is_bound else 200)

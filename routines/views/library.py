"""The library: starter routines and those of a parent organisation, taking one up, and following it when it changes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.organisations.access import may, require
from hms.organisations.enums import Role
from routines import selectors, services
from routines.blanks import blanks_in
from routines.comparing import compare, only_changes
from routines.errors import AlreadyTaken, OtherTexts
from routines.forms import AdoptForm, MergeForm
from routines.forms.filters import LIBRARY
from routines.library import LANGUAGES, Template, templates
from routines.models import Routine
from routines.selectors.library import News, Shelf
from routines.views.common import crumbs, form_view, routine_of, shown, url
from routines.views.reading import tabs


@require_safe
def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """Every template: what the parent organisation shares, then the starter routines; and what one has of each."""
    require(request, "routines.create")
    shelves: list[Shelf] = selectors.library(request.employee)
    language = _language(request)
    context = {
        "views": tabs(request, LIBRARY),
        "may_see_affiliations": may(request.employee, "organisations.see_affiliations"),
        "shelves": [
            {
                "heading": _("From %(sharer)s") % {"sharer": shelf.sharer} if shelf.sharer else shelf.category.label,  # type: ignore[union-attr]
                "note": _("Shared with you") if shelf.sharer else "",
                "is_shared": bool(shelf.sharer),
                "books": [
                    (template, template.in_(language), _address(request, "template", template), taken)
                    for template, taken in shelf.books
                ],
            }
            for shelf in shelves
        ],
    }
    return render(request, "routines/library.html", context)


def _template(key: str, is_shared: bool) -> Template:
    template = (selectors.shared_templates(key) if is_shared else templates()).get(key)
    if template is None:
        raise Http404
    return template


def _address(request: HttpRequest, name: str, template: Template) -> str:
    prefix = "" if template.shared_by is None else "shared_"
    return reverse(f"routines:{prefix}{name}", args=[request.organisation.slug, template.key])


def _language(request: HttpRequest) -> str:
    """The language chosen in the address, else the reader's, else the organisation's."""
    wanted = (request.GET.get("sprak", ""), get_language() or "", request.organisation.language)
    return next((language for language in wanted if language in LANGUAGES), "nb")


@require_safe
def preview(request: HttpRequest, organisation: str, key: str, is_shared: bool = False) -> HttpResponse:
    """A template as it would be read; `?sprak=` in another language."""
    require(request, "routines.create")
    template = _template(key, is_shared)
    language = template.nearest(_language(request))
    text = template.in_(language)
    names = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
    context = {
        "template": template,
        "in_language": text,
        "language": language,
        "edition": template.edition(language),
        "languages": [
            {"label": names[code], "url": f"?sprak={code}", "count": None, "current": code == language}
            for code in template.languages
        ],
        "text": shown(request, text.text),
        "blanks": blanks_in(text.text),
        "readers": ", ".join(str(Role(role).label) for role in template.readers),
        "taken": selectors.taken_of(request.employee, template),
        "adopt_url": f"{_address(request, 'adopt', template)}?sprak={language}",
        "crumbs": _crumbs(request, text.title),
    }
    return render(request, "routines/template.html", context)


def _crumbs(request: HttpRequest, title: str) -> list[tuple[Any, str | None]]:
    above = (_("Library"), reverse("routines:library", args=[request.organisation.slug]))
    return crumbs(request, None, above, (title, None))


@form_view
def adopt(request: HttpRequest, organisation: str, key: str, is_shared: bool = False) -> HttpResponse:
    """Take a template up: whose it is; then the blanks are filled in where one writes."""
    require(request, "routines.create")
    template = _template(key, is_shared)
    wanted = request.GET.get("sprak", "")
    language = template.nearest(wanted if wanted in LANGUAGES else request.organisation.language)
    data = request.POST if request.method == "POST" else None
    form = AdoptForm(data, by=request.employee, language=language, languages=template.languages)
    if form.is_bound and form.is_valid():
        try:
            routine = services.adopt(template, by=request.employee, **form.cleaned_data)
        except AlreadyTaken:
            form.add_error("unit", _("This unit has the routine already. Find it in the library."))
        else:
            messages.success(request, _("The draft is yours now. Fill in the blanks, and make it fit."))
            return redirect_to(request, url(request, "write", routine))
    context = {
        "form": form,
        "title": _("Take up “%(title)s”") % {"title": template.in_(language).title},
        "lede": _("You get a draft of your own. Nothing is in force until it is approved."),
        "submit": _("Take it up"),
        "close_url": _address(request, "template", template),
    }
    return render(request, "components/form_page.html", context, status=422 if form.is_bound else 200)


@form_view
def follow(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """The template has changed: what is new, what was changed here too, and a draft of both put together."""
    routine = routine_of(request, slug, "routines.keep")
    adoption = selectors.adoption_of(routine)
    if adoption is None:
        raise Http404
    news = selectors.news_for(routine, adoption)
    if news is None or (news.draft is not None and not news.draft.is_writable):
        if request.method == "POST":
            # Says why: nothing to take, or the draft stands still.
            services.take_news(routine, by=request.employee, stamp="")
        return render(request, "routines/follow_none.html", _nothing(request, routine, news))
    form = MergeForm(request.POST if request.method == "POST" else None, merged=news.merged, stamp=news.stamp)
    if form.is_bound and form.is_valid():
        try:
            services.take_news(routine, by=request.employee, stamp=form.cleaned_data["stamp"], choices=form.choices())
        except OtherTexts:
            form = MergeForm(None, merged=news.merged, stamp=news.stamp)
            messages.warning(request, _("A text was changed meanwhile. Look once more."))
            return render(request, "routines/follow.html", _follow(request, routine, news, form), status=409)
        messages.success(request, _("Put together in a draft. Read it, and send it on."))
        return redirect_to(request, url(request, "draft", routine))
    status = 422 if form.is_bound else 200
    return render(request, "routines/follow.html", _follow(request, routine, news, form), status=status)


def _nothing(request: HttpRequest, routine: Routine, news: News | None) -> dict[str, Any]:
    adoption = selectors.adoption_of(routine)
    return {
        "routine": routine,
        "is_withdrawn": adoption is not None and selectors.template_of(adoption) is None,
        "waits_for_draft": news is not None,
        "crumbs": crumbs(request, routine, (_("The template"), None)),
    }


def _follow(request: HttpRequest, routine: Routine, news: News, form: MergeForm) -> dict[str, Any]:
    merged = news.merged
    links = selectors.links_of([news.base, news.theirs], request.organisation.slug)
    return {
        "routine": routine,
        "form": form,
        "news": news,
        "merged": merged,
        "rows": only_changes(compare(news.base, news.theirs, links)),
        "conflicts": [
            (form[name], shown(request, part.ours), shown(request, part.theirs))
            for name, part in zip(form.names, merged.conflicts, strict=True)
        ],
        "close_url": url(request, "detail", routine),
    }


@require_POST
def keep_own(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """The routine stays as it is; the next edition of the template asks again."""
    routine = routine_of(request, slug, "routines.keep")
    if selectors.adoption_of(routine) is None:
        raise Http404
    try:
        services.keep_own(routine, by=request.employee, stamp=request.POST.get("stamp", ""))
    except OtherTexts:
        messages.warning(request, _("A text was changed meanwhile. Look once more."))
        return redirect_to(request, url(request, "follow", routine))
    messages.success(request, _("The routine stays as it is."))
    return redirect_to(request, url(request, "detail", routine))

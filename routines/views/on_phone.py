"""Favourites as they are kept on the phone: lean pages that say nothing of anybody, and a list of what there is to keep.

The pages are drawn without the request: no menu, no counts, no names, nothing to press that needs coverage.
"""

import datetime
import hashlib
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from hms.core.context import person_key
from hms.organisations.middleware import not_found_unless
from hms.organisations.models import Organisation
from routines import selectors
from routines.enums import State
from routines.models import Routine, Version
from routines.views.common import routine_of, shown, url

# What the pages need to look as they should.
FILES = ("hms.css", "js/app.js", "js/favourites.js", "fonts/inter-latin-wght-normal.woff2", "icons/favicon.svg")
PAGE, LIST = "routines/on_phone.html", "routines/on_phone_list.html"


@require_safe
def contents(request: HttpRequest, organisation: str) -> HttpResponse:
    """What this person keeps on the phone: addresses, and stamps that change with what is there."""
    kept = selectors.on_phone(request.employee, edition())
    pages = [
        {
            "address": url(request, "detail", each.routine),
            "page": url(request, "on_phone", each.routine),
            "stamp": each.stamp,
            "pictures": [
                {"address": reverse("files:serve", args=[organisation, file.pk, file.name]), "bytes": file.size}
                for file in each.pictures
            ],
        }
        for each in kept
    ]
    response = JsonResponse(
        {
            "person": person_key(request.user),
            "until": _session_ends(request),
            "list": reverse("routines:on_phone_list", args=[organisation]),
            "stamp": hashlib.sha256(_list(request, kept).encode()).hexdigest()[:16],
            "files": [static(name) for name in FILES],
            "pages": pages,
        }
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _session_ends(request: HttpRequest) -> int | None:
    """When the session ends, in milliseconds: until then, and no longer, the phone shows what it keeps."""
    rows = request.session.model.objects.filter(pk=request.session.session_key)
    ends = rows.values_list("expire_date", flat=True).first()
    return int(ends.timestamp() * 1000) if ends else None


@require_safe
def page(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """A favourite in force, to be read without coverage; 404 for everything else."""
    routine = routine_of(request, slug)
    if routine.current is None or routine.state != State.PUBLISHED:
        raise Http404
    not_found_unless(routine.pk in selectors.favourites_of(request.employee))
    version = selectors.texts_for_reader([routine])[routine.pk]
    context = {
        "version": version,
        "text": shown(request, version.text),
        "address": url(request, "detail", routine),
        "list_url": reverse("routines:on_phone_list", args=[organisation]),
    }
    return HttpResponse(_drawn(PAGE, request.organisation, context))


@require_safe
def favourites(request: HttpRequest, organisation: str) -> HttpResponse:
    """The list of favourites, to be read without coverage."""
    return HttpResponse(_list(request, selectors.on_phone(request.employee, edition())))


def _list(request: HttpRequest, kept: list[selectors.OnPhone]) -> str:
    rows = [(each, url(request, "detail", each.routine)) for each in kept]
    return _drawn(LIST, request.organisation, {"rows": rows})


def _drawn(template: str, organisation: Organisation | None, context: dict[str, Any]) -> str:
    return render_to_string(template, {"LANGUAGE_CODE": get_language(), "organisation": organisation, **context})


def stamp(routine: Routine) -> str:
    """What the phone has when it has a favourite as it is now; empty for what is not kept there."""
    if routine.current is None or routine.state != State.PUBLISHED:
        return ""
    return selectors.stamp_of(selectors.texts_for_reader([routine])[routine.pk], edition())


@cache
def edition() -> str:
    """Another one when the page around the text looks otherwise: other words, other files."""
    with override("nb"):
        empty = _drawn(
            PAGE, None, {"version": Version(number=1, valid_from=datetime.date.min), "address": "/", "list_url": "/"}
        )
    files = " ".join(static(name) for name in FILES)
    return hashlib.sha256(f"{files}{empty}".encode()).hexdigest()[:12]

"""What the routine views share."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hms.organisations.access import access
from hms.organisations.models import Employee
from routines import selectors
from routines.blanks import marked_blanks
from routines.enums import OPEN_DRAFTS
from routines.languages import OWN_NAMES
from routines.markdown import render
from routines.models import Draft, Routine, Version

SHOWN_WITH_IT = ("unit", "owner", "approver", "current__approved_by", "current__author", "revision")
form_view = require_http_methods(["GET", "HEAD", "POST"])


def routine_of(request: HttpRequest, slug: str, permission: str = "routines.view") -> Routine:
    """The routine of an address, for somebody with the permission; 404 or 403 otherwise."""
    return access(request, Routine, permission, related=SHOWN_WITH_IT, slug=slug)


def draft_of(request: HttpRequest, slug: str, permission: str) -> Draft:
    """The text on its way of a routine, in the language of the address (`?sprak=`), else its own.

    404 when there is none, or it is not for this reader.
    """
    return access(
        request, Draft, permission,
        related=(
            "routine__unit", "routine__owner", "routine__current", "author", "edited_by", "approval__assignee", "base",
            "translates",
        ),
        routine__slug=slug, state__in=OPEN_DRAFTS, language=asked_language(request) or F("routine__language"),
    )  # fmt: skip


def asked_language(request: HttpRequest) -> str:
    """The language that an address names; nothing when it names none that there is."""
    wanted = request.GET.get("sprak", "")
    return wanted if wanted in OWN_NAMES else ""


def url(request: HttpRequest, name: str, routine: Routine, *more: object) -> str:
    return reverse(f"routines:{name}", args=[request.organisation.slug, routine.slug, *more])


def draft_url(request: HttpRequest, name: str, draft: Draft) -> str:
    """The address of one of a draft's pages."""
    return url(request, name, draft.routine) + draft.query


def version_url(request: HttpRequest, version: Version) -> str:
    """The permanent address of a version."""
    return url(request, "version", version.routine, version.label) + version.query


def shown(request: HttpRequest, text: str) -> Any:
    """A text as HTML, its links to other routines leading there and its blanks marked."""
    return marked_blanks(render(text, selectors.links_of([text], request.organisation.slug)))


def crumbs(
    request: HttpRequest, routine: Routine | None, *more: tuple[Any, str | None]
) -> list[tuple[Any, str | None]]:
    """Where a page belongs."""
    above: list[tuple[Any, str | None]] = [(_("Routines"), reverse("routines:list", args=[request.organisation.slug]))]
    if routine is not None:
        above.append((routine.title, url(request, "detail", routine)))
    return [*above, *more]


def editions(routine: Routine, me: Employee, most: int | None = None, language: str = "") -> list[tuple[Version, Any]]:
    """The editions in a language, newest first, and when the reader confirmed each."""
    read = selectors.receipts_by_version(routine, me)
    rows = selectors.versions_of(routine, language)[:most]
    return [(version, read.get(version.pk)) for version in rows]

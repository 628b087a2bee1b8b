"""Every edition that has been in force, and what differs between two of them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hms.organisations.access import may
from routines import selectors
from routines.comparing import compare, has_changes, only_changes
from routines.control import change_of
from routines.models import Draft, Routine, Version
from routines.views.common import asked_language, crumbs, editions, routine_of, shown, url
from routines.views.translations import in_its_language, standing_of, tabs_of


def _version(request: HttpRequest, routine: Routine, label: str) -> Version:
    """The version that an address names, in the language it names; 404 when there is none."""
    version = selectors.version_called(routine, asked_language(request) or routine.language, label)
    if version is None:
        raise Http404
    version.routine = routine
    return version


def _place(version: Version) -> tuple[int, int]:
    return version.number, version.edition


@require_safe
def show(request: HttpRequest, organisation: str, slug: str, version: str) -> HttpResponse:
    """One edition, at the address that stands on paper. What holds now is said first."""
    routine = routine_of(request, slug)
    edition = _version(request, routine, version)
    newest = selectors.in_force_in(routine, edition.language)
    is_newer = newest is not None and _place(newest) > _place(edition)
    context = {
        "routine": routine,
        "version": edition,
        "heading": in_its_language(edition),
        "newest": newest,
        "is_current": newest is not None and edition.pk == newest.pk,
        "text": shown(request, edition.text),
        "newer_url": url(request, "compare", routine, edition.label, newest.label) + edition.query
        if newest is not None and is_newer
        else "",
        "may_take_up": may(request.employee, "routines.keep", routine) and (newest is None or edition.pk != newest.pk),
        "has_draft": Draft.objects.open().filter(routine=routine, language=edition.language).exists(),
        "standing": standing_of(routine, edition),
        "marks_right": may(request.employee, "routines.keep", routine),
        "crumbs": crumbs(request, routine, (_("Version %(number)s") % {"number": edition.label}, None)),
    }
    return render(request, "routines/version.html", context)


@require_safe
def overview(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """All editions in a language: who, when, why; and two of them to compare."""
    routine = routine_of(request, slug)
    language = asked_language(request) or routine.language
    old, new = request.GET.get("fra", ""), request.GET.get("til", "")
    two = [selectors.version_called(routine, language, label) for label in (old, new)]
    if old != new and two[0] is not None and two[1] is not None:
        first, last = sorted((version for version in two if version is not None), key=_place)
        return redirect(url(request, "compare", routine, first.label, last.label) + first.query)
    versions = editions(routine, request.employee, language=language)
    context = {
        "routine": routine,
        "versions": versions,
        "language": language,
        "languages": tabs_of(request, routine, language),
        "standing": standing_of(routine, versions[0][0]) if versions else None,
        "chosen": (versions[1][0].label, versions[0][0].label) if len(versions) > 1 else ("", ""),
        "crumbs": crumbs(request, routine, (_("Versions"), None)),
    }
    return render(request, "routines/versions.html", context)


@require_safe
def compare_two(request: HttpRequest, organisation: str, slug: str, old: str, new: str) -> HttpResponse:
    """What differs between two editions of a language, word by word; the whole text with `?alt=1`."""
    routine = routine_of(request, slug)
    before, after = _version(request, routine, old), _version(request, routine, new)
    context = {
        "routine": routine,
        "before": before,
        "after": after,
        "whole_query": f"{after.query}&alt=1" if after.query else "?alt=1",
        "crumbs": crumbs(
            request,
            routine,
            (_("Versions"), url(request, "versions", routine) + after.query),
            (_("Changes"), None),
        ),
        **comparison(request, before.text, after.text),
        "control_change": change_of(
            before.control, after.control, marks_right=may(request.employee, "routines.keep", routine)
        ),
    }
    return render(request, "routines/compare.html", context)


def comparison(request: HttpRequest, before: str, after: str) -> dict[str, Any]:
    """What a page that compares two texts wants."""
    rows = compare(before, after, selectors.links_of([before, after], request.organisation.slug))
    whole = request.GET.get("alt") == "1"
    return {"rows": rows if whole else only_changes(rows), "whole": whole, "has_changes": has_changes(rows)}

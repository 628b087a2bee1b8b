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
from routines.models import Routine, Version
from routines.views.common import crumbs, editions, routine_of, shown, url


def _version(routine: Routine, number: int) -> Version:
    found = Version.objects.filter(routine=routine, language=routine.language, number=number)
    version = found.select_related("author", "approved_by").first()
    if version is None:
        raise Http404
    return version


@require_safe
def show(request: HttpRequest, organisation: str, slug: str, version: int) -> HttpResponse:
    """One edition, at the address that stands on paper. What holds now is said first."""
    routine = routine_of(request, slug)
    edition = _version(routine, version)
    context = {
        "routine": routine,
        "version": edition,
        "is_current": edition.pk == routine.current_id,
        "text": shown(request, edition.text),
        "newer_url": url(request, "compare", routine, edition.number, routine.current.number)
        if routine.current and routine.current.number > edition.number
        else "",
        "may_take_up": may(request.employee, "routines.keep", routine) and edition.pk != routine.current_id,
        "has_draft": routine.open_draft is not None,
        "marks_right": may(request.employee, "routines.keep", routine),
        "crumbs": crumbs(request, routine, (_("Version %(number)d") % {"number": edition.number}, None)),
    }
    return render(request, "routines/version.html", context)


@require_safe
def overview(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """All editions: who, when, why; and two of them to compare."""
    routine = routine_of(request, slug)
    old, new = request.GET.get("fra", ""), request.GET.get("til", "")
    if old.isdecimal() and new.isdecimal() and old != new and len(old + new) < 12:
        first, last = sorted((int(old), int(new)))
        return redirect(url(request, "compare", routine, first, last))
    versions = editions(routine, request.employee)
    context = {
        "routine": routine,
        "versions": versions,
        "chosen": (versions[1][0].number, versions[0][0].number) if len(versions) > 1 else (0, 0),
        "may_take_up": may(request.employee, "routines.keep", routine),
        "has_draft": routine.open_draft is not None,
        "crumbs": crumbs(request, routine, (_("Versions"), None)),
    }
    return render(request, "routines/versions.html", context)


@require_safe
def compare_two(request: HttpRequest, organisation: str, slug: str, old: int, new: int) -> HttpResponse:
    """What differs between two editions, word by word; the whole text with `?alt=1`."""
    routine = routine_of(request, slug)
    before, after = _version(routine, old), _version(routine, new)
    context = {
        "routine": routine,
        "before": before,
        "after": after,
        "crumbs": crumbs(
            request, routine, (_("Versions"), url(request, "versions", routine)), (_("Changes"), None)
        ),
        **comparison(request, before.text, after.text),
        "control_change": change_of(
            before.control, after.control, marks_right=may(request.employee, "routines.keep", routine)
        ),
    }  # fmt: skip
    return render(request, "routines/compare.html", context)


def comparison(request: HttpRequest, before: str, after: str) -> dict[str, Any]:
    """What a page that compares two texts wants."""
    rows = compare(before, after, selectors.links_of([before, after], request.organisation.slug))
    whole = request.GET.get("alt") == "1"
    return {"rows": rows if whole else only_changes(rows), "whole": whole, "has_changes": has_changes(rows)}

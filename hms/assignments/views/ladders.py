"""Settings: the reminder ladder of each kind, with what it leads to."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hms.assignments import ladders, selectors
from hms.assignments.enums import Kind, SummaryKind
from hms.assignments.forms import LadderForm
from hms.assignments.summaries.reading import sent_kinds
from hms.core.htmx import redirect_to
from hms.organisations.calendar import open_calendar
from hms.organisations.views.common import crumbs, for_administrators

GRADES = {"vanlig": False, "kritisk": True}


@require_safe
@for_administrators
def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """Every kind, ordinary and critical, and whether its ladder is the default one."""
    own = selectors.ladders()
    entries = [
        {
            "url": reverse("assignments:ladder", args=[organisation, kind.value, grade]),
            "title": _("%(kind)s, critical") % {"kind": kind.label} if critical else kind.label,
            "icon": "warning" if critical else "bell",
            "meta": _("Changed here") if (kind.value, critical) in own else _("Default steps"),
        }
        for kind in Kind
        for grade, critical in GRADES.items()
    ]
    summaries = {"url": reverse("assignments:summary_settings", args=[organisation]), "meta": _sent_summaries()}
    context = {"entries": entries, "summaries": summaries, "crumbs": crumbs(request, (_("Reminders"), None))}
    return render(request, "assignments/ladders.html", context)


def _sent_summaries() -> str:
    kinds = sent_kinds()
    if len(kinds) == 2:
        return _("Every week and every month")
    return {SummaryKind.WEEKLY: _("Every week"), SummaryKind.MONTHLY: _("Every month")}[kinds[0]] if kinds else _("Off")


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def ladder(request: HttpRequest, organisation: str, kind: str, grade: str) -> HttpResponse:
    """One ladder: looked at, tried out, saved."""
    if kind not in Kind.values or grade not in GRADES:
        raise Http404
    critical = GRADES[grade]
    steps = list(selectors.ladder_of(kind, critical=critical))
    form = LadderForm(
        request.POST if request.method == "POST" else None, ladder=steps, counts_from_start=kind == Kind.HANDLE
    )
    if form.is_bound and form.is_valid():
        steps = form.steps()
        if "vis" not in request.POST:
            ladders.change_ladder(request.organisation, kind=kind, critical=critical, steps=steps, by=request.employee)
            messages.success(request, _("Saved."))
            return redirect_to(request, "assignments:ladders", organisation)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "assignments/ladder.html", _context(request, form, kind, critical, steps), status=status)


def _context(request: HttpRequest, form: LadderForm, kind: str, critical: bool, steps: list[Any]) -> dict[str, Any]:
    name = Kind(kind).label
    title = (
        _("Reminders: %(kind)s, critical") % {"kind": name} if critical else _("Reminders: %(kind)s") % {"kind": name}
    )
    overview_url = reverse("assignments:ladders", args=[request.organisation.slug])
    calendar, now = open_calendar(), timezone.now()
    due_on = ladders.example_due_on(calendar.local_date(now))
    return {
        "form": form,
        "title": title,
        "critical": critical,
        "close_url": overview_url,
        "crumbs": crumbs(request, (_("Reminders"), overview_url), (name, None)),
        "due_on": due_on,
        "days": ladders.preview(steps, critical=critical, due_on=due_on, calendar=calendar, now=now),
    }

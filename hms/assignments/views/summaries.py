"""Leaders' summaries in the browser, and whether the organisation sends them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hms.assignments.enums import SummaryKind
from hms.assignments.forms import SummaryForm
from hms.assignments.summaries import reading, sending
from hms.assignments.summaries.content import Summary
from hms.assignments.summaries.periods import Period, current, parse
from hms.core.htmx import redirect_to
from hms.organisations.models import Employee
from hms.organisations.views.common import for_administrators, settings_form


@require_safe
def latest(request: HttpRequest, organisation: str) -> HttpResponse:
    """The newest summary of the reader's own."""
    kinds = reading.kinds_of(request.employee)
    if not kinds:
        raise Http404
    return redirect_to(request, "assignments:summary", organisation, current(kinds[0], timezone.localdate()).name)


@require_safe
def summary(request: HttpRequest, organisation: str, period: str) -> HttpResponse:
    """A week of one's own units, or a month of the organisation; a deputy names the leader who is away (`for`)."""
    told, leader = _period(period), request.GET.get("for", "")
    if leader and not (leader.isascii() and leader.isdecimal() and len(leader) < 19):
        raise Http404
    whose = reading.leader_for(request.employee, told.kind, int(leader) if leader else None)
    if whose is None:
        raise Http404
    found = reading.summary_of(whose, request.employee, told)
    return render(request, "assignments/summary.html", _context(request, found, f"?for={leader}" if leader else ""))


def _period(name: str) -> Period:
    try:
        period = parse(name)
    except ValueError:
        raise Http404 from None
    if period.first > current(period.kind, timezone.localdate()).first:
        raise Http404
    return period


def _context(request: HttpRequest, found: Summary, query: str) -> dict[str, Any]:
    today, period = timezone.localdate(), found.period

    def url(shown: Period) -> str:
        return reverse("assignments:summary", args=[request.organisation.slug, shown.name]) + query

    is_newest = period == current(period.kind, today)
    return {
        "summary": found,
        "period": period,
        "stands_in_for": found.leader if found.leader.pk != request.employee.pk else None,
        "lede": _lede(found),
        "views": _views(request.employee, request.organisation.slug, period) if not query else [],
        "previous": {"url": url(period.previous), "title": period.previous.title},
        "next": None if is_newest else {"url": url(period.next), "title": period.next.title},
        "unit_columns": [_("Unit"), *found.units.columns] if found.units else [],
        "choice_url": reverse("notifications:preferences", args=[request.organisation.slug]),
    }


def _lede(found: Summary) -> str:
    return f"{found.period.days}. {found.leader.name}" if found.leader.pk != found.reader.pk else found.period.days


def _views(reader: Employee, slug: str, period: Period) -> list[dict[str, Any]]:
    """One tab for each summary that the reader has; none for those with one."""
    labels = {SummaryKind.WEEKLY: _("My units this week"), SummaryKind.MONTHLY: _("The organisation last month")}
    kinds = reading.kinds_of(reader)
    if len(kinds) < 2:
        return []
    today = timezone.localdate()
    return [
        {
            "label": labels[SummaryKind(kind)],
            "url": reverse("assignments:summary", args=[slug, current(kind, today).name]),
            "current": kind == period.kind,
        }
        for kind in kinds
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def summary_settings(request: HttpRequest, organisation: str) -> HttpResponse:
    """Which summaries the organisation sends."""
    overview_url = reverse("assignments:ladders", args=[organisation])
    kinds = reading.sent_kinds()
    return settings_form(
        request,
        SummaryForm(request.POST if request.method == "POST" else None, sent=kinds),
        lambda data: sending.choose_sent(request.organisation, data["sent"], by=request.employee),
        title=_("Summaries for leaders"),
        lede=_("On the first working morning of the week and of the month. Nothing to tell, no mail."),
        back_url=overview_url,
        trail=[(_("Reminders"), overview_url)],
        done=_("Saved."),
    )

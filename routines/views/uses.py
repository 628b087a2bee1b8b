"""«This is how it was used»: the log of a routine."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.core.keyset import BadCursor, page
from hms.core.pages import form_page
from hms.organisations.access import access, may, require
from hms.organisations.errors import Refused
from routines import services
from routines.enums import Worked
from routines.forms.uses import FollowUpForm, LogUseForm
from routines.models import Use
from routines.rules import units_to_log
from routines.selectors import uses
from routines.views.common import crumbs, form_view, routine_of, url

PAGE_SIZE = 25


def _use(request: HttpRequest, slug: str, pk: int, permission: str) -> Use:
    related = (
        "routine__unit", "routine__owner", "routine__organisation", "unit", "version", "registered_by", "followed_up_by",
        "withdrawn_by", "assignment__assignee",
    )  # fmt: skip
    return access(request, Use, permission, related=related, routine__slug=slug, pk=pk)


@require_safe
def overview(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """The whole log, newest first."""
    routine = routine_of(request, slug)
    found = uses.uses_of(routine, request.employee)
    try:
        part = page(found, order=["-used_on", "-id"], cursor=request.GET.get("etter", ""), size=PAGE_SIZE)
    except BadCursor:
        raise BadRequest from None
    context = {
        "routine": routine,
        "uses": part.rows,
        "total": found.count(),
        "previous_url": f"?{urlencode({'etter': part.previous})}" if part.previous else "",
        "next_url": f"?{urlencode({'etter': part.next})}" if part.next else "",
        "may_log": may(request.employee, "routines.log_use", routine),
        "crumbs": crumbs(request, routine, (_("In use"), None)),
    }
    return render(request, "routines/uses.html", context)


@form_view
def log(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Write down that it was used, and how it went."""
    routine = routine_of(request, slug)
    me = request.employee
    require(request, "routines.log_use", routine)
    form = LogUseForm(request.POST if request.method == "POST" else None, units=units_to_log(me, routine), by=me)
    back = url(request, "detail", routine)
    if form.is_bound and form.is_valid():
        try:
            use = services.log_use(routine, by=me, **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            return _after(request, use, back)
    return form_page(
        request,
        form,
        save=lambda data: None,
        title=_("How was it used?"),
        lede=routine.title,
        submit=_("Register"),
        back_url=back,
    )


def _after(request: HttpRequest, use: Use, back: str) -> HttpResponse:
    """Back to the routine; to the use where something more can be done about it."""
    if use.worked == Worked.NOT_FOLLOWED:
        messages.success(request, _("Registered."))
        return redirect_to(request, url(request, "use", use.routine, use.pk))
    if use.assignment is not None and use.routine.owner_id != request.employee.pk:
        words = _("Registered. %(name)s is asked to look at it.") % {"name": use.routine.owner.given_name}
        messages.success(request, words)
    else:
        messages.success(request, _("Registered."))
    return redirect_to(request, back)


@form_view
def show(request: HttpRequest, organisation: str, slug: str, pk: int) -> HttpResponse:
    """One use, and what came of it; whoever answers for the routine says so here."""
    use = _use(request, slug, pk, "routines.see_use")
    me = request.employee
    may_follow_up = use.waits and may(me, "routines.follow_up_use", use)
    if request.method == "POST":
        require(request, "routines.follow_up_use", use)
    report = {"rutine": use.routine.title}
    context: dict[str, Any] = {
        "routine": use.routine,
        "use": use,
        "may_follow_up": may_follow_up,
        "may_withdraw": use.withdrawn_at is None and may(me, "routines.withdraw_use", use),
        "report_url": reverse("deviations:report", args=[organisation]) + "?" + urlencode(report)
        if use.worked == Worked.NOT_FOLLOWED and use.withdrawn_at is None
        else "",
        "crumbs": crumbs(request, use.routine, (_("In use"), url(request, "uses", use.routine)), (use.unit.name, None)),
    }
    if request.method != "POST" and not may_follow_up:
        return render(request, "routines/use.html", context)
    form = FollowUpForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        save=lambda data: services.follow_up_use(use, by=me, outcome=data["outcome"]),
        title=_("How was it used?"),
        submit=_("Send"),
        back_url=url(request, "use", use.routine, use.pk),
        done=_("Written down.")
        if use.registered_by_id == me.pk
        else _("%(name)s is told.") % {"name": use.registered_by.given_name},
        template="routines/use.html",
        context=context,
    )


@require_POST
def withdraw(request: HttpRequest, organisation: str, slug: str, pk: int) -> HttpResponse:
    """Written by mistake."""
    use = _use(request, slug, pk, "routines.withdraw_use")
    services.withdraw_use(use, by=request.employee)
    messages.success(request, _("Taken back. It does not count."))
    return redirect_to(request, url(request, "detail", use.routine))

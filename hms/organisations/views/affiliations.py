"""Which organisation belongs under which: inviting, answering, ending."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.audit import verbs
from hms.audit.selectors import timeline
from hms.core.htmx import redirect_to
from hms.core.limits import within_limit
from hms.organisations import affiliations, services
from hms.organisations.access import access, may, require
from hms.organisations.errors import Refused
from hms.organisations.forms.affiliations import CodeForm, OfferForm
from hms.organisations.models import Affiliation, AffiliationOffer
from hms.organisations.views.common import crumbs, settings_form, url

LIST_LIMIT = 50
HISTORY_LIMIT = 20
TRIES_AN_HOUR = 20


def _trail(request: HttpRequest, *more: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
    """Under the settings, for whoever may open them."""
    return crumbs(request, *more) if may(request.employee, "organisations.administer") else list(more)


def _problem(problem: str) -> str:
    """Why an invitation cannot be accepted, in words."""
    return {
        "own": _("This is your own code. Give it to the one you have invited."),
        "has_parent": _("You belong under another organisation already. End that first."),
        "is_parent": _("Others belong under you, so you cannot belong under anybody: there is one level."),
        "is_below": _("The one who invites belongs under another organisation itself: there is one level."),
    }.get(problem, "")


@require_safe
def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """Whom we belong under, who belongs under us, and which invitations wait."""
    require(request, "organisations.see_affiliations")
    me = request.employee
    parent = affiliations.parent_affiliation()
    below = list(affiliations.subsidiary_affiliations())
    offers = list(AffiliationOffer.objects.order_by("-created_at", "-id")[:LIST_LIMIT])
    ended = list(affiliations.visible_to(me).filter(ended_at__isnull=False).order_by("-ended_at")[:LIST_LIMIT])
    events = timeline(request.organisation, *([parent] if parent else []), *below, *offers, *ended)
    history = verbs.lines(events.filter(verb__startswith="affiliation.")[:HISTORY_LIMIT], nobody=_("Somebody"))
    context = {
        "crumbs": _trail(request, (_("Parent and subsidiaries"), None)),
        "parent": parent,
        "below": below,
        "offers": [(offer, affiliations.code_of(offer) if offer.state == "waiting" else "") for offer in offers],
        "history": history,
        "may_end_parent": parent is not None and may(me, "organisations.end_affiliation", parent),
        "may_offer": parent is None,
        "may_join": parent is None and not below and may(me, "organisations.accept_affiliation"),
    }
    return render(request, "organisations/affiliations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, organisation: str) -> HttpResponse:
    """Invite an organisation: whom it is for; then the list shows the code."""
    require(request, "organisations.offer_affiliation")
    return settings_form(
        request,
        OfferForm(request.POST if request.method == "POST" else None),
        lambda data: services.offer_affiliation(by=request.employee, **data),
        title=_("Invite a subsidiary"),
        lede=_("You get a code that works for 14 days. Give it to whoever administers the other organisation here."),
        submit=_("Make a code"),
        back_url=url(request, "affiliations"),
        done=_("Here is the code. Give it to them in a way you trust."),
        trail=[(_("Parent and subsidiaries"), url(request, "affiliations"))],
        context={"crumbs": _trail(
            request, (_("Parent and subsidiaries"), url(request, "affiliations")), (_("Invite a subsidiary"), None)
        )},
    )  # fmt: skip


@require_POST
def withdraw(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Make a code useless."""
    invitation = access(request, AffiliationOffer, "organisations.offer_affiliation", pk=pk)
    if services.withdraw_affiliation_offer(invitation, by=request.employee):
        messages.success(request, _("The invitation is withdrawn."))
    else:
        messages.info(request, _("The invitation was settled already."))
    return redirect_to(request, url(request, "affiliations"))


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, organisation: str) -> HttpResponse:
    """Type the code; see who invites and what it means; then say yes or no. Looking changes nothing."""
    require(request, "organisations.accept_affiliation")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _join(request, form)
    key = f"affiliation-code:{request.employee.pk}"
    if not within_limit(key, limit=TRIES_AN_HOUR, seconds=3600):
        form.add_error("code", _("That was many tries. Wait an hour, and try again."))
        return _join(request, form)
    code = form.cleaned_data["code"]
    offered = affiliations.offered_by(code)
    if offered is None:
        form.add_error("code", _("No invitation has this code. It may have expired: ask for a new one."))
        return _join(request, form)
    answer = request.POST.get("answer", "")
    if answer == "yes" and not offered.problem:
        return _answer(request, form, lambda: services.accept_affiliation(code, by=request.employee),
            _("You belong under %(name)s now. What it shares is in the library.") % {"name": offered.parent.name})  # fmt: skip
    if answer == "no" and offered.problem != "own":
        return _answer(request, form, lambda: services.refuse_affiliation(code, by=request.employee),
            _("You have declined. Nothing is shared."))  # fmt: skip
    if offered.problem:
        form.add_error("code", _problem(offered.problem))
        return _join(request, form)
    return _join(request, form, offered)


def _answer(request: HttpRequest, form: CodeForm, act: Any, done: str) -> HttpResponse:
    try:
        act()
    except Refused as error:
        form.add_error("code", str(error))
        return _join(request, form)
    messages.success(request, done)
    return redirect_to(request, url(request, "affiliations"))


def _join(request: HttpRequest, form: CodeForm, offered: affiliations.Offered | None = None) -> HttpResponse:
    context = {
        "crumbs": _trail(
            request, (_("Parent and subsidiaries"), url(request, "affiliations")), (_("Join a parent organisation"), None)
        ),
        "form": form,
        "offered": offered,
        "code": form.cleaned_data["code"] if offered else "",
        "close_url": url(request, "affiliations"),
    }  # fmt: skip
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "organisations/affiliation_join.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """End it, from either side; what it means is said first."""
    affiliation = access(request, Affiliation, "organisations.end_affiliation", pk=pk)
    is_parent = affiliation.parent_id == request.organisation.pk
    other = affiliation.organisation if is_parent else affiliation.parent
    if request.method == "POST" or affiliation.ended_at is not None:
        if request.method == "POST" and services.end_affiliation(affiliation, by=request.employee):
            messages.success(request, _("It is ended. Nothing more is shared with %(name)s.") % {"name": other.name}
                if is_parent else _("It is ended. You no longer belong under %(name)s.") % {"name": other.name})  # fmt: skip
        else:
            messages.info(request, _("It was ended already."))
        return redirect_to(request, url(request, "affiliations"))
    context = {
        "crumbs": _trail(request, (_("Parent and subsidiaries"), url(request, "affiliations")), (other.name, None)),
        "other": other,
        "is_parent": is_parent,
        "close_url": url(request, "affiliations"),
    }
    return render(request, "organisations/affiliation_end.html", context)

"""Invitations: the administrator's list, and accepting one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.accounts.models import User
from hms.core.htmx import redirect_to
from hms.organisations import selectors, services
from hms.organisations.access import access
from hms.organisations.errors import Refused
from hms.organisations.forms.profile import AcceptForm
from hms.organisations.middleware import open_to_all
from hms.organisations.models import Employee, Invitation
from hms.organisations.views.common import crumbs, for_administrators, url

BACKEND = "django.contrib.auth.backends.ModelBackend"
LIST_LIMIT = 100


@require_safe
@for_administrators
def invitations(request: HttpRequest, organisation: str) -> HttpResponse:
    """Sent invitations with their state, and people who have none yet."""
    uninvited = selectors.uninvited()
    context = {
        "crumbs": crumbs(request, (_("Invitations"), None)),
        "invitations": Invitation.objects.select_related("employee").order_by("-created_at", "-id")[:LIST_LIMIT],
        "uninvited": _first(uninvited),
        "uninvited_count": uninvited.count(),
    }
    return render(request, "organisations/invitations.html", context)


def _first(uninvited: QuerySet[Employee]) -> QuerySet[Employee]:
    return uninvited.select_related("unit").order_by("given_name", "family_name", "id")[:LIST_LIMIT]


@require_POST
@for_administrators
def invite(request: HttpRequest, organisation: str) -> HttpResponse:
    """Invite those who were ticked, one, or everybody on the page; who cannot be invited is left and told of."""
    chosen = [int(pk) for pk in request.POST.getlist("id") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    shown = "shown" in request.POST
    people = list(_first(selectors.uninvited()) if shown else Employee.objects.filter(pk__in=chosen))
    sent = 0
    for person in people:
        try:
            services.invite(person, by=request.employee)
        except Refused as error:
            messages.info(request, str(error))
        else:
            sent += 1
    if sent or not people:
        text = ngettext("%(n)d invitation is being sent.", "%(n)d invitations are being sent.", sent) % {"n": sent}
        messages.success(request, text if sent else _("Choose somebody to invite first."))
    back = request.POST.get("person", "")
    if back.isdigit() and len(chosen) == 1:
        return redirect_to(request, url(request, "person", chosen[0]))
    return redirect_to(request, url(request, "invitations"))


@require_POST
@for_administrators
def withdraw(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    invitation = access(request, Invitation, "organisations.administer", pk=pk)
    services.withdraw_invitation(invitation, by=request.employee)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect_to(request, url(request, "invitations"))


@open_to_all
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, organisation: str, token: str) -> HttpResponse:
    """Choose how to sign in. Opening the link changes nothing: mail scanners open links too."""
    invitation = selectors.invitation_of(token)
    if invitation is None or not invitation.is_usable:
        return _page(request, 410, invitation=invitation, state="gone")
    known = User.objects.filter(email__iexact=invitation.email).first()
    if known is not None:
        return _link(request, invitation, known)
    if request.user.is_authenticated:
        return _page(request, 200, invitation=invitation, state="other")
    form = AcceptForm(request.POST or None, email=invitation.email)
    if form.is_bound and form.is_valid():
        return _accept(request, invitation, password=form.cleaned_data["password"] or None)
    return _page(request, 422 if form.is_bound else 200, invitation=invitation, state="new", form=form)


def _link(request: HttpRequest, invitation: Invitation, known: User) -> HttpResponse:
    """The address has a sign-in: whoever owns it signs in first."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.user.pk != known.pk:
        return _page(request, 200, invitation=invitation, state="other")
    if request.method == "POST":
        return _accept(request, invitation, user=known)
    return _page(request, 200, invitation=invitation, state="known")


def _accept(request: HttpRequest, invitation: Invitation, **how: Any) -> HttpResponse:
    try:
        user = services.accept_invitation(invitation, **how)
    except Refused as error:
        return _page(request, 422, invitation=invitation, state="gone", refused=error)
    if not request.user.is_authenticated:
        login(request, user, backend=BACKEND)
    messages.success(request, _("Welcome, %(name)s.") % {"name": invitation.employee.given_name})
    return redirect_to(request, "dashboard:my_page", request.organisation.slug)


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    response = render(request, "organisations/invitation.html", context, status=status)
    # The address is the key: it must not travel on to other sites. With `no-referrer` browsers would send
    # `Origin: null` with the form, which Django refuses.
    response.headers["Referrer-Policy"] = "same-origin"
    return response

"""Settings of the organisation itself, and its quiet days."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.organisations import selectors, services
from hms.organisations.access import access
from hms.organisations.forms.settings import OrganisationForm, QuietPeriodForm
from hms.organisations.models import Absence, Group, Invitation, QuietPeriod, RoleHolding, SafetyArea, Unit
from hms.organisations.people import current
from hms.organisations.views.common import for_administrators, settings_form, url


@require_safe
@for_administrators
def settings(request: HttpRequest, organisation: str) -> HttpResponse:
    """Everything that can be set up, each with a line about how it stands."""
    return render(request, "organisations/settings.html", {"entries": _entries(request)})


def _entries(request: HttpRequest) -> list[dict[str, Any]]:
    today, now = timezone.localdate(), timezone.now()
    units = Unit.objects.filter(is_active=True).count()
    people = selectors.employed().count()
    roles = RoleHolding.objects.filter(current(), current(prefix="employee__")).count()
    areas = SafetyArea.objects.count()
    groups = Group.objects.filter(is_active=True).count()
    away = Absence.objects.filter(starts_on__lte=today, ends_on__gte=today).count()
    waiting = Invitation.objects.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now).count()
    rows = [
        (
            "organisations:organisation",
            _("The organisation"),
            "building",
            _("Name, colour, language, reporting and deadlines"),
        ),
        (
            "organisations:units",
            _("Units"),
            "tree",
            ngettext("%(n)d unit in use", "%(n)d units in use", units) % {"n": units},
        ),
        (
            "organisations:people",
            _("People"),
            "people",
            ngettext("%(n)d person", "%(n)d people", people) % {"n": people},
        ),
        (
            "organisations:roles",
            _("Roles"),
            "star",
            ngettext("%(n)d role now", "%(n)d roles now", roles) % {"n": roles},
        ),
        (
            "organisations:areas",
            _("Safety areas"),
            "shield",
            ngettext("%(n)d area", "%(n)d areas", areas) % {"n": areas},
        ),
        (
            "organisations:groups",
            _("Groups"),
            "swap",
            ngettext("%(n)d group in use", "%(n)d groups in use", groups) % {"n": groups},
        ),
        (
            "organisations:absences",
            _("Absences"),
            "calendar",
            ngettext("%(n)d away today", "%(n)d away today", away) % {"n": away},
        ),
        (
            "organisations:invitations",
            _("Invitations"),
            "mail",
            ngettext("%(n)d waits for an answer", "%(n)d wait for an answer", waiting) % {"n": waiting},
        ),
        (
            "organisations:affiliations",
            _("Parent and subsidiaries"),
            "building",
            _("Routines that are shared between organisations"),
        ),
        ("organisations:quiet_days", _("Quiet days"), "moon", _("Days without routine mail")),
        # By name only: these lie on higher floors.
        ("deviations:categories", _("Categories"), "flag", _("What deviations are sorted under")),
        (
            "deviations:whistleblowing_settings",
            _("Whistleblowing"),
            "shield",
            _("Who receives it, and what the routine says"),
        ),
        (
            "assignments:ladders",
            _("Reminders"),
            "bell",
            _("When people are reminded, and who is told when nothing happens"),
        ),
        ("notifications:channels", _("Channels"), "phone", _("SMS and push beside e-mail")),
        (
            "notifications:dead_addresses",
            _("Addresses that do not work"),
            "mail",
            _("Who does not get e-mail, and why"),
        ),
        ("organisations:imports", _("Import"), "upload", _("Units and people from a table")),
    ]
    return [
        {"url": reverse(name, args=[request.organisation.slug]), "title": title, "icon": icon, "meta": meta}
        for name, title, icon, meta in rows
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def organisation_settings(request: HttpRequest, organisation: str) -> HttpResponse:
    """Name, number, language, colour, reporting, deadlines."""
    # A copy: an invalid form must not change the organisation that the page itself is drawn with.
    shown = type(request.organisation).objects.get(pk=request.organisation.pk)
    form = OrganisationForm(request.POST or None, instance=shown)
    return settings_form(
        request,
        form,
        lambda data: services.change_organisation(request.organisation, by=request.employee, **data),
        title=_("The organisation"),
        back_url=url(request, "settings"),
        done=_("Saved."),
        template="organisations/organisation.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def quiet_days(request: HttpRequest, organisation: str) -> HttpResponse:
    """Quiet periods, and a form for one more."""
    form = QuietPeriodForm(request.POST or None)
    periods = QuietPeriod.objects.filter(Q(ends_on__gte=timezone.localdate())).order_by("starts_on")
    return settings_form(
        request,
        form,
        lambda data: services.add_quiet_period(by=request.employee, **data),
        title=_("Quiet days"),
        submit=_("Add"),
        back_url=url(request, "quiet_days"),
        done=_("Added."),
        lede=_(
            "No routine mail is sent on these days, and they are not working days. Public holidays are known already."
        ),
        template="organisations/quiet_days.html",
        context={"periods": periods},
    )


@require_POST
@for_administrators
def remove_quiet_days(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    period = access(request, QuietPeriod, "organisations.administer", pk=pk)
    services.remove_quiet_period(period, by=request.employee)
    messages.success(request, _("Removed."))
    return redirect_to(request, url(request, "quiet_days"))

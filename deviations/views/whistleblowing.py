"""Whistleblowing: how to speak up, cases that are it, and who receives them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deviations import selectors, services
from deviations.forms import MakeWhistleblowingForm, ReasonForm, ReceiverForm, SubjectForm, WishesForm
from deviations.models import Deviation, WhistleblowingReceiver
from deviations.views.common import Number, case, case_url
from hms.core.forms import HmsForm
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import access
from hms.organisations.middleware import not_found_unless, open_to_all
from hms.organisations.views.common import crumbs, for_administrators

form_view = require_http_methods(["GET", "HEAD", "POST"])


@open_to_all
@require_safe
def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """What whistleblowing is, how to do it, who receives it; and for those concerned, the cases.

    Also for whoever came by a QR code: then without names.
    """
    employee = request.employee
    if employee is None:
        # Signing in again would lead straight back here.
        not_found_unless(not request.user.is_authenticated)
        if not request.organisation.open_reporting:
            return redirect_to_login(request.get_full_path())
    context = {
        "wishes": selectors.organisation_wishes(),
        "receivers": [receiver.employee for receiver in selectors.receivers_now()] if employee else [],
        "received": _rows(selectors.received_by(employee)) if employee else [],
        "reported": _rows(selectors.reported_whistleblowing(employee)) if employee else [],
    }
    return render(request, "deviations/whistleblowing/overview.html", context)


def _rows(deviations: Any) -> list[tuple[Deviation, selectors.Status]]:
    return [(deviation, selectors.status(deviation)) for deviation in deviations[:200]]


@form_view
def make_whistleblowing(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Move the case to the receivers of whistleblowing."""
    deviation = case(request, number, "deviations.make_whistleblowing")
    form = MakeWhistleblowingForm(request.POST or None)
    merged = Deviation.objects.filter(merged_into=deviation).count() if request.method == "POST" else 0

    def save(data: dict[str, Any]) -> None:
        try:
            receivers = services.make_whistleblowing(
                deviation, by=request.employee, reason=data["reason"], about=data["about"]
            )
        except services.NobodyReceives:
            form.add_error(None, _nobody_receives())
            return
        names = ", ".join(person.name for person in receivers)
        messages.success(request, _("The case is moved to %(names)s.") % {"names": names})
        if merged:
            words = ngettext(
                "%(count)d case that was merged into it goes on by itself. Is it whistleblowing too?",
                "%(count)d cases that were merged into it go on by themselves. Are they whistleblowing too?",
                merged,
            )
            messages.warning(request, words % {"count": merged})

    return form_page(
        request,
        form,
        save=save,
        title=_("Make %(number)s whistleblowing") % {"number": deviation.number},
        lede=_(
            "The case leaves every list, count and export. Only the receivers open it; you do not, unless you are one."
            " The reporter is told."
        ),
        submit=_("Make it whistleblowing"),
        back_url=reverse("deviations:whistleblowing", args=[organisation]),
    )


def _nobody_receives() -> str:
    contact = selectors.organisation_wishes().contact
    if contact:
        return _("No receiver can take this case without a conflict of interest. Talk to %(contact)s.") % {
            "contact": contact
        }
    return _("Nobody receives whistleblowing here who could take this case. Ask an administrator to name receivers.")


@form_view
def make_deviation(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """It was not whistleblowing."""
    deviation = case(request, number, "deviations.receive_whistleblowing")
    return form_page(
        request,
        ReasonForm(request.POST or None),
        save=lambda data: services.make_deviation(deviation, by=request.employee, reason=data["reason"]),
        title=_("%(number)s is not whistleblowing") % {"number": deviation.number},
        lede=_("It becomes a confidential deviation that the receivers have access to. The reporter is told."),
        submit=_("Make it a deviation"),
        back_url=case_url(request, deviation),
        done=_("The case is a confidential deviation."),
    )


@form_view
def add_subject(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Whom it is about (too): they and those below them lose it."""
    deviation = case(request, number, "deviations.receive_whistleblowing")
    form = SubjectForm(request.POST or None)

    def save(data: dict[str, Any]) -> None:
        try:
            services.add_subject(deviation, person=data["person"], by=request.employee)
        except services.NobodyReceives:
            form.add_error(None, _nobody_receives())

    return form_page(
        request,
        form,
        save=save,
        title=_("Whom is %(number)s about?") % {"number": deviation.number},
        lede=_("That person, those they lead and their deputies never open the case; receivers among them lose it."),
        submit=_("Save"),
        # One who is in conflict now could not open the case.
        back_url=reverse("deviations:whistleblowing", args=[organisation]),
        done=_("Saved."),
    )


@form_view
@for_administrators
def settings(request: HttpRequest, organisation: str) -> HttpResponse:
    """Who receives whistleblowing, and what the organisation says about it."""
    form = WishesForm(request.POST or None, instance=selectors.organisation_wishes())
    if form.is_bound and form.is_valid():
        services.change_wishes(by=request.employee, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect_to(request, "deviations:whistleblowing_settings", organisation)
    now = list(selectors.receivers_now())
    context = {
        "form": form,
        "receivers": [*now, *selectors.receivers_to_come()],
        "too_few": len(now) < 2,
        "none_outside": not any(receiver.is_outside_line for receiver in now),
        "somebody_waits": selectors.without_receiver(),
        "crumbs": crumbs(request, (_("Whistleblowing"), None)),
    }
    status = 422 if form.is_bound else 200
    return render(request, "deviations/whistleblowing/settings.html", context, status=status)


@form_view
@for_administrators
def add_receiver(request: HttpRequest, organisation: str) -> HttpResponse:
    """Somebody more who receives whistleblowing."""
    return form_page(
        request,
        ReceiverForm(request.POST or None),
        save=lambda data: services.add_receiver(by=request.employee, **data),
        title=_("New receiver of whistleblowing"),
        lede=_("Name at least two, one of them outside the line of management."),
        submit=_("Add"),
        back_url=reverse("deviations:whistleblowing_settings", args=[organisation]),
        done=_("Added."),
    )


@require_POST
@for_administrators
def end_receiver(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Somebody receives no more."""
    receiver = access(request, WhistleblowingReceiver, "organisations.administer", pk=pk)
    settings_url = reverse("deviations:whistleblowing_settings", args=[organisation])

    def save(data: dict[str, Any]) -> None:
        try:
            services.end_receiver(receiver, by=request.employee)
        except services.NobodyReceives:
            form.add_error(
                None,
                _("%(name)s has a case that nobody else may receive. Add another receiver first.")
                % {"name": receiver.employee.name},
            )

    form = HmsForm(request.POST)
    return form_page(
        request,
        form,
        save=save,
        title=_("%(name)s receives no more") % {"name": receiver.employee.name},
        submit=_("End"),
        back_url=settings_url,
        done=_("Ended. Open cases went to the next receiver."),
    )

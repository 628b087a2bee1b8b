"""What one wants to be told, and where."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hms.core.htmx import redirect_to
from hms.notifications import channel_settings, choices, devices, selectors, services, webpush
from hms.notifications.enums import RoutineMail, SmsUse
from hms.notifications.forms import DeviceForm, PreferenceForm
from hms.notifications.models import ChannelSettings, Preference, PushSubscription
from hms.notifications.phones import e164
from hms.notifications.useragent import device_name


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, organisation: str) -> HttpResponse:
    """How often I want routine reminders, whether an SMS may come, and which devices show notifications."""
    me = request.employee
    settings = channel_settings.current()
    has_phone = bool(e164(me.phone))
    has_sms = settings.sms_use == SmsUse.URGENT and channel_settings.can_send_sms(settings)
    choosable = selectors.may_choose_reminders()
    offered = {
        name for name, is_offered in [("routine_mail", choosable), ("urgent_sms", has_sms and has_phone)] if is_offered
    }
    more = choices.offered(me) if choosable else []
    if request.method == "POST" and not offered:
        raise PermissionDenied
    known = Preference.objects.filter(employee=me).first() or Preference()
    initial = {"routine_mail": known.routine_mail or RoutineMail.DAILY, "urgent_sms": known.urgent_sms}
    initial |= {choice.name: choice.is_on(me) for choice in more}
    form = PreferenceForm(
        request.POST if request.method == "POST" else None, initial=initial, offered=offered, choices=more
    )
    if form.is_bound and form.is_valid():
        for choice in more:
            choice.choose(me, form.cleaned_data.pop(choice.name))
        services.change_preference(me, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect_to(request, "notifications:inbox", organisation)
    context = {
        "form": form,
        "close_url": reverse("notifications:inbox", args=[organisation]),
        "is_fixed": not choosable,
        "lacks_phone": has_sms and not has_phone,
        **_push(request, settings),
    }
    return render(request, "notifications/preferences.html", context, status=422 if form.is_bound else 200)


def _push(request: HttpRequest, settings: ChannelSettings) -> dict[str, Any]:
    can_push = webpush.is_configured() and settings.push_allowed
    return {
        "can_push": can_push,
        "push_key": webpush.public_key() if can_push else "",
        "devices": PushSubscription.objects.filter(employee=request.employee).order_by("-created_at", "-id"),
    }


@require_POST
def add_device(request: HttpRequest, organisation: str) -> HttpResponse:
    """Show my notifications in this browser."""
    if not (webpush.is_configured() and channel_settings.current().push_allowed):
        raise PermissionDenied
    form = DeviceForm(request.POST)
    if not form.is_valid():
        # The browser fills the form in; a person has nothing to mend.
        raise BadRequest
    devices.add(request.employee, **form.cleaned_data, device=device_name(request.headers.get("User-Agent", "")))
    messages.success(request, _("Notifications are shown on this device from now on."))
    return redirect_to(request, "notifications:preferences", organisation)


@require_POST
def remove_this_device(request: HttpRequest, organisation: str) -> HttpResponse:
    """Stop showing my notifications in this browser, which tells its own address."""
    devices.remove_endpoint(request.employee, request.POST.get("endpoint", ""))
    return _removed(request)


@require_POST
def remove_device(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Stop showing my notifications on one of my devices."""
    if not devices.remove(request.employee, pk):
        raise Http404
    return _removed(request)


def _removed(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("No more notifications are shown there."))
    return redirect_to(request, "notifications:preferences", request.organisation.slug)

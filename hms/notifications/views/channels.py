"""Settings: SMS and push beside e-mail."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hms.core.htmx import redirect_to
from hms.core.limits import within_limit
from hms.notifications import channel_settings, gateways, selectors, services, webpush
from hms.notifications.forms import ChannelsForm
from hms.notifications.phones import e164
from hms.organisations.views.common import for_administrators, settings_form

# Every one costs money.
TESTS_AN_HOUR = 5


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def channels(request: HttpRequest, organisation: str) -> HttpResponse:
    """The SMS gateway, who gets SMS and how many, and whether push is allowed."""
    current = channel_settings.current()
    initial = {name: getattr(current, name) for name in ("sms_use", "sms_limit", "push_allowed")}
    here = reverse("notifications:channels", args=[organisation])
    used = channel_settings.used_this_month(current)
    return settings_form(
        request,
        ChannelsForm(request.POST if request.method == "POST" else None, initial=initial),
        lambda data: channel_settings.change(by=request.employee, **data),
        title=_("Channels"),
        back_url=here,
        done=_("Saved."),
        lede=_("Everybody with an e-mail address gets e-mail. Here you decide about SMS and push."),
        template="notifications/channels.html",
        context={
            "service": current.sms_service if current.sms_gateway else "",
            "can_send": channel_settings.can_send_sms(current),
            "used": used,
            "limit": current.sms_limit,
            "is_full": used >= current.sms_limit,
            "last_test": selectors.last_test_sms(),
            "examples": [service.example for service in gateways.SERVICES.values()],
            "is_demo": settings.DEMO,
            "push_configured": webpush.is_configured(),
        },
    )


@require_POST
@for_administrators
def test_sms(request: HttpRequest, organisation: str) -> HttpResponse:
    """Send me an SMS, the way they all go."""
    me = request.employee
    if not channel_settings.can_send_sms(channel_settings.current()):
        messages.error(request, _("Save a gateway first."))
    elif not e164(me.phone):
        messages.error(request, _("You have no mobile number. Write it on your profile first."))
    elif not within_limit(f"test-sms:{request.organisation.pk}", limit=TESTS_AN_HOUR, seconds=3600):
        messages.error(request, _("That is enough for now. Try again in an hour."))
    else:
        services.send_test_sms(me)
        messages.success(request, _("An SMS is on its way to you. What came of it stands here in a moment."))
    return _back(request)


@require_POST
@for_administrators
def remove_gateway(request: HttpRequest, organisation: str) -> HttpResponse:
    """Forget the gateway and its secret."""
    channel_settings.remove_gateway(by=request.employee)
    messages.success(request, _("Removed."))
    return _back(request)


def _back(request: HttpRequest) -> Any:
    return redirect_to(request, "notifications:channels", request.organisation.slug)

"""The inbox."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.core.keyset import BadCursor, page
from hms.notifications import selectors, services, types
from hms.notifications.models import Notification
from hms.organisations.access import access

PAGE_SIZE = 25


@require_safe
def inbox(request: HttpRequest, organisation: str) -> HttpResponse:
    """Everything I was told, the newest first. Looking marks nothing as read."""
    try:
        shown = page(
            selectors.inbox(request.employee),
            order=["-created_at", "-id"],
            cursor=request.GET.get("etter", ""),
            size=PAGE_SIZE,
        )
    except BadCursor:
        raise BadRequest from None
    context = {
        "rows": [_row(notification) for notification in shown.rows],
        "previous_url": f"?etter={shown.previous}" if shown.previous else "",
        "next_url": f"?etter={shown.next}" if shown.next else "",
        "preferences_url": reverse("notifications:preferences", args=[organisation]),
        "read_all_url": reverse("notifications:read_all", args=[organisation]),
    }
    return render(request, "notifications/inbox.html", context)


def _row(notification: Notification) -> dict[str, object]:
    message_type = types.get(notification.type)
    return {
        "notification": notification,
        "icon": message_type.icon,
        "title": message_type.title(notification),
        "text": message_type.text(notification),
    }


@require_POST
def open_notification(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Mark one as read, and go to what it is about. A POST, because a GET changes nothing."""
    notification = access(request, Notification, "notifications.view", pk=pk)
    services.mark_read(request.employee, [notification.pk])
    return redirect_to(request, types.get(notification.type).url(notification))


@require_POST
def read_all(request: HttpRequest, organisation: str) -> HttpResponse:
    """Mark everything as read."""
    services.mark_read(request.employee)
    return redirect_to(request, "notifications:inbox", organisation)

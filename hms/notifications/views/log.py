"""What was sent and how it went: one's own, a person's for the administrator, and addresses that do not work."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.core.keyset import BadCursor, Page, page
from hms.notifications import resending, selectors, types
from hms.notifications.models import DeadAddress, Notification
from hms.organisations.access import access
from hms.organisations.models import Employee
from hms.organisations.views.common import crumbs, for_administrators

PAGE_SIZE = 25
LOST = "feil"


@require_safe
def my_log(request: HttpRequest, organisation: str) -> HttpResponse:
    """What I was sent, and how it went."""
    inbox_url = reverse("notifications:inbox", args=[organisation])
    context = _log(request, request.employee) | {
        "crumbs": [(_("Notifications"), inbox_url), (_("What I was sent"), None)],
        "dead": selectors.dead_address_of(request.employee),
    }
    for row in context["rows"]:
        row["title"] = types.get(row["notification"].type).title(row["notification"])
    return render(request, "notifications/my_log.html", context)


@require_safe
@for_administrators
def person_log(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """What somebody was sent: when, what sort of message and how it went; never what it was about."""
    person = access(request, Employee, "organisations.administer", pk=pk)
    people_url = reverse("organisations:people", args=[organisation])
    person_url = reverse("organisations:person", args=[organisation, pk])
    context = _log(request, person) | {
        "crumbs": crumbs(
            request,
            (_("People"), people_url),
            (person.name, person_url),
            (pgettext("sent to somebody", "Messages"), None),
        ),
        "person": person,
        "dead": selectors.dead_address_of(person),
        "send_url": reverse("notifications:send_again", args=[organisation, pk]),
        "change_url": reverse("organisations:change_person", args=[organisation, pk]),
        "has_lost": selectors.lost_deliveries(person).exists(),
    }
    return render(request, "notifications/person_log.html", context)


def _log(request: HttpRequest, employee: Employee) -> dict[str, Any]:
    lost = request.GET.get("vis") == LOST
    shown = _page(request, selectors.log_of(employee, lost=lost), order=["-created_at", "-id"])
    return {
        "rows": [_row(notification) for notification in shown.rows],
        "lost": lost,
        "views": [
            {"label": _("All"), "url": "?", "current": not lost},
            {"label": _("Not arrived"), "url": f"?vis={LOST}", "current": lost},
        ],
        "previous_url": _with_cursor(request, shown.previous),
        "next_url": _with_cursor(request, shown.next),
    }


def _row(notification: Notification) -> dict[str, Any]:
    message_type = types.get(notification.type)
    deliveries = list(notification.deliveries.all())
    return {
        "notification": notification,
        "icon": message_type.icon,
        "kind": message_type.kind.label,
        "deliveries": deliveries,
        "is_lost": bool(deliveries) and deliveries[-1].is_lost,
    }


def _page(request: HttpRequest, rows: Any, *, order: list[str]) -> Page[Any]:
    try:
        return page(rows, order=order, cursor=request.GET.get("etter", ""), size=PAGE_SIZE)
    except BadCursor:
        raise BadRequest from None


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["etter"] = cursor
    return f"?{query.urlencode()}"


@require_POST
@for_administrators
def send_again(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Send one message that did not arrive again, or all of them."""
    person = access(request, Employee, "organisations.administer", pk=pk)
    wanted = request.POST.get("notification", "")
    if not wanted:
        sent = resending.send_all_again(person, by=request.employee)
    elif wanted.isdecimal() and len(wanted) < 19:
        sent = resending.send_again(person, by=request.employee, notification_id=int(wanted))
    else:
        raise BadRequest
    _say(request, sent)
    return redirect_to(request, "notifications:person_log", organisation, pk)


def _say(request: HttpRequest, sent: int) -> None:
    if sent:
        words = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", sent)
        messages.success(request, words % {"count": sent})
    else:
        messages.info(request, _("There was nothing to send again."))


@require_safe
@for_administrators
def dead_addresses(request: HttpRequest, organisation: str) -> HttpResponse:
    """Who does not get e-mail, since when and why."""
    shown = _page(request, selectors.dead_addresses(), order=["-since", "-id"])
    context = {
        "crumbs": crumbs(request, (_("Addresses that do not work"), None)),
        "rows": [(row, selectors.address_of(row.employee)) for row in shown.rows],
        "previous_url": _with_cursor(request, shown.previous),
        "next_url": _with_cursor(request, shown.next),
    }
    return render(request, "notifications/dead_addresses.html", context)


@require_POST
@for_administrators
def try_again(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Forget that an address does not work, and send the newest lost message there to see."""
    row = access(request, DeadAddress, "organisations.administer", related=("employee",), pk=pk)
    sent = resending.try_again(row.employee, by=request.employee)
    name = row.employee.name
    messages.success(
        request,
        _("We try %(name)s's address again, with the newest message.") % {"name": name}
        if sent
        else _("The next message to %(name)s is sent there.") % {"name": name},
    )
    return redirect_to(request, "notifications:dead_addresses", organisation)

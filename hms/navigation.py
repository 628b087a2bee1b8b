"""The menu, by role. Wiring: names the domain's pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from deviations.selectors import open_counts
from hms.assignments.selectors import my_open_count
from hms.assignments.summaries.reading import kinds_of
from hms.notifications.selectors import unread_count
from hms.organisations.access import may
from hms.organisations.selectors import memberships_of
from routines.selectors import unread_count as unread_count_of_routines

# Settings that other apps show.
OF_SETTINGS = (
    "deviations:categories",
    "deviations:add_category",
    "deviations:change_category",
    "assignments:ladder",
    "assignments:summary_settings",
    "notifications:channels",
    "notifications:dead_addresses",
    "notifications:person_log",
    "deviations:whistleblowing_settings",
    "deviations:add_receiver",
)

# The law register and the eight points belong to the handbook.
OF_HANDBOOK = ("routines:handbook", "routines:law_", "routines:point")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of the app shell; everything that costs a query is lazy."""
    organisation = getattr(request, "organisation", None)
    employee = getattr(request, "employee", None)
    context: dict[str, Any] = {"organisation": organisation, "employee": employee, "home_url": reverse("home")}
    if organisation is None:
        return context

    def url(name: str, *args: object) -> str:
        return reverse(name, args=[organisation.slug, *args])

    context["theme_url"] = url("organisations:theme", organisation.accent_colour.lstrip("#").lower())
    context["report_url"] = url("deviations:report")
    if employee is None:
        return context
    user = request.user
    context |= {
        "home_url": url("dashboard:my_page"),
        "search_url": url("deviations:list"),
        "inbox_url": url("notifications:inbox"),
        "profile_url": url("organisations:profile"),
        "sign_out_url": reverse("account_logout"),
        "operations_url": reverse("operations:overview") if user.is_operator else "",
        "shortcuts_off": not user.keyboard_shortcuts,
        "unread_count": SimpleLazyObject(lambda: unread_count(employee)),
        "memberships": SimpleLazyObject(
            lambda: [
                {
                    "name": membership.organisation.name,
                    "url": reverse("dashboard:my_page", args=[membership.organisation.slug]),
                    "current": membership.organisation_id == organisation.pk,
                }
                for membership in getattr(request, "memberships", None) or memberships_of(user)
            ]
        ),
        "navigation": SimpleLazyObject(lambda: _groups(request, url)),
    }
    return context


def _groups(request: HttpRequest, url: Any) -> list[dict[str, Any]]:
    employee = request.employee
    here = request.resolver_match.view_name if request.resolver_match else ""
    here_section = _section(here)

    def item(
        label: str, name: str, icon: str, section: str, *, count: int | None = None, phone: bool = False
    ) -> dict[str, Any]:
        return {
            "label": label,
            "url": url(name),
            "icon": icon,
            "count": count,
            "current": here_section == section if section != "dashboard" else here == name,
            "phone": phone,
        }

    groups = [
        {
            "label": None,
            "items": [
                item(_("My page"), "dashboard:my_page", "home", "dashboard", count=my_open_count(employee), phone=True),
                item(
                    _("Deviations"),
                    "deviations:list",
                    "flag",
                    "deviations",
                    count=open_counts(employee).open,
                    phone=True,
                ),
                item(_("Tasks"), "assignments:list", "check-square", "assignments"),
            ],
        },
        {
            "label": _("Prevent"),
            "items": [
                item(
                    _("Routines"),
                    "routines:list",
                    "book",
                    "routines",
                    count=unread_count_of_routines(employee) or None,
                    phone=True,
                ),
                item(_("Handbook"), "routines:handbook", "shield", "handbook"),
                item(_("Trainings"), "training:list", "cap", "training"),
            ],
        },
    ]
    lead = []
    if kinds_of(employee):
        lead.append(item(_("Summary"), "assignments:summaries", "chart", "summaries"))
    if may(employee, "deviations.lead_by_trends"):
        lead.append(item(_("Learn from deviations"), "deviations:trends", "search", "trends"))
    if may(employee, "deviations.view_register"):
        lead.append(item(_("Injury register"), "deviations:injury_register", "bandage", "injuries"))
    elif may(employee, "deviations.view_frequencies"):
        lead.append(item(_("H1, H2 and F"), "deviations:frequencies", "chart", "injuries"))
    if may(employee, "organisations.administer"):
        lead.append(item(_("Settings"), "organisations:settings", "settings", "organisations"))
    return [*groups, {"label": _("Lead"), "items": lead}] if lead else groups


def _section(here: str) -> str:
    """Which entry of the menu a page belongs to: the app's, but for what the apps of tasks and messages show besides."""
    if here.startswith(OF_SETTINGS):
        return "organisations"
    if here.startswith(OF_HANDBOOK):
        return "handbook"
    if here == "deviations:trends":
        return "trends"
    if here in {"deviations:injury_register", "deviations:frequencies", "deviations:hours"}:
        return "injuries"
    return "summaries" if here == "assignments:summary" else here.split(":")[0]

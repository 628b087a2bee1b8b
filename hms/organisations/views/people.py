"""People: the list, one person, start and leave."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.core.htmx import page_or_part, redirect_to
from hms.core.keyset import BadCursor, page
from hms.organisations import selectors, services
from hms.organisations.access import access, visible
from hms.organisations.forms.people import EmployeeForm, LeaveForm, PeopleFilter
from hms.organisations.leaving import open_work
from hms.organisations.models import Absence, Employee, RoleHolding
from hms.organisations.people import current
from hms.organisations.views.common import crumbs, for_administrators, settings_form, url

PAGE_SIZE = 50
SUGGESTIONS = 12


@require_safe
@for_administrators
def people(request: HttpRequest, organisation: str) -> HttpResponse:
    """Search, filters and keyset paging; all of it in the address."""
    filters = PeopleFilter(request.GET)
    wanted = filters.cleaned_data if filters.is_valid() else {}
    found = selectors.people(wanted.get("q", ""), unit=wanted.get("unit"), left=wanted.get("left") == "ja")
    try:
        shown = page(
            found, order=["given_name", "family_name", "id"], cursor=request.GET.get("etter", ""), size=PAGE_SIZE
        )
    except BadCursor:
        raise BadRequest from None
    total = found.count()
    context = {
        "crumbs": crumbs(request, (_("People"), None)),
        "filters": filters,
        "rows": shown.rows,
        "columns": [_("Name"), _("Unit"), _("Job title"), _("Sign-in")],
        "total": total,
        "summary": ngettext("%(n)d person", "%(n)d people", total) % {"n": total},
        "previous_url": _with_cursor(request, shown.previous),
        "next_url": _with_cursor(request, shown.next),
    }
    return page_or_part(request, "organisations/people.html", "organisations/_people.html", context)


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["etter"] = cursor
    return f"?{query.urlencode()}"


@require_safe
def find_people(request: HttpRequest, organisation: str) -> HttpResponse:
    """Suggestions while somebody types a colleague's name (whatever the field is called)."""
    words = next(iter(request.GET.values()), "")[:100].replace(",", " ").split()
    found = visible(Employee, request.employee).filter(current()) if words else Employee.objects.none()
    for word in words[:5]:
        found = found.filter(
            Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(unit__name__icontains=word)
        )
    suggestions = [
        selectors.described(person) for person in found.order_by("given_name", "family_name", "id")[:SUGGESTIONS]
    ]
    return render(request, "organisations/_suggestions.html", {"suggestions": suggestions})


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add_person(request: HttpRequest, organisation: str) -> HttpResponse:
    form = EmployeeForm(request.POST or None)
    return settings_form(
        request,
        form,
        lambda data: services.add_employee(by=request.employee, **data),
        title=_("New person"),
        trail=[(_("People"), url(request, "people"))],
        back_url=url(request, "people"),
        done=_("The person is added."),
    )


@require_safe
@for_administrators
def person(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Everything that is set up for one person, and nothing of what the person has reported or does."""
    person = access(request, Employee, "organisations.administer", pk=pk)
    context: dict[str, Any] = {
        "crumbs": crumbs(request, (_("People"), url(request, "people")), (person.name, None)),
        "person": person,
        "holdings": RoleHolding.objects.filter(employee=person)
        .select_related("unit", "safety_area")
        .order_by("-starts_on"),
        "groups": selectors.groups_of(person),
        "absences": Absence.objects.filter(employee=person).select_related("deputy").order_by("-starts_on")[:10],
        "invitation": person.invitations.order_by("-created_at").first(),
        "line_manager": selectors.line_manager_of(person),
        "left_behind": open_work(person) if person.ends_on else [],
    }
    return render(request, "organisations/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def change_person(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    person = access(request, Employee, "organisations.administer", pk=pk)
    form = EmployeeForm(request.POST or None, instance=Employee.objects.get(pk=pk))
    return settings_form(
        request,
        form,
        lambda data: services.change_employee(person, by=request.employee, **data),
        title=_("Change"),
        trail=[(_("People"), url(request, "people")), (person.name, url(request, "person", pk))],
        back_url=url(request, "person", pk),
        done=_("Saved."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def end_employment(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """The last day; open work must be handed over in the same form."""
    person = access(request, Employee, "organisations.administer", pk=pk)
    form = LeaveForm(request.POST or None, employee=person)
    return settings_form(
        request,
        form,
        lambda data: services.end_employment(person, by=request.employee, **data),
        title=_("%(name)s leaves") % {"name": person.name},
        trail=[(_("People"), url(request, "people")), (person.name, url(request, "person", pk))],
        submit=_("Save the last day"),
        back_url=url(request, "person", pk),
        done=_("The last day is saved."),
        template="organisations/leave.html",
        context={
            "person": person,
            "open_work": open_work(person),
            "deputising": selectors.deputising(person, ends_from=timezone.localdate()).count(),
            "elected": selectors.elected_roles(person),
        },
    )


@require_POST
@for_administrators
def resume_employment(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    person = access(request, Employee, "organisations.administer", pk=pk)
    services.resume_employment(person, by=request.employee)
    messages.success(request, _("%(name)s works here again. Grant roles anew.") % {"name": person.name})
    return redirect_to(request, url(request, "person", pk))

"""Roles and safety areas."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.organisations import services
from hms.organisations.access import access
from hms.organisations.enums import Role
from hms.organisations.errors import Refused
from hms.organisations.forms.people import EndRoleForm, HandOverRoleForm, RoleForm, RolePeriodForm
from hms.organisations.forms.settings import SafetyAreaForm
from hms.organisations.models import RoleHolding, SafetyArea
from hms.organisations.people import current
from hms.organisations.selectors import in_tree_order
from hms.organisations.views.common import crumbs, for_administrators, settings_form, url

EDIT = "organisations.administer"


@require_safe
@for_administrators
def roles(request: HttpRequest, organisation: str) -> HttpResponse:
    """Who has which role, now and later; with `?vis=alle` also before."""
    holdings = RoleHolding.objects.select_related("employee", "unit", "safety_area")
    everything = request.GET.get("vis") == "alle"
    if not everything:
        holdings = holdings.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate()))
    order = {role: place for place, role in enumerate(Role.values)}
    rows = sorted(holdings, key=lambda h: (order[h.role], h.unit.name if h.unit else "", h.employee.name, h.starts_on))
    context = {"crumbs": crumbs(request, (_("Roles"), None)), "holdings": rows, "everything": everything}
    return render(request, "organisations/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def grant_role(request: HttpRequest, organisation: str) -> HttpResponse:
    """A new role, for the person in `?person=` to begin with."""
    form = RoleForm(request.POST or None, initial={"employee": request.GET.get("person", "")})

    def save(data: dict) -> None:
        services.grant_role(data.pop("employee"), data.pop("role"), by=request.employee, **data)

    return settings_form(
        request,
        form,
        save,
        title=_("Grant a role"),
        trail=[(_("Roles"), url(request, "roles"))],
        submit=_("Grant the role"),
        back_url=url(request, "roles"),
        done=_("The role is granted."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def role(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Change the period; ways on to hand over and to end."""
    holding = access(request, RoleHolding, EDIT, pk=pk)
    form = RolePeriodForm(request.POST or None, initial={"starts_on": holding.starts_on, "ends_on": holding.ends_on})
    return settings_form(
        request,
        form,
        lambda data: services.change_role(holding, by=request.employee, **data),
        title=f"{holding.get_role_display()}: {holding.employee}",
        trail=[(_("Roles"), url(request, "roles"))],
        submit=_("Save the period"),
        back_url=url(request, "roles"),
        done=_("Saved."),
        template="organisations/role.html",
        context={"holding": holding},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def end_role(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    holding = access(request, RoleHolding, EDIT, pk=pk)
    return settings_form(
        request,
        EndRoleForm(request.POST or None),
        lambda data: services.end_role(holding, by=request.employee, **data),
        title=_("End the role"),
        trail=[(_("Roles"), url(request, "roles")), (str(holding.employee), url(request, "role", pk))],
        submit=_("End the role"),
        lede=f"{holding.get_role_display()}: {holding.employee}",
        back_url=url(request, "roles"),
        done=_("The last day is saved."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def hand_over_role(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Somebody else has the role from a date; nothing falls between."""
    holding = access(request, RoleHolding, EDIT, pk=pk)
    return settings_form(
        request,
        HandOverRoleForm(request.POST or None, holding=holding),
        lambda data: services.hand_over_role(holding, by=request.employee, **data),
        title=_("Hand over the role"),
        trail=[(_("Roles"), url(request, "roles")), (str(holding.employee), url(request, "role", pk))],
        submit=_("Hand over the role"),
        lede=f"{holding.get_role_display()}: {holding.employee}",
        back_url=url(request, "roles"),
        done=_("The role is handed over."),
    )


@require_safe
@for_administrators
def areas(request: HttpRequest, organisation: str) -> HttpResponse:
    """Safety areas with their units and representatives."""
    reps: dict[int, list[RoleHolding]] = {}
    for holding in RoleHolding.objects.filter(current(), role=Role.SAFETY_REP).select_related("employee"):
        reps.setdefault(holding.safety_area_id, []).append(holding)
    rows = [
        {"area": area, "units": in_tree_order(area.units.all()), "reps": reps.get(area.pk, [])}
        for area in SafetyArea.objects.prefetch_related("units").order_by("name")
    ]
    context = {"crumbs": crumbs(request, (_("Safety areas"), None)), "rows": rows}
    return render(request, "organisations/areas.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add_area(request: HttpRequest, organisation: str) -> HttpResponse:
    return settings_form(
        request,
        SafetyAreaForm(request.POST or None),
        lambda data: services.create_safety_area(by=request.employee, **data),
        title=_("New safety area"),
        trail=[(_("Safety areas"), url(request, "areas"))],
        back_url=url(request, "areas"),
        done=_("The safety area is added. Now choose who represents it, under Roles."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def area(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    area = access(request, SafetyArea, EDIT, pk=pk)
    return settings_form(
        request,
        SafetyAreaForm(request.POST or None, area=area),
        lambda data: services.change_safety_area(area, by=request.employee, **data),
        title=area.name,
        trail=[(_("Safety areas"), url(request, "areas"))],
        back_url=url(request, "areas"),
        done=_("Saved."),
        template="organisations/area.html",
        context={"area": area},
    )


@require_POST
@for_administrators
def remove_area(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    area = access(request, SafetyArea, EDIT, pk=pk)
    try:
        services.remove_safety_area(area, by=request.employee)
    except Refused as error:
        context = {
            "area": area,
            "form": SafetyAreaForm(area=area),
            "title": area.name,
            "submit": _("Save"),
            "close_url": url(request, "areas"),
            "refused": error,
            "crumbs": crumbs(request, (_("Safety areas"), url(request, "areas")), (area.name, None)),
        }
        return render(request, "organisations/area.html", context, status=422)
    messages.success(request, _("Removed."))
    return redirect_to(request, url(request, "areas"))

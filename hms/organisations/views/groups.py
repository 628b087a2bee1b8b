"""Groups that can be given work together."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.organisations import services
from hms.organisations.access import access
from hms.organisations.forms.settings import GroupForm, GroupMemberForm
from hms.organisations.models import Group, GroupMember
from hms.organisations.people import current
from hms.organisations.selectors import members_of
from hms.organisations.views.common import crumbs, for_administrators, settings_form, url

EDIT = "organisations.administer"
FORM = ["GET", "HEAD", "POST"]


@require_safe
@for_administrators
def groups(request: HttpRequest, organisation: str) -> HttpResponse:
    """Every group with how many are in it; those out of use last."""
    here = Q(current(prefix="memberships__"), current(prefix="memberships__employee__"))
    rows = (
        Group.objects.select_related("unit")
        .annotate(people=Count("memberships", filter=here))
        .order_by("-is_active", "name")
    )
    context = {"crumbs": crumbs(request, (_("Groups"), None)), "groups": rows}
    return render(request, "organisations/groups.html", context)


@require_http_methods(FORM)
@for_administrators
def add_group(request: HttpRequest, organisation: str) -> HttpResponse:
    return settings_form(
        request,
        GroupForm(request.POST or None),
        lambda data: services.create_group(by=request.employee, **data),
        title=_("New group"),
        trail=[(_("Groups"), url(request, "groups"))],
        back_url=url(request, "groups"),
        done=_("The group is added. Open it and say who is in it."),
    )


@require_safe
@for_administrators
def group(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """One group: who is in it, and a form for one more."""
    group = access(request, Group, EDIT, pk=pk)
    return _group_page(request, group, GroupMemberForm(group=group))


def _group_page(request: HttpRequest, group: Group, form: GroupMemberForm) -> HttpResponse:
    context = {
        "crumbs": crumbs(request, (_("Groups"), url(request, "groups")), (group.name, None)),
        "group": group,
        "members": members_of(group),
        "form": form,
    }
    return render(request, "organisations/group.html", context, status=422 if form.is_bound else 200)


@require_http_methods(FORM)
@for_administrators
def change_group(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    group = access(request, Group, EDIT, pk=pk)
    return settings_form(
        request,
        GroupForm(request.POST or None, instance=Group.objects.get(pk=pk)),
        lambda data: services.change_group(group, by=request.employee, **data),
        title=_("Change"),
        trail=[(_("Groups"), url(request, "groups")), (group.name, url(request, "group", pk))],
        back_url=url(request, "group", pk),
        done=_("Saved."),
    )


@require_POST
@for_administrators
def add_group_member(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Put somebody in the group; an error shows the group's page with the name kept."""
    group = access(request, Group, EDIT, pk=pk)
    form = GroupMemberForm(request.POST, group=group)
    if not form.is_valid():
        return _group_page(request, group, form)
    services.add_member(group, form.cleaned_data["employee"], by=request.employee)
    messages.success(request, _("%(name)s is in the group.") % {"name": form.cleaned_data["employee"].name})
    return redirect_to(request, url(request, "group", pk))


@require_POST
@for_administrators
def remove_group_member(request: HttpRequest, organisation: str, pk: int, member: int) -> HttpResponse:
    row = access(request, GroupMember, EDIT, pk=member, group_id=pk)
    services.remove_member(row, by=request.employee)
    messages.success(request, _("%(name)s is out of the group.") % {"name": row.employee.name})
    return redirect_to(request, url(request, "group", pk))


@require_POST
@for_administrators
def retire_group(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    services.retire_group(access(request, Group, EDIT, pk=pk), by=request.employee)
    messages.success(request, _("The group is out of use."))
    return redirect_to(request, url(request, "group", pk))


@require_POST
@for_administrators
def reuse_group(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    services.reuse_group(access(request, Group, EDIT, pk=pk), by=request.employee)
    messages.success(request, _("The group is in use again."))
    return redirect_to(request, url(request, "group", pk))

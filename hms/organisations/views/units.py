"""The unit tree."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hms.core.htmx import redirect_to
from hms.organisations import services
from hms.organisations.access import access
from hms.organisations.errors import Refused
from hms.organisations.forms.settings import UnitForm
from hms.organisations.models import Unit
from hms.organisations.selectors import unit_tree
from hms.organisations.views.common import crumbs, for_administrators, settings_form, url


@require_safe
@for_administrators
def units(request: HttpRequest, organisation: str) -> HttpResponse:
    """The tree, with who leads and how many work where."""
    retired = request.GET.get("vis") == "alle"
    context = {
        "crumbs": crumbs(request, (_("Units"), None)),
        "branches": unit_tree(with_retired=retired),
        "with_retired": retired,
    }
    return render(request, "organisations/units.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add_unit(request: HttpRequest, organisation: str) -> HttpResponse:
    """A new unit, below the one in `?under=` to begin with."""
    form = UnitForm(request.POST or None, initial={"parent": request.GET.get("under", "")})
    return settings_form(
        request,
        form,
        lambda data: services.create_unit(by=request.employee, **data),
        title=_("New unit"),
        trail=[(_("Units"), url(request, "units"))],
        back_url=url(request, "units"),
        done=_("The unit is added."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def unit(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Rename, move, take out of use."""
    unit = access(request, Unit, "organisations.administer", pk=pk)

    def save(data: dict) -> None:
        services.change_unit(unit, by=request.employee, name=data["name"], code=data["code"])
        if "parent" in data:
            services.move_unit(unit, parent=data["parent"], by=request.employee)

    name = unit.name
    form = UnitForm(request.POST or None, instance=Unit.objects.get(pk=pk))
    return settings_form(
        request,
        form,
        save,
        title=name,
        trail=[(_("Units"), url(request, "units"))],
        back_url=url(request, "units"),
        done=_("Saved."),
        template="organisations/unit.html",
        context={"unit": unit},
    )


@require_POST
@for_administrators
def retire_unit(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Take out of use; when that cannot be, the unit's page says why."""
    return _switch(request, pk, services.retire_unit, _("%(unit)s is taken out of use."))


@require_POST
@for_administrators
def reuse_unit(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Take into use again."""
    return _switch(request, pk, services.reuse_unit, _("%(unit)s is in use again."))


@require_POST
@for_administrators
def renew_qr(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """A new QR address, when a poster has come astray."""
    unit = access(request, Unit, "organisations.administer", pk=pk)
    services.renew_report_token(unit, by=request.employee)
    messages.success(request, _("%(unit)s has a new QR code. Print the poster anew.") % {"unit": unit})
    return redirect_to(request, url(request, "unit", pk))


def _switch(request: HttpRequest, pk: int, change: Callable[..., None], done: str) -> HttpResponse:
    unit = access(request, Unit, "organisations.administer", pk=pk)
    try:
        change(unit, by=request.employee)
    except Refused as error:
        context = {
            "unit": unit,
            "form": UnitForm(instance=unit),
            "title": unit.name,
            "submit": _("Save"),
            "close_url": url(request, "units"),
            "refused": error,
            "crumbs": crumbs(request, (_("Units"), url(request, "units")), (unit.name, None)),
        }
        return render(request, "organisations/unit.html", context, status=422)
    messages.success(request, done % {"unit": unit})
    return redirect_to(request, url(request, "units"))

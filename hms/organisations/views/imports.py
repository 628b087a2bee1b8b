"""Import of units and people: upload, look over, say yes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hms.core.htmx import redirect_to
from hms.organisations.access import access
from hms.organisations.enums import ImportKind
from hms.organisations.errors import Refused
from hms.organisations.forms.imports import ImportForm
from hms.organisations.importing import Plan
from hms.organisations.models import PeopleImport
from hms.organisations.services.imports import apply_import, drop_import, keep_table, plan_of
from hms.organisations.views.common import crumbs, for_administrators, url

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def imports(request: HttpRequest, organisation: str) -> HttpResponse:
    """Upload a table. Nothing is changed by that."""
    initial = {"kind": request.GET.get("kind", ImportKind.PEOPLE)}
    form = ImportForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            waiting = keep_table(form.table, kind=data["kind"], file_name=data["file"].name, by=request.employee)
        except Refused as error:
            form.add_error(error.field, str(error))
        else:
            return redirect_to(request, url(request, "import", waiting.pk))
    context = {
        "form": form,
        "title": _("Import"),
        "crumbs": crumbs(request, (_("Import"), None)),
        "close_url": url(request, "settings"),
    }
    return render(request, "organisations/import_upload.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def look_over(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """What the import would do; POST does it."""
    waiting = access(request, PeopleImport, "organisations.administer", pk=pk)
    if request.method != "POST":
        return _preview(request, waiting, plan_of(waiting))
    try:
        plan = apply_import(waiting, by=request.employee)
    except Refused as error:
        return _preview(request, waiting, plan_of(waiting), refused=error, status=422)
    counts = plan.counts
    messages.success(request, _("Imported: %(new)d new, %(changed)d changed.") % counts)
    return redirect_to(request, url(request, "units" if waiting.kind == ImportKind.UNITS else "people"))


@require_POST
@for_administrators
def drop(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    drop_import(access(request, PeopleImport, "organisations.administer", pk=pk))
    messages.success(request, _("The file is thrown away. Nothing was changed."))
    return redirect_to(request, url(request, "imports"))


def _preview(
    request: HttpRequest, waiting: PeopleImport, plan: Plan, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "waiting": waiting,
        "plan": plan,
        "counts": plan.counts,
        "errors": plan.errors[:SHOWN],
        "new": plan.of_kind("new")[:SHOWN],
        "changed": plan.of_kind("changed")[:SHOWN],
        "shown": SHOWN,
        "refused": refused,
        "crumbs": crumbs(request, (_("Import"), url(request, "imports")), (waiting.file_name, None)),
    }
    return render(request, "organisations/import_preview.html", context, status=status)

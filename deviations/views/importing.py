"""Importing cases in the browser: file → columns → words → look over → done."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deviations.enums import ImportState, Severity, State
from deviations.importing import services
from deviations.importing.forms import ColumnsForm, UploadForm, ValuesForm
from deviations.importing.problems import as_csv
from deviations.models import ImportBatch
from deviations.selectors import category_names, visible_imports
from hms.core.htmx import page_or_part, redirect_to
from hms.organisations.access import access, require
from hms.organisations.models import Unit

SHOWN = 10
SHOWN_PROBLEMS = 50
EDITABLE = {ImportState.PREVIEWED, ImportState.FAILED}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, organisation: str) -> HttpResponse:
    """Choose a file; earlier imports below."""
    require(request, "deviations.import")
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        batch = services.upload(file.read(), file_name=file.name, by=request.employee)
        return redirect_to(request, "deviations:import_columns", organisation, batch.pk)
    earlier = visible_imports(request.employee).select_related("uploaded_by").order_by("-created_at", "-id")[:20]
    context = {"form": form, "earlier": list(earlier), "crumbs": _crumbs(request), "steps": _steps(0)}
    return render(request, "deviations/import.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Say what every column is."""
    batch = _batch(request, pk)
    if batch.state not in EDITABLE:
        return redirect_to(request, "deviations:import_show", organisation, pk)
    table = services.table_of(batch)
    form = ColumnsForm(request.POST or None, table=table, batch=batch)
    if request.method == "POST" and form.is_valid():
        options = form.plan_options()
        services.set_plan(batch, mapping=form.mapping(), options=options)
        return redirect_to(
            request, f"deviations:import_{'values' if any(options['values'].values()) else 'preview'}", organisation, pk
        )
    context = {"batch": batch, "table": table, "form": form, "crumbs": _crumbs(request, batch), "steps": _steps(1)}
    return render(request, "deviations/import_columns.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Say what the file's words for severity, kind, status and unit mean."""
    batch = _batch(request, pk)
    if (away := _elsewhere(request, batch)) is not None:
        return away
    form = ValuesForm(request.POST or None, batch=batch)
    if request.method == "POST" and form.is_valid():
        services.set_plan(batch, mapping=batch.mapping, options=batch.options | {"values": form.meanings()})
        return redirect_to(request, "deviations:import_preview", organisation, pk)
    context = {"batch": batch, "form": form, "crumbs": _crumbs(request, batch), "steps": _steps(1)}
    return render(request, "deviations/import_values.html", context, status=422 if form.is_bound else 200)


@require_safe
def preview(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """What will happen, before anything does."""
    batch = _batch(request, pk)
    if (away := _elsewhere(request, batch)) is not None:
        return away
    table = services.table_of(batch)
    check = services.check(batch, table)
    context = {
        "batch": batch,
        "table": table,
        "check": check,
        "to_import": len(check.to_import),
        "skipped": check.skipped,
        "rows": _shown(check.to_import[:SHOWN]),
        "problems": check.reading.problems[:SHOWN_PROBLEMS],
        "problem_count": len(check.reading.problems),
        "kept_columns": [header for header in table.headers if not batch.mapping.get(header)],
        "has_values": any(batch.options.get("values", {}).values()),
        "crumbs": _crumbs(request, batch),
        "steps": _steps(2),
    }
    return render(request, "deviations/import_preview.html", context)


@require_POST
def run(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Let a worker import the file. Sent twice, it is imported once."""
    batch = _batch(request, pk)
    if batch.state in EDITABLE and batch.options:
        services.start(batch, by=request.employee)
    else:
        services.ask_again(batch)
    return redirect_to(request, "deviations:import_show", organisation, pk)


@require_safe
def show(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """How it goes, and how it went."""
    batch = _batch(request, pk)
    if batch.state == ImportState.PREVIEWED:
        return redirect_to(request, f"deviations:import_{'preview' if batch.options else 'columns'}", organisation, pk)
    problems = services.problems_of(batch)
    context = {
        "batch": batch,
        "running": batch.state == ImportState.RUNNING,
        "progress": services.progress(batch),
        "problems": problems[:SHOWN_PROBLEMS],
        "problem_count": len(problems),
        "crumbs": _crumbs(request, batch),
        "steps": _steps(3),
    }
    return page_or_part(request, "deviations/import_show.html", "deviations/_import_show.html", context)


@require_safe
def problems(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Rows that cannot be imported, as a file that a spreadsheet opens; before the import and after it."""
    batch = _batch(request, pk)
    if batch.state in EDITABLE and batch.options:
        found = services.check(batch).reading.problems
    else:
        found = services.problems_of(batch)
    name = _("import-errors-%(number)d.csv") % {"number": batch.pk}
    return HttpResponse(
        # Excel takes a CSV file for UTF-8 only with the mark in front.
        "\ufeff" + as_csv(found),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_POST
def remove(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Throw away a file that was not imported."""
    services.remove(_batch(request, pk), by=request.employee)
    messages.success(request, _("The file was thrown away. Nothing was imported."))
    return redirect_to(request, "deviations:import", organisation)


def _batch(request: HttpRequest, pk: int) -> ImportBatch:
    return access(request, ImportBatch, "deviations.import", pk=pk)


def _elsewhere(request: HttpRequest, batch: ImportBatch) -> HttpResponse | None:
    """Where to go when the batch is not at the step that was asked for."""
    if batch.state not in EDITABLE:
        return redirect_to(request, "deviations:import_show", request.organisation.slug, batch.pk)
    if not batch.options:
        return redirect_to(request, "deviations:import_columns", request.organisation.slug, batch.pk)
    return None


def _crumbs(request: HttpRequest, batch: ImportBatch | None = None) -> list[tuple[str, str | None]]:
    slug = request.organisation.slug
    crumbs: list[tuple[str, str | None]] = [(_("Deviations"), reverse("deviations:list", args=[slug]))]
    if batch is None:
        return [*crumbs, (_("Import"), None)]
    return [*crumbs, (_("Import"), reverse("deviations:import", args=[slug])), (batch.file_name, None)]


def _steps(now: int) -> list[dict[str, Any]]:
    labels = [_("File"), _("Columns"), _("Look over"), _("Imported")]
    return [
        {"label": label, "state": "done" if place < now else "now" if place == now else ""}
        for place, label in enumerate(labels)
    ]


def _shown(cases: list[Any]) -> list[dict[str, Any]]:
    """Cases of the preview with words instead of keys."""
    units = dict(Unit.objects.filter(pk__in={case.unit for case in cases}).values_list("pk", "name"))
    names = category_names()
    return [
        {
            "case": case,
            "unit": units.get(case.unit, ""),
            "severity": Severity(case.severity).label,
            "category": names.get(case.category, ""),
            "state": State(case.state).label,
        }
        for case in cases
    ]

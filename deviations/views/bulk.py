"""Something is done to many cases at once: chosen in the list, confirmed on a page, and put back if need be."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from deviations import filters, selectors, services
from deviations.enums import BulkKind
from deviations.forms.bulk import BulkAssignForm, BulkCategoryForm
from deviations.models import BulkChange, Deviation
from deviations.services.bulk import MOST, Seen, handler_id_of
from deviations.views.common import form_view
from hms.core.htmx import redirect_to
from hms.organisations.access import access, require
from hms.organisations.models import Employee

FORMS: dict[str, Any] = {BulkKind.ASSIGN: BulkAssignForm, BulkKind.CATEGORY: BulkCategoryForm}


@form_view
def change_many(request: HttpRequest, organisation: str) -> HttpResponse:
    """Say what the ticked cases (`valgt`) shall have: somebody, or a category (`gjor`)."""
    require(request, "deviations.change_many")
    wanted = filters.read(request.GET)
    kind = request.GET.get("gjor", "")
    if kind not in FORMS:
        kind = BulkKind.ASSIGN
    seen = _seen(request) if request.method == "POST" else _ticked(request)
    form = FORMS[kind](request.POST if request.method == "POST" else None)
    if seen and form.is_bound and form.is_valid():
        change = _act(kind, form.cleaned_data, seen, by=request.employee)
        return redirect_to(request, "deviations:changed_many", organisation, change.pk)
    cases = list(
        selectors.visible_to(request.employee)
        .filter(pk__in=[one.case for one in seen])
        .defer("search", "description", "imported_values")
        .order_by("-reported_at", "-id")
    )
    context = {
        "form": form,
        "kind": kind,
        "cases": cases,
        "seen": [f"{one.case}.{one.version}.{one.handler}" for one in seen],
        "count_words": ngettext("%(count)d deviation", "%(count)d deviations", len(cases)) % {"count": len(cases)},
        "most": MOST,
        "close_url": reverse("deviations:list", args=[organisation]) + wanted.address,
    }
    return render(request, "deviations/bulk/confirm.html", context, status=422 if form.is_bound else 200)


def _ticked(request: HttpRequest) -> list[Seen]:
    """The ticked cases as they are now; the page sends back what it saw."""
    asked = [value for value in request.GET.getlist("valgt") if value.isascii() and value.isdecimal()]
    ids = [int(value) for value in asked[:MOST] if len(value) < 19]
    cases = selectors.visible_to(request.employee).filter(pk__in=ids).select_related("handling").order_by("pk")
    return [_seen_now(case) for case in cases.defer("search", "description", "imported_values")]


def _seen_now(case: Deviation) -> Seen:
    return Seen(case.pk, case.version, handler_id_of(case))


def _seen(request: HttpRequest) -> list[Seen]:
    found = []
    for value in request.POST.getlist("sett")[:MOST]:
        parts = value.split(".")
        if len(parts) == 3 and all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
            found.append(Seen(*map(int, parts)))
    return found


def _act(kind: str, data: dict[str, Any], seen: list[Seen], *, by: Employee) -> BulkChange:
    key = data["idempotency_key"] or uuid.uuid4()
    if kind == BulkKind.ASSIGN:
        return services.bulk_assign(cases=seen, to=data["to"], by=by, key=key)
    return services.bulk_categorise(cases=seen, category=data["category"], by=by, key=key)


@require_safe
def changed_many(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """What came of it: which cases were changed, which not and why, and the way back."""
    change = access(request, BulkChange, "deviations.undo_many", pk=pk)
    cases = _cases_in(change, request.employee)
    why = {
        "gone": _("You cannot open it any more"),
        "not_yours": _("You do not handle it"),
        "closed": _("It is closed"),
        "changed": _("Somebody changed it meanwhile"),
        "already": _("It was so already"),
        "not_theirs": _("It cannot be given to that person"),
    }
    context = {
        "change": change,
        "changed": [cases[row["case"]] for row in change.changed if row["case"] in cases],
        "skipped": [(cases.get(row["case"]), why[row["why"]]) for row in change.skipped],
        "what": _what(change),
        "may_undo": services.may_undo(change),
        "close_url": reverse("deviations:list", args=[organisation]),
    }
    return render(request, "deviations/bulk/done.html", context)


def _cases_in(change: BulkChange, employee: Employee) -> dict[int, Deviation]:
    """The cases of a change that its maker may still open."""
    ids = {row["case"] for row in [*change.changed, *change.skipped] if row["case"] is not None}
    found = selectors.visible_to(employee).filter(pk__in=ids).defer("search", "description", "imported_values")
    return found.in_bulk()


def _what(change: BulkChange) -> str:
    if not change.changed:
        return _("Nothing was changed.")
    number = {"count": len(change.changed)}
    if change.kind == BulkKind.CATEGORY:
        name = selectors.category_names().get(change.changed[0]["now"], "")
        words = ngettext(
            "%(count)d case is in “%(name)s” now.", "%(count)d cases are in “%(name)s” now.", number["count"]
        )
        return words % {**number, "name": name}
    to = Employee.objects.filter(pk=change.changed[0]["now"]).first()
    words = ngettext("%(name)s has %(count)d case now.", "%(name)s has %(count)d cases now.", number["count"])
    return words % {**number, "name": to.name if to else ""}


@require_POST
def undo_many(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Put back what nobody has changed since."""
    change = access(request, BulkChange, "deviations.undo_many", pk=pk)
    services.undo_bulk(change, by=request.employee)
    messages.success(
        request, _("Put back.") if not change.kept else _("Put back, but for what somebody has changed since.")
    )
    return redirect_to(request, "deviations:changed_many", organisation, change.pk)

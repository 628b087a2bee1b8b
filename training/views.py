"""The register of trainings, one's own, and writing down who has been through them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from hms.core.keyset import BadCursor, page
from hms.core.pages import form_page
from hms.files.selectors import attachments_of
from hms.organisations.access import access, may, require
from hms.organisations.errors import Refused
from hms.organisations.models import Unit
from hms.organisations.things import known, uses_of
from training import selectors, services
from training.forms import MOST_PEOPLE, ProofForm, RegisterForm, TrainingForm, UnitChoice, WithdrawForm
from training.models import Completion, Training

PAGE_SIZE = 50
form_view = require_http_methods(["GET", "HEAD", "POST"])


def _url(request: HttpRequest, name: str, *more: object) -> str:
    return reverse(f"training:{name}", args=[request.organisation.slug, *more])


def _training(request: HttpRequest, pk: int, permission: str) -> Training:
    return access(request, Training, permission, related=("owner", "unit"), pk=pk)


def _completion(request: HttpRequest, pk: int, permission: str) -> Completion:
    related = ("training", "employee__unit", "registered_by", "withdrawn_by", "renewal")
    return access(request, Completion, permission, related=related, pk=pk)


def _crumbs(request: HttpRequest, *more: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
    return [(_("Trainings"), _url(request, "list")), *more]


def _tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    sorts = [("list", _("All trainings"), _url(request, "list")), ("mine", _("My training"), _url(request, "mine"))]
    if may(request.employee, "training.create"):
        sorts.append(("old", _("Out of use"), _url(request, "list") + "?vis=gamle"))
    return [{"label": label, "url": url, "current": current == name} for name, label, url in sorts]


@require_safe
def overview(request: HttpRequest, organisation: str) -> HttpResponse:
    """What there is to learn, how it stands with oneself, and how many of one's people have it."""
    me = request.employee
    may_create = may(me, "training.create")
    old = may_create and request.GET.get("vis") == "gamle"
    own = {line.completion.training_id: line for line in selectors.mine(me)}
    numbers = selectors.numbers_for(me)
    rows = (selectors.visible_to(me).filter(is_active=not old)).select_related("owner", "unit").order_by("name", "id")
    context = {
        "rows": [(training, own.get(training.pk), numbers.get(training.pk)) for training in rows],
        "views": _tabs(request, "old" if old else "list"),
        "may_create": may_create,
        "is_old": old,
    }
    return render(request, "training/list.html", context)


@require_safe
def mine(request: HttpRequest, organisation: str) -> HttpResponse:
    """What one has been through oneself, and until when it holds."""
    lines = selectors.mine(request.employee)
    earlier = selectors.earlier(request.employee, [line.completion.training_id for line in lines])
    context = {
        "rows": [(line, earlier.get(line.completion.training_id, [])[1:]) for line in lines],
        "views": _tabs(request, "mine"),
    }
    return render(request, "training/mine.html", context)


@form_view
def add(request: HttpRequest, organisation: str) -> HttpResponse:
    """A new training."""
    require(request, "training.create")
    return _write(request, None)


@form_view
def change(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """What the register says of a training."""
    return _write(request, _training(request, pk, "training.keep"))


def _write(request: HttpRequest, training: Training | None) -> HttpResponse:
    me = request.employee
    form = TrainingForm(request.POST if request.method == "POST" else None, instance=training, by=me)
    pk = training.pk if training else None

    def save(data: dict[str, Any]) -> None:
        routines = data.pop("taught", [])
        try:
            if pk is None:
                services.create_training(by=me, routines=routines, **data)
            else:
                services.change_training(Training.objects.get(pk=pk), by=me, routines=routines, **data)
        except Refused as refused:
            form.add_error(refused.field, str(refused))

    return form_page(
        request,
        form,
        save=save,
        title=_("Change the training") if training else _("New training"),
        lede=training.name if training and not form.is_bound else "",
        submit=_("Save") if training else _("Add it"),
        back_url=_url(request, "detail", pk) if training else _url(request, "list"),
        done=_("Saved."),
    )


@require_safe
def detail(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """One training: what it is about, who has it as far as the reader may know, and the routines it has to do with."""
    training = _training(request, pk, "training.view")
    me = request.employee
    may_register = may(me, "training.register", training)
    own = selectors.standings_among([me], training).get(me.pk)
    uses, _total = uses_of("training", me, training.pk)
    context: dict[str, Any] = {
        "training": training,
        "own": own,
        "taught": list(known("routine", selectors.routine_ids(training)).values()),
        "uses": uses,
        "may_register": may_register and training.is_active,
        "may_keep": may(me, "training.keep", training),
        "crumbs": _crumbs(request, (training.name, None)),
    }
    if may_register:
        context |= _people(request, training)
    elif may(me, "training.count", training):
        context["units"] = selectors.by_unit(training)
        context["columns"] = [_("Unit"), _("Have it"), _("Runs out soon"), _("Has run out")]
    if context["may_keep"]:
        context["timeline"] = selectors.timeline_of(training)
    return render(request, "training/detail.html", context)


def _people(request: HttpRequest, training: Training) -> dict[str, Any]:
    me = request.employee
    form = UnitChoice(
        {name: request.GET.get(name, "") for name in ("enhet", "status")},
        units=selectors.units_to_register(me, training),
    )
    form.is_valid()
    unit, standing = form.cleaned_data.get("enhet"), form.cleaned_data.get("status", "")
    rows = selectors.learnt(me, training, standing=standing, unit=unit)
    order = ["employee__given_name", "employee__family_name", "id"]
    try:
        part = page(rows, order=order, cursor=request.GET.get("etter", ""), size=PAGE_SIZE)
    except BadCursor:
        raise BadRequest from None
    total = rows.count()
    return {
        "filters": form,
        "lines": [selectors.line_of(completion) for completion in part.rows],
        "total": total,
        "summary": ngettext("%(count)d person", "%(count)d people", total) % {"count": total},
        "columns": [_("Person"), _("Unit"), _("Went through it"), _("Valid until"), _("How it stands")],
        "previous_url": _with_cursor(request, part.previous),
        "next_url": _with_cursor(request, part.next),
        "is_filtered": bool(unit or standing),
    }


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["etter"] = cursor
    return f"?{query.urlencode()}"


@form_view
def register(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Tick those who have been through a training on a day."""
    training = _training(request, pk, "training.register")
    me = request.employee
    units = selectors.units_to_register(me, training)
    unit = _unit_of(request, units)
    people = []
    if unit is not None:
        here = selectors.people_to_register(me, training).filter(unit__path__contains=[unit.pk])
        people = list(here.order_by("given_name", "family_name", "id")[: MOST_PEOPLE + 1])
    form = RegisterForm(
        request.POST if request.method == "POST" else None,
        people=people[:MOST_PEOPLE],
        lines=selectors.standings_among(people, training),
    )

    def save(data: dict[str, Any]) -> None:
        try:
            done = services.register(
                training, list(data["people"]), done_on=data["done_on"], by=me, note=data["note"]
            )  # fmt: skip
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
            return
        if not done.new:
            form.add_error("people", _("All of them are registered for that day already."))
            return
        words = ngettext("Registered for %(count)d person.", "Registered for %(count)d people.", len(done.new))
        messages.success(request, words % {"count": len(done.new)})
        if done.known:
            words = ngettext(
                "%(count)d of them had it for that day already.",
                "%(count)d of them had it for that day already.",
                done.known,
            )
            messages.info(request, words % {"count": done.known})

    return form_page(
        request,
        form,
        save=save,
        title=_("Who has been through it?"),
        lede=training.name,
        submit=_("Register"),
        back_url=_url(request, "detail", training.pk),
        template="training/register.html",
        context={
            "units": UnitChoice({"enhet": unit.pk if unit else ""}, units=units, must_choose=True),
            "unit": unit,
            "people": people,
            "too_many": len(people) > MOST_PEOPLE,
            "most": MOST_PEOPLE,
        },
    )


def _unit_of(request: HttpRequest, units: QuerySet[Unit]) -> Unit | None:
    """Whose people are shown: of the address, else one's own where one may, else the first one leads."""
    wanted = request.GET.get("enhet", "")
    if wanted:
        return units.filter(pk=wanted).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    own = units.filter(pk=request.employee.unit_id).first()
    return own or units.order_by("path", "id").first()


@require_safe
def completion(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """One person's training: when, until when, and its proof."""
    completion = _completion(request, pk, "training.see_completion")
    me = request.employee
    is_counting = completion.withdrawn_at is None
    context = {
        "completion": completion,
        "line": selectors.line_of(completion),
        "attachments": list(attachments_of(completion)),
        "may_prove": is_counting and may(me, "training.prove", completion),
        "may_withdraw": is_counting and may(me, "training.withdraw", completion),
        "crumbs": _crumbs(
            request, (completion.training.name, _url(request, "detail", completion.training_id)), (completion.employee.name, None)
        ),
    }  # fmt: skip
    return render(request, "training/completion.html", context)


@form_view
def prove(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Add a certificate."""
    completion = _completion(request, pk, "training.prove")
    sent = request.method == "POST"
    form = ProofForm(request.POST if sent else None, request.FILES if sent else None)
    return form_page(
        request,
        form,
        save=lambda data: services.add_proof(completion, data["files"], by=request.employee),
        title=_("Add a certificate"),
        lede=f"{completion.training.name}, {completion.employee.name}",
        submit=_("Add it"),
        back_url=_url(request, "completion", completion.pk),
        done=_("Added."),
    )


@form_view
def withdraw(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Take back what was registered by mistake."""
    completion = _completion(request, pk, "training.withdraw")
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        save=lambda data: services.withdraw(completion, by=request.employee, reason=data["reason"]),
        title=_("Was it registered by mistake?"),
        lede=f"{completion.training.name}, {completion.employee.name}",
        submit=_("Take it back"),
        back_url=_url(request, "detail", completion.training_id),
        done=_("Taken back. It stands with your reason, and does not count."),
    )

"""My tasks, one task, and what its requester and its owner can do with it when signed in."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hms.assignments import selectors, services, sources
from hms.assignments.chain import chain_of
from hms.assignments.enums import State
from hms.assignments.forms import AnswerForm, CommentForm, ExtensionForm, HandOverForm
from hms.assignments.models import Assignment
from hms.assignments.rules import times_extended
from hms.assignments.views.common import save_answer, taken_page
from hms.audit.enums import Via
from hms.audit.transitions import InvalidTransition
from hms.core.htmx import redirect_to
from hms.core.keyset import BadCursor, page
from hms.core.pages import form_page
from hms.files.selectors import attachments_of
from hms.organisations.access import access, may, require
from hms.organisations.models import Employee

PAGE_SIZE = 25


FREE_SHOWN = 5
# What `?vis=` chooses: the rows, and the order in which they are paged.
VIEWS: dict[str, tuple[Callable[[Employee], QuerySet[Assignment]], list[str]]] = {
    "": (selectors.my_open, ["due_on", "id"]),
    "ledig": (selectors.free_for, ["due_on", "id"]),
    "hjelper": (selectors.helped_by, ["due_on", "id"]),
    "ferdig": (selectors.my_done, ["-ended_at", "-id"]),
}


@require_safe
def my_tasks(request: HttpRequest, organisation: str) -> HttpResponse:
    """What waits for me, the most overdue first; what I may take; what I help with; or what I have done."""
    view = request.GET.get("vis", "")
    view = view if view in VIEWS else ""
    chosen, order = VIEWS[view]
    try:
        shown = page(
            chosen(request.employee).select_related("requested_by"),
            order=order,
            cursor=request.GET.get("etter", ""),
            size=PAGE_SIZE,
        )
    except BadCursor:
        raise BadRequest from None
    counts = {name: VIEWS[name][0](request.employee).count() for name in ("", "ledig", "hjelper")}
    context = {
        "rows": [(task, sources.get(task.source_kind)) for task in shown.rows],
        "free_rows": shown.rows,
        "view": view,
        "done": view == "ferdig",
        "count": counts[""],
        "total": counts.get(view),
        "views": _views(view, counts),
        "free": selectors.free_for(request.employee)[:FREE_SHOWN] if not view and counts["ledig"] else [],
        "free_count": counts["ledig"],
        "previous_url": _with_cursor(request, shown.previous),
        "next_url": _with_cursor(request, shown.next),
    }
    return render(request, "assignments/list.html", context)


def _views(view: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The tabs; those that most people never need are there when something is in them."""
    tabs = [("", _("Waiting for me")), ("ledig", _("Free for you")), ("hjelper", _("You help")), ("ferdig", _("Done"))]
    return [
        {"label": label, "url": f"?vis={name}" if name else "?", "count": counts.get(name), "current": name == view}
        for name, label in tabs
        if name in {"", "ferdig", view} or counts[name]
    ]


def _with_cursor(request: HttpRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["etter"] = cursor
    return f"?{query.urlencode()}"


def _task(request: HttpRequest, permission: str, pk: int) -> Assignment:
    return access(request, Assignment, permission, pk=pk)


def _address(request: HttpRequest, task: Assignment, name: str = "detail") -> str:
    return reverse(f"assignments:{name}", args=[request.organisation.slug, task.pk])


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """One task. Work that is done on its own page leads there, whoever may open it; the others see the task itself."""
    try:
        task = _task(request, "assignments.view", pk)
    except Http404:
        return _gone(request, pk)
    source = sources.get(task.source_kind)
    if not source.link_verbs and selectors.may_open_page(request.employee, task):
        return redirect_to(request, source.url(task))
    if request.method == "POST":
        return _answer(request, task)
    mine = task.state == State.OPEN and task.open_offer is None and may(request.employee, "assignments.answer", task)
    form = AnswerForm(assignment=task) if mine else None
    return render(request, "assignments/detail.html", detail_context(request, task, form))


def _gone(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody was told that they might take it, and now looks, but another was first."""
    taken = selectors.taken_by_another(request.employee, pk)
    if taken is None:
        raise Http404
    return taken_page(request, taken, status=410)


def _answer(request: HttpRequest, task: Assignment) -> HttpResponse:
    require(request, "assignments.answer", task)
    services.hold(task)
    # What many may take is taken first: then somebody answers for it.
    if task.state != State.OPEN or task.open_offer is not None:
        raise InvalidTransition(task, task.state, State.OPEN)
    # Once more: it may have been passed on while this waited for the lock.
    require(request, "assignments.answer", task)
    form = AnswerForm(request.POST, request.FILES, assignment=task)
    if not form.is_valid() or not save_answer(form, by=request.employee, via=Via.WEB):
        return render(request, "assignments/detail.html", detail_context(request, task, form), status=422)
    given = form.cleaned_data["answer"]
    messages.success(request, _thanks(given))
    if given == "not_mine":
        return redirect_to(request, "assignments:list", request.organisation.slug)
    return redirect_to(request, _address(request, task))


def _thanks(answer: str) -> str:
    return {
        "done": _("Thank you. It is registered as done."),
        "more_time": _("You have asked for more time. You will be told the answer."),
        "stuck": _("It is passed on. You will get help."),
        "not_mine": _("The task is given back."),
        "comment": _("Thank you. It is passed on."),
    }[answer]


def detail_context(request: HttpRequest, task: Assignment, form: AnswerForm | None) -> dict[str, Any]:
    """What the page of a task needs, for this reader; `form`: the reader's answer, when they may give one."""
    source = sources.get(task.source_kind)
    waiting = selectors.open_extension(task)
    return {
        "task": task,
        "source": source,
        "source_url": source.url(task) if selectors.may_open_page(request.employee, task) else "",
        "facts": [] if task.is_confidential else source.facts(task),
        "form": form,
        "extension": waiting,
        "decide_url": _address(request, task, "extension")
        if waiting and may(request.employee, "assignments.decide_extension", task)
        else "",
        "decider": selectors.extension_decider_of(task, asking=waiting.requested_by) if waiting else None,
        "hand_over_url": _address(request, task, "hand_over")
        if task.state == State.OPEN and may(request.employee, "assignments.hand_over", task)
        else "",
        "offer": task.open_offer,
        "taken": getattr(task, "offer", None) if task.open_offer is None else None,
        "may_take": may(request.employee, "assignments.take", task),
        "helpers": selectors.helpers_of(task),
        "may_change_helpers": may(request.employee, "assignments.change_helpers", task),
        "comment_form": CommentForm() if may(request.employee, "assignments.comment", task) else None,
        "notes": selectors.notes_of([task]),
        "attachments": attachments_of(task),
        "chain": chain_of(task),
        "trail": [(_("My tasks"), reverse("assignments:list", args=[request.organisation.slug])), (task.title, None)],
        "is_mine": task.assignee_id == request.employee.pk,
        "ways_on": source.ways_on(task, request.employee) if source.ways_on is not None else [],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Give a task to somebody else."""
    task = _task(request, "assignments.hand_over", pk)
    if task.state != State.OPEN:
        raise InvalidTransition(task, task.state, State.OPEN)

    def save(given: dict[str, Any]) -> None:
        services.hand_over(task, to=given["to"], by=request.employee, reason=given["reason"])

    # Afterwards the one who passed it on may not know of it any more.
    after = reverse("assignments:list", args=[organisation]) if request.method == "POST" else _address(request, task)
    return form_page(
        request,
        HandOverForm(request.POST if request.method == "POST" else None, assignment=task),
        save=save,
        title=_("Pass on: %(title)s") % {"title": task.title},
        submit=_("Pass on the task"),
        back_url=after,
        lede=_("The one who takes over is told by e-mail."),
        done=_("The task is passed on."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def extension(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Yes or no to more time."""
    task = _task(request, "assignments.view", pk)
    wish = selectors.open_extension(task)
    if wish is None:
        if request.method == "POST":
            raise InvalidTransition(task, task.state, State.OPEN)
        return render(
            request, "assignments/extension_answered.html", {"task": task, "close_url": _address(request, task)}
        )
    require(request, "assignments.decide_extension", task)
    form = ExtensionForm(
        request.POST if request.method == "POST" else None,
        old=wish.old_due_on, new=wish.new_due_on, initial={"wish": wish.pk},
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        if given["wish"] not in {None, wish.pk}:
            raise InvalidTransition(task, task.state, State.OPEN)
        services.decide_extension(wish, grant=given["answer"] == "yes", by=request.employee, comment=given["comment"])
        messages.success(request, _("%(name)s is told.") % {"name": task.assignee.given_name})
        return redirect_to(request, _address(request, task))
    context = {
        "task": task,
        "wish": wish,
        "form": form,
        "times_extended": times_extended(task),
        "close_url": _address(request, task),
    }
    return render(request, "assignments/extension.html", context, status=422 if form.is_bound else 200)

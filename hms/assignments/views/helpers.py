"""Co-helpers: asked for, thanked off, and what they say."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hms.assignments import selectors, services
from hms.assignments.enums import State
from hms.assignments.forms import CommentForm, HelperForm
from hms.assignments.models import Assignment
from hms.assignments.views.tasks import detail_context
from hms.audit.transitions import InvalidTransition
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.files.errors import FileRejected
from hms.files.services import attach
from hms.organisations.access import access, require


def _detail(request: HttpRequest, pk: int) -> str:
    return reverse("assignments:detail", args=[request.organisation.slug, pk])


def _open_task(request: HttpRequest, permission: str, pk: int) -> Assignment:
    """The task, when it is open and this is allowed; an ended one is a conflict, not a lack of rights."""
    task = access(request, Assignment, "assignments.view", pk=pk)
    if task.state != State.OPEN:
        raise InvalidTransition(task, task.state, State.OPEN)
    require(request, permission, task)
    return task


@require_http_methods(["GET", "HEAD", "POST"])
def add_helper(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """Ask somebody to help; the responsible one stays the same."""
    task = _open_task(request, "assignments.change_helpers", pk)

    def save(given: dict[str, Any]) -> None:
        services.add_helper(task, given["employee"], by=request.employee)

    return form_page(
        request,
        HelperForm(request.POST if request.method == "POST" else None, assignment=task),
        save=save,
        title=_("Ask for help"),
        submit=_("Ask for help"),
        back_url=_detail(request, pk),
        lede=_("They see the task and can comment on it. %(name)s is still responsible.")
        % {"name": task.assignee.given_name},
        done=_("They are told by e-mail."),
    )


@require_POST
def remove_helper(request: HttpRequest, organisation: str, pk: int, employee: int) -> HttpResponse:
    task = _open_task(request, "assignments.change_helpers", pk)
    helper = selectors.helpers_of(task).filter(employee=employee).first()
    if helper is not None:
        services.remove_helper(helper, by=request.employee)
        messages.success(request, _("%(name)s does not help any more.") % {"name": helper.employee.name})
    return redirect_to(request, _detail(request, pk))


@require_POST
def comment(request: HttpRequest, organisation: str, pk: int) -> HttpResponse:
    """What a helper says, with pictures."""
    task = _open_task(request, "assignments.comment", pk)
    form = CommentForm(request.POST, request.FILES)
    if not form.is_valid() or not _save_comment(form, task, request):
        context = detail_context(request, task, None) | {"comment_form": form}
        return render(request, "assignments/detail.html", context, status=422)
    messages.success(request, _("Thank you. It is passed on."))
    return redirect_to(request, _detail(request, pk))


def _save_comment(form: CommentForm, task: Assignment, request: HttpRequest) -> bool:
    try:
        for upload in form.cleaned_data["photos"]:
            attach(upload, owner=task, by=request.employee)
    except FileRejected as rejected:
        form.add_error("photos", str(rejected))
        return False
    services.comment(task, text=form.cleaned_data["text"], by=request.employee)
    return True

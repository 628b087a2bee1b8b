"""Giving an answer, whichever way it came in, and hearing that somebody else was first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from hms.assignments import services
from hms.assignments.errors import AlreadyAsked, FixedByLaw, NobodyToAsk
from hms.assignments.forms import AnswerForm
from hms.assignments.models import Assignment
from hms.files.errors import FileRejected
from hms.files.services import attach
from hms.organisations.models import Employee


def save_answer(form: AnswerForm, *, by: Employee, via: str) -> bool:
    """Register a valid form's answer with its pictures. False when it could not be; the form then says why.

    The caller answers 422 then, which rolls back what was begun.
    """
    given = form.cleaned_data
    try:
        for upload in given["photos"]:
            attach(upload, owner=form.assignment, by=by)
        services.answer(
            form.assignment,
            given["answer"],
            by=by,
            via=via,
            comment=given["comment"],
            new_due_on=given["new_due_on"],
        )
    except AlreadyAsked:
        form.add_error("answer", _("You have asked for more time already, and have not been answered yet."))
    except FixedByLaw:
        form.add_error("answer", _("The law sets this due date, so nobody can move it. Say if you are stuck."))
    except NobodyToAsk:
        form.add_error("answer", _("There is nobody to ask. Talk to the HSE manager."))
    except FileRejected as rejected:
        form.add_error("photos", str(rejected))
    return form.is_valid()


def taken_page(request: HttpRequest, task: Assignment, *, status: int) -> HttpResponse:
    """«Kari took it»: for one of those who might have."""
    context = {"task": task, "close_url": reverse("assignments:list", args=[request.organisation.slug])}
    return render(request, "assignments/taken.html", context, status=status)

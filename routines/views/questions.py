"""«I wonder about something»: asked by a reader, answered by the owner."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hms.core.pages import form_page
from hms.organisations.access import access, may, require
from routines import services
from routines.forms import AnswerForm, QuestionForm
from routines.models import Question
from routines.views.common import crumbs, form_view, routine_of, url
from routines.views.counts import note_opening


@form_view
def ask(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Ask the owner instead of confirming."""
    routine = routine_of(request, slug, "routines.answer_to")
    form = QuestionForm(request.POST if request.method == "POST" else None)

    def save(data: dict[str, Any]) -> None:
        services.ask_owner(routine, by=request.employee, text=data["text"])
        note_opening(request, routine)

    return form_page(
        request,
        form,
        save=save,
        title=_("I wonder about something"),
        lede=_("%(name)s answers you. You need not confirm “%(title)s” before that.")
        % {"name": routine.owner.name, "title": routine.title},
        submit=_("Send the question"),
        back_url=url(request, "detail", routine),
        done=_("%(name)s is told, and answers you.") % {"name": routine.owner.given_name},
    )


@form_view
def show(request: HttpRequest, organisation: str, slug: str, pk: int) -> HttpResponse:
    """A question and its answer; whoever answers for the routine answers here."""
    question = access(
        request, Question, "routines.see_question", routine__slug=slug, pk=pk,
        related=("routine__unit", "routine__owner", "asked_by", "answered_by", "assignment", "version"),
    )  # fmt: skip
    routine = question.routine
    may_answer = may(request.employee, "routines.answer", question)
    if request.method == "POST":
        require(request, "routines.answer", question)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "routine": routine,
        "question": question,
        "may_answer": may_answer and question.answered_at is None,
        "crumbs": crumbs(request, routine, (_("Question"), None)),
    }
    if not may_answer:
        return render(request, "routines/question.html", context)
    return form_page(
        request,
        form,
        save=lambda data: services.answer_question(question, by=request.employee, text=data["answer"]),
        title=_("A question about “%(title)s”") % {"title": routine.title},
        submit=_("Send the answer"),
        back_url=url(request, "question", routine, question.pk),
        done=_("%(name)s is told.") % {"name": question.asked_by.given_name},
        template="routines/question.html",
        context=context,
    )

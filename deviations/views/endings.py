"""A case ends without being solved: rejected, withdrawn, or merged into another and taken out again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from deviations import rules, selectors, services
from deviations.forms import MessageForm
from deviations.forms.links import MergeForm
from deviations.models import Deviation
from deviations.services.handling import may_be_given
from deviations.views.common import Number, case, case_url, form_view
from hms.core.pages import form_page


@form_view
def reject(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """It is no deviation, or not ours: say so to the reporter."""
    deviation = case(request, number, "deviations.handle")
    form = MessageForm(
        request.POST or None,
        label=_("Why is it not taken on?"),
        help_text=_("The reporter reads this as your answer, and may reopen the case within 30 days."),
    )

    def save(data: dict[str, Any]) -> None:
        if not _stands_in_the_way(form, deviation):
            services.reject(deviation, by=request.employee, reason=data["text"])

    return form_page(
        request,
        form,
        save=save,
        title=_("Reject %(number)s") % {"number": deviation.number},
        lede=_(
            "For what is no deviation, or not for us to put right. It is counted by itself, not among the solved ones."
        ),
        submit=_("Send the answer and reject"),
        back_url=case_url(request, deviation),
        done=_("The case is rejected and the reporter is told."),
    )


@form_view
def withdraw(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Take a report back, by its reporter or whoever handles it."""
    deviation = case(request, number, "deviations.withdraw")
    is_reporter = rules.is_reporter(request.employee, deviation)
    form = MessageForm(request.POST or None, label=_("Why is it withdrawn?"))

    def save(data: dict[str, Any]) -> None:
        if not _stands_in_the_way(form, deviation, by_reporter=is_reporter):
            services.withdraw_case(deviation, by=request.employee, reason=data["text"])

    return form_page(
        request,
        form,
        save=save,
        title=_("Withdraw %(number)s") % {"number": deviation.number},
        lede=_("Nothing is deleted, and the case can be opened again. It is not counted any more."),
        submit=_("Withdraw the case"),
        back_url=case_url(request, deviation),
        done=_("The case is withdrawn."),
    )


def obstacle_words(obstacle: str) -> str:
    """Why a case cannot end like this, in words; empty when nothing stands in the way."""
    words = {
        "whistleblowing": _("It is handled as whistleblowing, and must be looked into."),
        "plan": _("Others rely on its plan. Finish it, and close the case with an answer."),
        "injured": _(
            "Somebody injured is in the register, or authorities had to be told. Solve it, and close it with an answer."
        ),
        "merged": _("Other cases are merged into it. Take them out first."),
        "hearing": _("Others have been asked about it. Write to the one who handles the case."),
        "stopped": _("Work is stopped because of it. Lift the stop first."),
        "same": _("That is the case itself."),
        "other_closed": _("That case is closed. Reopen it first, or link the two as a recurrence."),
        "confidential": _(
            "That case is confidential. Make this one confidential first, so that the answer stays protected."
        ),
    }
    return words.get(obstacle, "")


def _stands_in_the_way(form: Any, deviation: Deviation, *, by_reporter: bool = False) -> bool:
    words = obstacle_words(rules.relied_on(deviation, by_reporter=by_reporter))
    if words:
        form.add_error(None, words)
    return bool(words)


@form_view
def merge(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Let another case about the same go on in its place."""
    deviation = case(request, number, "deviations.handle")
    initial = {"into": request.GET.get("i", "")[:12]}
    form = MergeForm(request.POST or None, reader=request.employee, initial=initial)

    def save(data: dict[str, Any]) -> None:
        into = data["into"]
        if not rules.is_handler(request.employee, into):
            form.add_error("into", _("You do not handle that case."))
        elif words := obstacle_words(rules.merge_obstacle(deviation, into)):
            form.add_error("into", words)
        elif into.handling is not None and not may_be_given(deviation, into.handling.assignee):
            form.add_error("into", _("This case cannot be given to whoever has that one."))
        else:
            services.merge(deviation, into=into, by=request.employee, reason=data["reason"])

    return form_page(
        request,
        form,
        save=save,
        title=_("Merge %(number)s into another case") % {"number": deviation.number},
        lede=_(
            "For two reports of the same thing. This one is locked; whoever reported it follows the other one from here,"
            " and gets its answer."
        ),
        submit=_("Merge"),
        back_url=case_url(request, deviation),
        done=_("The cases are merged and the reporter is told."),
        template="deviations/merging/merge.html",
        context={"deviation": deviation, "suggested": selectors.merge_targets(deviation, request.employee)},
    )


@form_view
def take_out(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """It was not the same after all."""
    deviation = case(request, number, "deviations.handle")
    form = MessageForm(
        request.POST or None,
        label=_("Why is it not the same?"),
        help_text=_("For those who handle the cases. The reporters do not read it."),
    )
    return form_page(
        request,
        form,
        save=lambda data: services.take_out(deviation, by=request.employee, reason=data["text"]),
        title=_("Take %(number)s out again") % {"number": deviation.number},
        lede=_("The case goes on by itself, with a new due date. The reporter is told."),
        submit=_("Take it out"),
        back_url=case_url(request, deviation),
        done=_("The case goes on by itself."),
    )

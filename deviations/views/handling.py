"""What the handler does with a case. Every verb has its own address and works without JavaScript."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from deviations import rules, selectors, services
from deviations.enums import State
from deviations.forms import CauseForm, CommentForm, MessageForm, PersonForm, TriageForm
from deviations.forms.notices import declared_in
from deviations.models import Deviation
from deviations.views.common import Number, case, case_url, form_view, guarding_version
from deviations.views.endings import obstacle_words
from hms.actions.selectors import has_open_actions
from hms.core.forms import HmsForm
from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from hms.organisations.access import may
from hms.organisations.models import Employee
from hms.organisations.selectors import employed


@require_POST
def receive(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Take the case."""
    deviation = case(request, number, "deviations.handle")
    services.receive(deviation, by=request.employee)
    messages.success(request, _("The case is yours."))
    return redirect_to(request, case_url(request, deviation))


@form_view
def triage(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Sort the case out."""
    deviation = case(request, number, "deviations.handle")
    form = TriageForm(request.POST or None, deviation=deviation)

    def save(data: dict[str, Any]) -> None:
        declared = declared_in(data)
        services.triage(deviation, by=request.employee, **data)
        services.declare(deviation, by=request.employee, **declared)

    return form_page(
        request,
        form,
        save=guarding_version(form, save),
        title=_("Assess %(number)s") % {"number": deviation.number},
        submit=_("Save"),
        back_url=case_url(request, deviation),
        done=_("Saved."),
        context={"deviation": deviation},
    )


@form_view
def causes(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Why did it happen?"""
    deviation = case(request, number, "deviations.handle")
    form = CauseForm(request.POST or None, deviation=deviation)

    def save(data: dict[str, Any]) -> None:
        services.analyse(
            deviation, by=request.employee, why=data["why"], causes=data["causes"], version=data["version"]
        )

    return form_page(
        request,
        form,
        save=guarding_version(form, save),
        title=_("Why did it happen?"),
        lede=_("Ask «why» until you have found the root cause. Look for what made it possible, not for whom to blame."),
        submit=_("Save"),
        back_url=case_url(request, deviation),
        done=_("Saved."),
    )


@form_view
def comment(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Say something in the case."""
    deviation = case(request, number, "deviations.comment")
    internal = may(request.employee, "deviations.view_internal", deviation)
    form = CommentForm(request.POST or None, may_be_internal=internal)

    def save(data: dict[str, Any]) -> None:
        services.comment(deviation, by=request.employee, text=data["text"], visibility=data["visibility"])

    return form_page(
        request,
        form,
        save=save,
        title=_("Comment"),
        lede=deviation.title,
        submit=_("Add the comment"),
        back_url=case_url(request, deviation),
        done=_("The comment is added."),
    )


@form_view
def answer(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Write to the reporter while the work goes on."""
    deviation = case(request, number, "deviations.handle")
    form = MessageForm(
        request.POST or None,
        label=_("Message"),
        help_text=_("Shown on the reporter's page. The mail only says that there is news."),
    )
    return form_page(
        request,
        form,
        save=lambda data: services.answer(deviation, by=request.employee, text=data["text"]),
        title=_("Answer to the reporter"),
        submit=_("Send the answer"),
        back_url=case_url(request, deviation),
        done=_("The answer is sent."),
    )


@form_view
def close(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Close with a written answer; not while an action is open."""
    deviation = case(request, number, "deviations.handle")
    if deviation.is_praise:
        initial = {"text": _("Thank you for telling us. I have passed it on.")}
    else:
        initial = {}
    form = MessageForm(
        request.POST or None,
        initial=initial,
        label=_("Answer to the reporter"),
        help_text=_("What was done, and what is better now? Nobody closes a case without an answer."),
    )

    def save(data: dict[str, Any]) -> None:
        if deviation.open_notices:
            form.add_error(None, _("Authorities must be notified first. The checklist is at the top of the case."))
        if has_open_actions(deviation.plan):
            form.add_error(None, _("Something in the plan is not done yet. Finish or remove it before you close."))
        if not form.is_valid():
            return
        if deviation.state != State.CLOSED and rules.active_stop(deviation) is not None:
            form.add_error(None, obstacle_words("stopped"))
            return
        services.close(deviation, by=request.employee, answer=data["text"])

    return form_page(
        request,
        form,
        save=save,
        title=_("Close %(number)s") % {"number": deviation.number},
        submit=_("Send the answer and close"),
        back_url=case_url(request, deviation),
        done=_("The case is closed and the reporter is told."),
    )


@form_view
def hand_over(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Give the case to somebody else."""
    deviation = case(request, number, "deviations.handle")
    form = PersonForm(request.POST or None, label=_("Who shall handle the case?"), among=_who_may_get(deviation))

    return form_page(
        request,
        form,
        save=lambda data: services.hand_over(deviation, to=data["employee"], by=request.employee),
        title=_("Hand over %(number)s") % {"number": deviation.number},
        submit=_("Hand over"),
        back_url=case_url(request, deviation),
        done=_("The case is handed over."),
    )


def _who_may_get(deviation: Deviation) -> QuerySet[Employee]:
    """Anybody the case is not about; of whistleblowing those who may receive it."""
    if deviation.is_whistleblowing:
        return employed().filter(pk__in=[receiver.pk for receiver in selectors.receivers_for(deviation)])
    return employed().exclude(pk__in=selectors.subject_ids_of(deviation))


@form_view
def make_confidential(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """From now on only the access list opens the case."""
    deviation = case(request, number, "deviations.handle")
    return form_page(
        request,
        HmsForm(request.POST if request.method == "POST" else None),
        save=lambda data: services.set_confidential(deviation, by=request.employee),
        title=_("Make %(number)s confidential") % {"number": deviation.number},
        lede=_("Only you, the handler and those you add will see the case. This cannot be undone."),
        submit=_("Make confidential"),
        back_url=case_url(request, deviation),
        done=_("The case is confidential."),
    )


@form_view
def grant_access(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Put somebody on a confidential case's access list."""
    deviation = case(request, number, "deviations.handle")
    others = employed().exclude(pk__in=selectors.subject_ids_of(deviation))
    form = PersonForm(request.POST or None, label=_("Who shall have access?"), among=others)
    return form_page(
        request,
        form,
        save=lambda data: services.grant_access(deviation, to=data["employee"], by=request.employee),
        title=_("Give access to %(number)s") % {"number": deviation.number},
        submit=_("Give access"),
        back_url=case_url(request, deviation),
        done=_("Access is given."),
    )


@require_POST
def start_plan(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Begin the action plan: go on to its first action."""
    deviation = case(request, number, "deviations.handle")
    plan = services.start_plan(deviation, by=request.employee)
    return redirect_to(request, "actions:add", organisation, plan.pk)

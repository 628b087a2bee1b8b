"""How a routine is kept: whose it is, whom it is for, its revision, out of force and back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hms.core.htmx import redirect_to
from hms.core.pages import form_page
from routines import selectors, services
from routines.forms import AudienceForm, ReasonForm, RoutineForm, StillRightForm
from routines.views.common import form_view, routine_of, url


@form_view
def change(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Owner, unit, approval, revision, reading."""
    routine = routine_of(request, slug, "routines.keep")
    form = RoutineForm(request.POST if request.method == "POST" else None, instance=routine, by=request.employee)
    back = url(request, "detail", routine)

    def save(data: dict[str, object]) -> None:
        services.change_routine(routine, by=request.employee, **data)
        services.look_through_soon()

    return form_page(
        request, form, save=save, title=_("How the routine is kept"), lede=routine.title, submit=_("Save"),
        back_url=back, done=_("Saved."),
    )  # fmt: skip


@form_view
def audience(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Whom the routine is for. Those who are new are asked to read it, the others no longer."""
    routine = routine_of(request, slug, "routines.keep")
    form = AudienceForm(request.POST if request.method == "POST" else None, routine=routine)

    def save(data: dict[str, object]) -> None:
        if services.set_audience(routine, form.parts(), by=request.employee):
            services.look_through_soon()

    return form_page(
        request,
        form,
        save=save,
        title=_("Whom is it for?"),
        lede=_("Those who are new here are asked to read it on their first day."),
        submit=_("Save"),
        back_url=url(request, "detail", routine),
        done=_("Saved."),
    )


@form_view
def revise(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """The revision: begin a draft, or say that it is still right."""
    routine = routine_of(request, slug, "routines.keep")
    form = StillRightForm(request.POST if request.method == "POST" else None)
    context = {
        "routine": routine,
        "questions": selectors.questions_about(routine)[:5],
        "begin_url": url(request, "begin_draft", routine),
    }
    return form_page(
        request,
        form,
        save=lambda data: services.still_right(routine, by=request.employee, comment=data["comment"]),
        title=_("Is “%(title)s” still right?") % {"title": routine.title},
        submit=_("It is still right"),
        back_url=url(request, "detail", routine),
        done=_("Noted. You are asked again when it is time."),
        template="routines/revise.html",
        context=context,
    )


@form_view
def archive(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Take it out of force."""
    routine = routine_of(request, slug, "routines.keep")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    return form_page(
        request,
        form,
        save=lambda data: services.archive(routine, by=request.employee, reason=data["reason"]),
        title=_("Take “%(title)s” out of force") % {"title": routine.title},
        lede=_("Nobody is asked to read it any more. All its versions can still be read."),
        submit=_("Take it out of force"),
        back_url=url(request, "detail", routine),
        done=_("It is in the archive."),
    )


@require_POST
def bring_back(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """In force again."""
    routine = routine_of(request, slug, "routines.keep")
    services.bring_back(routine, by=request.employee)
    messages.success(request, _("It is back."))
    return redirect_to(request, url(request, "detail", routine))

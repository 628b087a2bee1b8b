"""Cases that have to do with each other."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from deviations import selectors, services
from deviations.enums import LinkKind
from deviations.forms.links import LinkForm
from deviations.models import Deviation
from deviations.views.common import Number, case, case_url, form_view
from hms.core.htmx import redirect_to
from hms.core.pages import form_page


@form_view
def add_link(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Link another case by its number."""
    deviation = case(request, number, "deviations.handle")
    form = LinkForm(request.POST or None, reader=request.employee)

    def save(data: dict) -> None:
        if data["other"].pk == deviation.pk:
            form.add_error("other", _("That is the case itself."))
            return
        services.link(deviation, other=data["other"], kind=data["kind"], by=request.employee)

    return form_page(
        request,
        form,
        save=save,
        title=_("Link %(number)s to another case") % {"number": deviation.number},
        submit=_("Link them"),
        back_url=case_url(request, deviation) + "#links",
        done=_("The cases are linked."),
    )


@require_POST
def answer_suggestion(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Say yes or no to a suggested case."""
    deviation = case(request, number, "deviations.handle")
    other = _other(request)
    answer = request.POST.get("answer", "")
    if answer in {LinkKind.RELATED, LinkKind.RECURRENCE}:
        services.link(deviation, other=other, kind=answer, by=request.employee)
    elif answer == LinkKind.DISMISSED:
        services.dismiss(deviation, other=other, by=request.employee)
    return redirect_to(request, case_url(request, deviation) + "#links")


@require_POST
def remove_link(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """They have nothing to do with each other after all."""
    deviation = case(request, number, "deviations.handle")
    services.unlink(deviation, other=_other(request), by=request.employee)
    return redirect_to(request, case_url(request, deviation) + "#links")


def _other(request: HttpRequest) -> Deviation:
    """The other case, by its id; only one that may be opened."""
    asked = request.POST.get("other", "")
    pk = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
    other = selectors.visible_to(request.employee).filter(pk=pk).first()
    if other is None:
        raise Http404
    return other

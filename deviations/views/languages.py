"""What was written in another language."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deviations import services
from deviations.forms import TranslationForm
from deviations.views.common import Number, case, case_url
from hms.core.pages import form_page


@require_http_methods(["GET", "HEAD", "POST"])
def translate(request: HttpRequest, organisation: str, number: Number) -> HttpResponse:
    """Put a translation beside the original."""
    deviation = case(request, number, "deviations.handle")
    known = getattr(deviation, "translation", None)
    initial = {"language": known.language, "text": known.text} if known else {"language": get_language()}
    return form_page(
        request,
        TranslationForm(request.POST or None, initial=initial),
        save=lambda data: services.translate(deviation, by=request.employee, **data),
        title=_("Translate %(number)s") % {"number": deviation.number},
        submit=_("Save"),
        back_url=case_url(request, deviation),
        done=_("The translation is saved."),
        template="deviations/languages/translate.html",
        context={"deviation": deviation},
    )

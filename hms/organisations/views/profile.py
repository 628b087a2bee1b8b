"""The signed-in person's own page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hms.accounts.models import User
from hms.accounts.services import change_preferences
from hms.core.htmx import redirect_to
from hms.organisations import services
from hms.organisations.forms.profile import ContactForm, PreferencesForm
from hms.organisations.models import Absence
from hms.organisations.people import current
from hms.organisations.views.common import url


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, organisation: str) -> HttpResponse:
    """Language, appearance, keyboard, phone; absence; ways to the security pages."""
    me = request.employee
    part = request.POST.get("part", "")
    # A copy, so that an invalid form does not change how this very page is drawn.
    preferences = PreferencesForm(
        request.POST if part == "preferences" else None, instance=User.objects.get(pk=request.user.pk)
    )
    contact = ContactForm(
        request.POST if part == "contact" else None, initial={"phone": me.phone, "note": me.note}, prefix="contact"
    )
    if preferences.is_bound and preferences.is_valid():
        change_preferences(request.user, **preferences.cleaned_data)
    elif contact.is_bound and contact.is_valid():
        services.change_employee(me, by=me, **contact.cleaned_data)
    else:
        context = {
            "preferences": preferences,
            "contact": contact,
            "absences": Absence.objects.filter(employee=me, ends_on__gte=timezone.localdate())
            .select_related("deputy")
            .order_by("starts_on"),
            "holdings": me.role_holdings.filter(current()).select_related("unit", "safety_area"),
        }
        return render(request, "organisations/profile.html", context, status=422 if request.method == "POST" else 200)
    messages.success(request, _("Saved."))
    return redirect_to(request, url(request, "profile"))

"""Inviting an organisation to belong under this one, and answering such an invitation."""

from django import forms
from django.utils.translation import gettext_lazy

from hms.core.forms import HmsForm
from hms.organisations.forms.numbers import OrganisationNumberMixin


class OfferForm(OrganisationNumberMixin, HmsForm):
    """Whom the invitation is for."""

    label = forms.CharField(
        label=gettext_lazy("Who is it for?"),
        max_length=120,
        help_text=gettext_lazy("For your own list, for example the company's name."),
        error_messages={"required": gettext_lazy("Write who it is for.")},
    )
    organisation_number = forms.CharField(
        label=gettext_lazy("Organisation number"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Nine digits. Then nobody else can use the code, whoever gets hold of it."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class CodeForm(HmsForm):
    """The code that the parent organisation gave away."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Sixteen letters and digits, which somebody in the parent organisation has given you."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Write the code you were given.")},
    )

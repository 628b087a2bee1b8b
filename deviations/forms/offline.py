"""The report form without coverage."""

from django import forms
from django.utils.translation import gettext_lazy as _

from deviations.enums import Severity
from deviations.forms.cases import SEVERITY_WORDS
from hms.core.forms import ChoiceCards, HmsForm, PhotoField


class OfflineForm(HmsForm):
    """Drawn only: what is written goes into the draft, which the real form takes over. The same names as there."""

    description = forms.CharField(label=_("What happened?"), widget=forms.Textarea(attrs={"rows": 3}))
    place = forms.CharField(label=_("Where?"), max_length=160, required=False)
    severity = forms.ChoiceField(
        label=_("How serious?"),
        choices=Severity.choices,
        widget=ChoiceCards(descriptions={int(key): text for key, text in SEVERITY_WORDS.items()}),
    )
    photos = PhotoField(label=_("Photo"), required=False)

"""How a poster is wanted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deviations.posters import WORDS, Size
from hms.core.forms import HmsForm


class PosterForm(HmsForm):
    """Languages and size; everything is in the address, so that the page can be printed again."""

    sprak = forms.MultipleChoiceField(
        label=_("Languages on the poster"),
        choices=[(code, words.name) for code, words in WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )
    storrelse = forms.ChoiceField(label=_("Size"), choices=Size.choices, required=False, initial=Size.SHEET)

    @property
    def chosen(self) -> dict[str, Any]:
        """Languages and size: what was asked for, or what the form begins with."""
        if self.is_bound and self.is_valid():
            return {"languages": self.cleaned_data["sprak"], "size": self.cleaned_data["storrelse"] or Size.SHEET}
        return {"languages": self.initial["sprak"], "size": Size.SHEET}

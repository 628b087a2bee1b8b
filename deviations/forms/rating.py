"""«Did it help?»"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deviations.enums import Helped
from deviations.models import Deviation
from deviations.rules import current_rating
from hms.core.forms import ChoiceCards, HmsForm

HELPED_WORDS = {
    Helped.YES: _("It is better now"),
    Helped.PARTLY: _("Something is better, something remains"),
    Helped.NO: _("It is as before. You may reopen the case."),
}


class RatingForm(HmsForm):
    """The reporter's answer, filled in with what was said before."""

    helped = forms.ChoiceField(
        label=_("Did it help?"),
        choices=Helped.choices,
        widget=ChoiceCards(descriptions=HELPED_WORDS),
        error_messages={"required": _("Choose whether it helped.")},
    )
    comment = forms.CharField(
        label=_("What could have been better?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    may_share = forms.BooleanField(
        label=_("You may tell others about it, so that they can learn from it"),
        required=False,
        help_text=_("Without your name, and you may take it back."),
    )

    def __init__(self, *args: Any, deviation: Deviation, **kwargs: Any) -> None:
        rating = current_rating(deviation)
        if rating is not None:
            names = ("helped", "comment", "may_share")
            kwargs.setdefault("initial", {name: getattr(rating, name) for name in names})
        super().__init__(*args, **kwargs)

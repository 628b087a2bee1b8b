"""Stopping dangerous work, and letting it go on."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import LiftBasis
from deviations.models import Deviation
from hms.core.forms import ChoiceCards, HmsForm


class StopForm(HmsForm):
    """What is stopped, where, and since when."""

    what = forms.CharField(
        label=_("What work is stopped?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what work is stopped.")},
    )
    place = forms.CharField(label=_("Where?"), max_length=160)
    since = forms.DateTimeField(label=_("From when?"))

    def __init__(self, *args: Any, deviation: Deviation, **kwargs: Any) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs.setdefault("initial", {"place": deviation.place, "since": now})
        super().__init__(*args, **kwargs)

    def clean_since(self) -> datetime.datetime:
        since: datetime.datetime = self.cleaned_data["since"]
        if since > timezone.now():
            raise ValidationError(_("That has not been yet. Choose now or earlier."))
        if since < timezone.now() - datetime.timedelta(days=365):
            raise ValidationError(_("That is more than a year ago."))
        return since


class LiftForm(HmsForm):
    """Why the work may go on. The employer has only the authority's decision to point at."""

    basis = forms.ChoiceField(
        label=_("Why may the work go on?"), choices=LiftBasis.choices, initial=LiftBasis.SAFE, widget=ChoiceCards
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was done, or when and how the authority decided."),
        error_messages={"required": _("Write why the work may go on.")},
    )

    def __init__(self, *args: Any, represents: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not represents:
            self.fields["basis"].choices = [(LiftBasis.AUTHORITY, LiftBasis.AUTHORITY.label)]
            self.fields["basis"].initial = LiftBasis.AUTHORITY

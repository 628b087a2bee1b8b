"""How a routine was used, and what came of what was said."""

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm
from hms.core.national_ids import NoNationalIdMixin
from hms.organisations.forms.fields import UnitField
from hms.organisations.models import Employee, Unit
from routines.enums import ASKS_OWNER, UseKind, Worked

WHAT_HAPPENS = {
    Worked.WELL: _("People knew it, and it was right"),
    Worked.BETTER: _("It works, but something should be changed. The owner is asked to look at it"),
    Worked.UNCLEAR: _("People understood it differently. The owner is asked to look at it"),
    Worked.NOT_FOLLOWED: _("The work was done in another way. Afterwards you can report it as a deviation"),
}


class LogUseForm(NoNationalIdMixin, HmsForm):
    """«This is how it was used»."""

    kind = forms.ChoiceField(label=_("Where was it used?"), choices=[("", _("Choose …")), *UseKind.choices])
    used_on = forms.DateField(label=_("When?"), widget=forms.DateInput)
    unit = UnitField()
    people = forms.IntegerField(
        label=_("How many took part?"), required=False, min_value=1, max_value=10_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    worked = forms.ChoiceField(
        label=_("How did it go?"), choices=Worked.choices, widget=ChoiceCards(descriptions=WHAT_HAPPENS)
    )
    note = forms.CharField(
        label=_("What did you see?"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Without names. Say what was unclear, and what would be better."),
    )  # fmt: skip

    def __init__(self, *args: Any, units: QuerySet[Unit], by: Employee, **kwargs: Any) -> None:
        known = set(units.values_list("pk", flat=True))
        unit = by.unit_id if by.unit_id in known else min(known) if len(known) == 1 else None
        kwargs["initial"] = {"used_on": timezone.localdate(), "unit": unit}
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["used_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_used_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["used_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("That day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("worked") in ASKS_OWNER and not data.get("note") and "note" not in self.errors:
            self.add_error("note", _("Say what should be better, so that the owner can do something about it."))
        return data


class FollowUpForm(NoNationalIdMixin, HmsForm):
    """What the owner did about it."""

    outcome = forms.CharField(
        label=_("What did you do about it?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what came of it. One sentence is enough.")},
    )  # fmt: skip

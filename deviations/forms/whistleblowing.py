"""Forms about whistleblowing."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.models import WhistleblowingReceiver, WhistleblowingSettings
from hms.core.forms import HmsForm, HmsModelForm
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee
from hms.organisations.people import current
from hms.organisations.selectors import employed


class MakeWhistleblowingForm(HmsForm):
    """Why, and whom it is about."""

    reason = forms.CharField(
        label=_("Why is this whistleblowing?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the receivers read this."),
    )
    about = PersonField(
        label=_("Whom is it about?"),
        required=False,
        empty_label=_("Nobody here, or not known"),
        help_text=_("That person never gets the case, and neither do those they lead or their deputies."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].offer(employed())


class ReasonForm(HmsForm):
    """Why it is a deviation after all."""

    reason = forms.CharField(
        label=_("Why is it not whistleblowing?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class SubjectForm(HmsForm):
    """Somebody a case is about."""

    person = PersonField(label=_("Whom is it about?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].offer(employed())


class ReceiverForm(HmsForm):
    """Somebody who shall receive whistleblowing."""

    employee = PersonField(label=_("Who shall receive whistleblowing?"))
    position = forms.IntegerField(
        label=_("Place in the order"),
        min_value=1,
        max_value=99,
        initial=1,
        help_text=_("The first who is not in conflict gets the case. The others have access."),
    )
    is_outside_line = forms.BooleanField(
        label=_("Stands outside the line of management"),
        required=False,
        help_text=_("For example a board member, a lawyer or the occupational health service."),
    )
    starts_on = forms.DateField(label=_("From"), initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        receiving = WhistleblowingReceiver.objects.filter(current() | Q(starts_on__gt=timezone.localdate())).values(
            "employee"
        )
        self.fields["employee"].offer(employed().exclude(pk__in=receiving))

    def clean_starts_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["starts_on"]
        if day < timezone.localdate():
            raise ValidationError(_("Choose today or later."))
        return day

    def clean_employee(self) -> Employee:
        person: Employee = self.cleaned_data["employee"]
        if person.user_id is None:
            raise ValidationError(_("This person cannot sign in, and could not open a case. Invite them first."))
        return person


class WishesForm(HmsModelForm):
    """What the organisation says about whistleblowing."""

    routine_url = forms.URLField(
        label=_("Address of the whistleblowing routine"),
        required=False,
        assume_scheme="https",
        help_text=_("Where people read the whole routine. Empty: no link is shown."),
    )

    class Meta:
        model = WhistleblowingSettings
        fields = ["routine_url", "routine_text", "contact"]
        help_texts = {
            "routine_text": _("How to speak up, and how it is handled (Working Environment Act, section 2 A-6)."),
            "contact": _("Name, position and phone of the top leader or a board member, for when all are in conflict."),
        }
        widgets = {"routine_text": forms.Textarea(attrs={"rows": 4})}

"""Asking for a view, and giving it."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.models import Deviation
from deviations.selectors import subject_ids_of
from hms.core.forms import HmsForm
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee
from hms.organisations.selectors import employed

DAYS = 7


class AskForm(HmsForm):
    """Whom, what, by when, and whether they may read what was reported."""

    asked = PersonField(label=_("Whose view do you want?"))
    question = forms.CharField(
        label=_("What do you want to know?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write no more about the case and the people in it than this person needs."),
        error_messages={"required": _("Write a question.")},
    )
    due_on = forms.DateField(label=_("Answer by"))
    shows_case = forms.BooleanField(
        label=_("Show what was reported"),
        required=False,
        help_text=_("The title, the text and the place. Never who reported it, comments or files."),
    )

    def __init__(self, *args: Any, deviation: Deviation, asker: Employee, **kwargs: Any) -> None:
        due = timezone.localdate() + datetime.timedelta(days=DAYS)
        kwargs.setdefault("initial", {"due_on": due, "shows_case": not deviation.is_confidential})
        super().__init__(*args, **kwargs)
        self.fields["asked"].offer(employed().exclude(pk__in=subject_ids_of(deviation) | {asker.pk}))
        if deviation.is_confidential:
            self.fields["shows_case"].help_text = _(
                "The case is confidential: choose this only when the person must read it. Every opening is logged."
            )

    def clean_due_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise ValidationError(_("Choose today or later."))
        return day


class ViewForm(HmsForm):
    """Somebody's view; or that they decline, with a reason if they like."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, declines: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declines = declines
        self.fields["text"].is_conditional = True  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text and not self.declines:
            raise ValidationError(_("Write your answer, or decline."))
        return text

"""What people choose about their notifications."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm
from hms.notifications.choices import Choice
from hms.notifications.enums import RoutineMail


class PreferenceForm(HmsForm):
    """How often routine reminders come by e-mail."""

    routine_mail = forms.ChoiceField(
        label=_("Reminders about what you must do"),
        choices=RoutineMail.choices,
        widget=ChoiceCards,
        help_text=_("New tasks, critical ones and answers to you always come at once."),
    )

    def __init__(self, *args: Any, choices: Sequence[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for choice in choices:
            self.fields[choice.name] = forms.BooleanField(label=choice.label, required=False)

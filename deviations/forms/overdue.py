"""An action that was not done in time becomes a deviation."""

from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from deviations.enums import Severity
from hms.actions.models import Action
from hms.core.forms import ChoiceCards, HmsForm, IdempotentMixin
from hms.organisations.forms.fields import UnitField


class MissedActionForm(IdempotentMixin, HmsForm):
    """Filled in with what was to be done and when."""

    description = forms.CharField(
        label=_("What happened?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Say what may happen because it is not done. Blame nobody."),
        error_messages={"required": _("Write what happened. One sentence is enough.")},
    )
    unit = UnitField(label=_("Unit"), empty_label=None)
    severity = forms.TypedChoiceField(
        label=_("How serious?"),
        choices=Severity.choices,
        coerce=int,
        widget=ChoiceCards,
        error_messages={"required": _("Choose how serious it was.")},
    )

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        day = formats.date_format(action.assignment.due_on, "SHORT_DATE_FORMAT")
        text = _now("An action was not done in time. It should have been done by %(day)s: %(title)s") % {
            "day": day,
            "title": action.title,
        }
        kwargs.setdefault("initial", {"description": text, "unit": action.plan.unit_id})
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(also=action.plan.unit)

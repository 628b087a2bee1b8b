"""Forms that move a case, or part of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deviations.enums import Severity
from deviations.models import Deviation
from deviations.selectors import category_choices
from hms.core.forms import HmsForm, IdempotentMixin
from hms.files.models import Attachment
from hms.organisations.forms.fields import UnitField


class MoveForm(HmsForm):
    """Another unit, and why."""

    unit = UnitField(label=_("Which unit does it belong to?"))
    reason = forms.CharField(
        label=_("Why is it moved?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The reporter reads it too."),
        error_messages={"required": _("Write why. One sentence is enough.")},
    )

    def __init__(self, *args: Any, deviation: Deviation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer()
        self.fields["unit"].queryset = self.fields["unit"].queryset.exclude(pk=deviation.unit_id)


class SplitForm(IdempotentMixin, HmsForm):
    """The part that becomes a case of its own."""

    title = forms.CharField(label=_("Title"), max_length=160)
    description = forms.CharField(
        label=_("What happened?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Keep the part that belongs to the new case. What was reported stays as it is."),
        error_messages={"required": _("Write what the new case is about.")},
    )
    unit = UnitField(label=_("Unit"), empty_label=None)
    category = forms.ChoiceField(label=_("Category"), choices=(), required=False)
    severity = forms.TypedChoiceField(label=_("How serious?"), choices=Severity.choices, coerce=int)
    attachments = forms.TypedMultipleChoiceField(
        label=_("Files to copy"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, deviation: Deviation, files: list[Attachment], **kwargs: Any) -> None:
        names = ("description", "category", "severity")
        kwargs.setdefault("initial", {name: getattr(deviation, name) for name in names} | {"unit": deviation.unit_id})
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(also=deviation.unit)
        self.fields["category"].choices = [("", "—"), *category_choices(also=deviation.category)]
        if files:
            self.fields["attachments"].choices = [(file.pk, file.alternative_text or file.name) for file in files]
        else:
            del self.fields["attachments"]

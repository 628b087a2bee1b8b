"""Taking a template up, and putting its news together with one's own text."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm
from hms.organisations.forms.fields import PersonField, UnitField
from hms.organisations.models import Employee
from hms.organisations.selectors import employed
from routines.merging import Choice, Merge
from routines.rules import may_own_here


class AdoptForm(HmsForm):
    """Whose the routine will be, and in which language."""

    unit = UnitField(help_text=_("It is for everybody who works here and below, until you say something else."))
    owner = PersonField(label=_("Owner"), help_text=_("Answers for what stands in it, and revises it."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    with_translations = forms.BooleanField(
        label=_("Take the other languages along"),
        required=False,
        help_text=_("As drafts of translations. They can be sent when the routine is in force."),
    )

    def __init__(self, *args: Any, by: Employee, language: str, languages: Collection[str], **kwargs: Any) -> None:
        kwargs["initial"] = {"unit": by.unit_id, "owner": by.pk, "language": language, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["language"].choices = [choice for choice in settings.LANGUAGES if choice[0] in languages]  # type: ignore[attr-defined]
        self.fields["unit"].offer()  # type: ignore[attr-defined]
        self.fields["owner"].offer(employed())  # type: ignore[attr-defined]

    def clean_unit(self) -> Any:
        unit = self.cleaned_data["unit"]
        if not may_own_here(self.by, unit):
            raise forms.ValidationError(_("Choose a unit that you lead."))
        return unit


class MergeForm(HmsForm):
    """A choice for each place that both the routine and its template have changed."""

    stamp = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, merged: Merge, stamp: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"stamp": stamp}, **kwargs)
        self.names = [f"choice_{number}" for number, _part in enumerate(merged.conflicts, start=1)]
        for number, name in enumerate(self.names, start=1):
            self.fields[name] = forms.ChoiceField(
                label=_("What shall stand in place %(number)d?") % {"number": number},
                choices=[(Choice.OURS, _("Our text")), (Choice.THEIRS, _("The template's text")), (Choice.BOTH, _("Both"))],
                widget=ChoiceCards(columns=3),
                error_messages={"required": _("Choose which text shall stand.")},
            )  # fmt: skip

    def choices(self) -> list[Choice]:
        """What was chosen, in the order of the text."""
        return [Choice(self.cleaned_data[name]) for name in self.names]

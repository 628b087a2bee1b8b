"""What readers say, and signatures on paper."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hms.core.forms import HmsForm
from hms.organisations.models import Employee
from routines.selectors import Standing


class QuestionForm(HmsForm):
    """«I wonder about something»."""

    text = forms.CharField(
        label=_("What do you wonder about?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what you wonder about. One sentence is enough.")},
    )


class AnswerForm(HmsForm):
    """The owner's answer."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the answer first.")},
    )


class PaperForm(HmsForm):
    """Who has signed the printed list."""

    people = forms.ModelMultipleChoiceField(
        label=_("These have signed"),
        queryset=Employee.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick those who have signed.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self,
        *args: Any,
        people: list[Employee],
        version: int,
        standings: Collection[Standing] = (),
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"version": version}
        super().__init__(*args, **kwargs)
        waiting = Employee.objects.filter(pk__in=[person.pk for person in people])
        self.fields["people"].queryset = waiting  # type: ignore[attr-defined]
        if standings:
            own = (str(version), _("The routine's own"))
            others = [
                (f"{one.version.language} {one.version.label}", one.version.get_language_display()) for one in standings
            ]
            self.fields["sheet"] = forms.ChoiceField(label=_("In which language was the list?"), choices=[own, *others])

    def read(self) -> dict[str, Any]:
        """What they have read, as `services.confirm` takes it."""
        sheet = self.cleaned_data.get("sheet", "")
        if " " in sheet:
            return {"version": int(sheet.partition(" ")[2].partition(".")[0]), "read_in": sheet}
        return {"version": self.cleaned_data["version"]}

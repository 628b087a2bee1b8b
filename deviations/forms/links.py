"""Forms that name another case: to link it, or to merge into it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deviations.enums import LinkKind
from deviations.models import Deviation
from deviations.selectors import visible_to
from hms.core.forms import ChoiceCards, HmsForm
from hms.organisations.models import Employee

_NUMBER = re.compile(r"(\d{4})-(\d{1,6})")


class CaseNumberField(forms.CharField):
    """The number of a case that somebody may see; cleans to the case."""

    reader: Employee

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> Deviation | None:  # type: ignore[override]
        text = super().clean(value)
        if not text:
            return None
        match = _NUMBER.fullmatch(text)
        found = None
        if match is not None and match[1].isascii() and match[2].isascii():
            numbers = {"year": int(match[1]), "sequence": int(match[2])}
            found = visible_to(self.reader).select_related("handling__assignee", "plan").filter(**numbers).first()
        if found is None:
            raise ValidationError(_("You have no case with that number. Write it as on its page: “2026-0142”."))
        return found


class LinkForm(HmsForm):
    """Another case, and what the two have to do with each other."""

    other = CaseNumberField(label=_("Number of the other case"))
    kind = forms.ChoiceField(
        label=_("What have they to do with each other?"),
        choices=[
            (LinkKind.RELATED, LinkKind.RELATED.label),
            (LinkKind.RECURRENCE, LinkKind.RECURRENCE.label),
        ],
        initial=LinkKind.RELATED,
        widget=ChoiceCards(
            descriptions={
                LinkKind.RELATED: _("The same place, the same cause, or one led to the other"),
                LinkKind.RECURRENCE: _("This case is the other one happening again"),
            }
        ),
    )

    def __init__(self, *args: Any, reader: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].reader = reader


class MergeForm(HmsForm):
    """The case that goes on, and why."""

    into = CaseNumberField(label=_("Number of the case that goes on"))
    reason = forms.CharField(
        label=_("How do you know that it is the same?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For those who handle the cases. The reporters do not read it."),
        error_messages={"required": _("Write why. One sentence is enough.")},
    )

    def __init__(self, *args: Any, reader: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].reader = reader

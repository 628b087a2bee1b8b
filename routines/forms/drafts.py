"""Beginning a routine, writing it, and what is said of a draft."""

import datetime
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm, MultipleFileField
from hms.files.forms import clean_uploads
from hms.organisations.forms.fields import PersonField, UnitField
from hms.organisations.models import Employee
from hms.organisations.selectors import employed
from routines.enums import Category, Opinion
from routines.forms.control import ControlFields
from routines.markdown import MOST_CHARACTERS
from routines.models import Draft
from routines.rules import may_own_here

REVIEWERS = 3


class NewRoutineForm(HmsForm):
    """What a routine is called, what it is about, and who answers for it."""

    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        help_text=_("What somebody looks for when they need it: “Needlestick injuries and spilt blood”."),
        error_messages={"required": _("Give the routine a title.")},
    )
    category = forms.ChoiceField(label=_("What is it about?"), choices=[("", _("Choose …")), *Category.choices])
    unit = UnitField(help_text=_("It is for everybody who works here and below, until you say something else."))
    owner = PersonField(label=_("Owner"), help_text=_("Answers for what stands in it, and revises it."))

    def __init__(self, *args: Any, by: Employee, **kwargs: Any) -> None:
        kwargs["initial"] = {"unit": by.unit_id, "owner": by.pk, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["unit"].offer()  # type: ignore[attr-defined]
        self.fields["owner"].offer(employed())  # type: ignore[attr-defined]

    def clean_unit(self) -> Any:
        unit = self.cleaned_data["unit"]
        if not may_own_here(self.by, unit):
            raise forms.ValidationError(_("Choose a unit that you lead."))
        return unit


class DraftForm(ControlFields, HmsForm):
    """The text of a draft, and what is new in it. Carries the revision that the writer saw."""

    title = forms.CharField(label=_("Title"), max_length=160, error_messages={"required": _("Give it a title.")})
    text = forms.CharField(
        label=_("Text"),
        max_length=MOST_CHARACTERS,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "data-editor": "", "spellcheck": "true"}),
    )
    change_note = forms.CharField(
        label=_("What is new, and why?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Readers see it beside the changes."),
    )
    is_material = forms.TypedChoiceField(
        label=_("Does the change matter to those who follow the routine?"),
        choices=[("1", _("Yes, they must read what is new")), ("0", _("No, it is a typo or a new phone number"))],
        coerce=lambda value: value == "1",
        widget=ChoiceCards(
            descriptions={
                "1": _("Everybody it is for is asked, and sees only what has changed since they read it."),
                "0": _("Nobody is asked."),
            }
        ),
    )
    valid_from = forms.DateField(
        label=_("In force from"),
        required=False,
        widget=forms.DateInput,
        help_text=_("Empty: as soon as it is approved."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "title": draft.title,
                "text": draft.text,
                "change_note": draft.change_note,
                "is_material": "1" if draft.is_material else "0",
                "valid_from": draft.valid_from,
                "revision": draft.revision,
                **self.control_initial(draft),
            },
        )
        super().__init__(*args, **kwargs)
        self.draft = draft
        # The first version has nothing to compare with.
        if draft.routine.current_id is None:
            del self.fields["is_material"], self.fields["change_note"]
        elif draft.is_translation:
            # It says what the routine says already: it asks nobody.
            del self.fields["is_material"]

    def clean_text(self) -> str:
        return self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")

    def clean_change_note(self) -> str:
        return " ".join(self.cleaned_data["change_note"].split())

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())


class SendForm(HmsForm):
    """Who looks through a draft besides the safety representative."""

    reviewer_1 = PersonField(label=_("Who shall look through it?"), required=False)
    reviewer_2 = PersonField(label=_("One more"), required=False)
    reviewer_3 = PersonField(label=_("And one more"), required=False)
    due_on = forms.DateField(label=_("Answer by"), widget=forms.DateInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, draft: Draft, due_on: datetime.date, **kwargs: Any) -> None:
        kwargs["initial"] = {"revision": draft.revision, "due_on": due_on, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        others = employed().exclude(pk=draft.author_id)
        for number in range(1, REVIEWERS + 1):
            self.fields[f"reviewer_{number}"].offer(others)  # type: ignore[attr-defined]
        original = draft.routine.current
        if draft.is_translation and original is not None:
            self.fields["follows"] = forms.BooleanField(
                label=_("It says the same as version %(number)d, which is in force") % {"number": original.number},
                error_messages={"required": _("Compare it with the text in force, and tick that it says the same.")},
            )
            self.fields["translates"] = forms.IntegerField(
                widget=forms.HiddenInput, min_value=1, initial=original.number
            )

    def clean_due_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Choose today or a later day."))
        return day

    def reviewers(self) -> list[Employee]:
        """Those who were chosen."""
        names = (f"reviewer_{number}" for number in range(1, REVIEWERS + 1))
        return [person for name in names if (person := self.cleaned_data.get(name)) is not None]


class ReviewForm(HmsForm):
    """What somebody thinks of a draft."""

    opinion = forms.ChoiceField(
        label=_("What do you think?"),
        choices=Opinion.choices,
        widget=ChoiceCards(
            descriptions={
                Opinion.ENDORSE: _("It can go on as it is."),
                Opinion.COMMENT: _("Say what, and whoever writes it sees to it."),
                Opinion.DISAGREE: _("Whoever approves it must reply to you first."),
            }
        ),
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("opinion") in {Opinion.COMMENT, Opinion.DISAGREE} and not data.get("comment", "").strip():
            self.add_error("comment", _("Say what should be otherwise."))
        return data


class ApproveForm(HmsForm):
    """Approving; with a reply or a reason where one is needed."""

    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))

    with_blanks = forms.BooleanField(
        label=_("Approve it with these blanks"),
        error_messages={"required": _("Send it back to be filled in, or tick that it shall stand like this.")},
    )

    def __init__(
        self, *args: Any, label: Any = "", required: bool = False, blanks: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if blanks:
            words = _("Not filled in yet: %(blanks)s.")
            self.fields["with_blanks"].help_text = words % {"blanks": ", ".join(blanks)}
        else:
            del self.fields["with_blanks"]
        field = self.fields["note"]
        field.label = label or field.label
        field.required = required
        field.error_messages["required"] = _("Write it first. One sentence is enough.")


class ReasonForm(HmsForm):
    """Why."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why. One sentence is enough.")},
    )


class FilesForm(HmsForm):
    """Pictures and documents for the text."""

    files = MultipleFileField(label=_("Pictures and documents"), help_text=_("At most 20 MB each."))

    def clean_files(self) -> list[Any]:
        return clean_uploads(self.cleaned_data["files"])


class PlaceForm(HmsForm):
    """Put one file into the text, with what it shows."""

    file = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    words = forms.CharField(
        label=_("What it shows"), max_length=200, help_text=_("Is read aloud to those who do not see it.")
    )

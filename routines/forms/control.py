"""The control question: written by an author, answered by a reader."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm
from routines.control import MOST_ANSWERS, Control
from routines.models import Draft, Version

NUMBERS = range(1, MOST_ANSWERS + 1)
NAMES = ["control_question", *(f"control_answer_{number}" for number in NUMBERS), "control_right", "control_why"]


class ControlFields(forms.Form):
    """The question, its answers and the right one, as part of a draft's form.

    What is half written is kept, since it is saved while one writes; :meth:`require_whole_control` says what is missing.
    Cleans to the draft's own columns.
    """

    control_question = forms.CharField(label=_("Question"), max_length=300, required=False)
    control_answer_1 = forms.CharField(label=_("Answer 1"), max_length=200, required=False)
    control_answer_2 = forms.CharField(label=_("Answer 2"), max_length=200, required=False)
    control_answer_3 = forms.CharField(label=_("Answer 3"), max_length=200, required=False)
    control_answer_4 = forms.CharField(label=_("Answer 4"), max_length=200, required=False)
    control_right = forms.ChoiceField(
        label=_("Which is right?"),
        required=False,
        choices=[("1", _("Answer 1")), ("2", _("Answer 2")), ("3", _("Answer 3")), ("4", _("Answer 4"))],
        widget=ChoiceCards(columns=2),
    )
    control_why = forms.CharField(
        label=_("To those who answer wrong"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Where it stands, and why. Name a heading, and it becomes a link."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The whole group is optional; these are needed once there is a question.
        for name in ("control_question", "control_answer_1", "control_answer_2", "control_right"):
            self.fields[name].is_conditional = True  # type: ignore[attr-defined]

    @staticmethod
    def control_initial(draft: Draft) -> dict[str, Any]:
        """What the fields show of a draft."""
        control = draft.control
        answers = {f"control_answer_{number}": answer for number, answer in enumerate(control.answers, start=1)}
        right = "" if control.right is None else str(control.right + 1)
        return {"control_question": control.question, **answers, "control_right": right, "control_why": control.why}

    def control_parts(self) -> list[forms.BoundField]:
        """The fields in order, for the template."""
        return [self[name] for name in NAMES]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        typed = [" ".join(data.pop(f"control_answer_{number}", "").split()) for number in NUMBERS]
        chosen = data.get("control_right")
        place = int(chosen) - 1 if chosen else None
        data["control_question"] = " ".join(data.get("control_question", "").split())
        data["control_answers"] = [answer for answer in typed if answer]
        data["control_right"] = (
            sum(bool(answer) for answer in typed[:place]) if place is not None and typed[place] else None
        )
        data["control_why"] = data.get("control_why", "").strip()
        return data

    def control(self) -> Control:
        """What was written, of cleaned data."""
        data = self.cleaned_data
        return Control(
            data.get("control_question", ""), tuple(data["control_answers"]), data.get("control_right"),
            data.get("control_why", ""),
        )  # fmt: skip

    def shown_control(self) -> Control:
        """The question as it stands in the form: as it was typed, or as the draft has it."""
        draft: Draft = self.draft  # type: ignore[attr-defined]
        return self.control() if self.is_bound else draft.control

    def has_control(self) -> bool:
        """Whether there is anything to see in the fields, or to put right."""
        return bool(self.shown_control()) or any(name.startswith("control_") for name in self.errors)

    def require_whole_control(self) -> None:
        """Let a question that is half written be an error, next to what is missing."""
        for name, words in self.control().problems():
            self.add_error(name, words)


class ConfirmForm(HmsForm):
    """«Read and understood», with an answer where the version asks something."""

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        control = version.control
        if control:
            self.fields["answer"] = forms.TypedChoiceField(
                label=control.question,
                choices=list(enumerate(control.answers)),
                coerce=int,
                widget=ChoiceCards,
                error_messages={"required": _("Answer the question first.")},
            )

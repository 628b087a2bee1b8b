"""A good example, written so that it names nobody."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deviations.models import Deviation, GoodExample
from deviations.selectors import category_choices, names_in, reporters_words_in
from hms.core.forms import HmsForm, PhotoField
from hms.files.forms import PicturesMixin
from hms.files.models import Attachment
from hms.organisations.models import Unit

TEXTS = ("title", "problem", "done", "better")


def _text(label: Any, missing: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=1500, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )  # fmt: skip


class ExampleForm(PicturesMixin, HmsForm):
    """Problem, what was done, what became better, and pictures from before and after.

    Names of people who work here and the reporter's own words are pointed out, and go through only when the writer
    says that it is all right.
    """

    title = forms.CharField(
        label=_("Title"), max_length=120, error_messages={"required": _("Write a short title.")},
        help_text=_("What became better, in a few words."),
    )  # fmt: skip
    problem = _text(
        _("What was the problem?"), _("Write what the problem was."), _("In your own words, not the reporter's.")
    )
    done = _text(_("What was done?"), _("Write what was done."))
    better = _text(_("What became better?"), _("Write what became better."))
    before = forms.TypedMultipleChoiceField(
        label=_("Pictures from before"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    after = forms.TypedMultipleChoiceField(
        label=_("Pictures from after"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    photos = PhotoField(label=_("New pictures from after"), required=False)
    is_checked = forms.BooleanField(
        label=_("I have read it again: nobody can be recognised"),
        required=False,
        help_text=_("Neither in the text nor in the pictures."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, deviation: Deviation, example: GoodExample | None, pictures: list[Attachment], **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"version": example.version if example else 0}
        if example is not None:
            initial |= {name: getattr(example, name) for name in TEXTS}
        super().__init__(*args, initial=initial, **kwargs)
        self.deviation = deviation
        choices = [
            (picture.pk, _("Picture %(number)d") % {"number": number}) for number, picture in enumerate(pictures, 1)
        ]
        for name in ("before", "after"):
            if choices:
                self.fields[name].choices = choices
            else:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("is_checked"):
            for name in TEXTS:
                for warning in self._warnings(data.get(name) or ""):
                    self.add_error(name, warning)
        return data

    def _warnings(self, text: str) -> list[ValidationError]:
        found = []
        if names := names_in(text, self.deviation):
            found.append(
                ValidationError(
                    _(
                        "This looks like a name: %(names)s. Take it out, or confirm below that nobody can be recognised."
                    ),
                    code="names",
                    params={"names": ", ".join(names)},
                )
            )
        if words := reporters_words_in(text, self.deviation):
            found.append(
                ValidationError(
                    _("These are the reporter's own words: “%(words)s”. Say it in yours, or confirm below."),
                    code="words",
                    params={"words": words},
                )
            )
        return found


class ExampleFilterForm(HmsForm):
    """Which good examples to show."""

    unit = forms.ModelChoiceField(label=_("Unit"), required=False, queryset=Unit.objects.none(), empty_label=_("All"))
    category = forms.ChoiceField(label=_("Kind"), required=False, choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.order_by("name")
        self.fields["category"].choices = [("", _("All")), *category_choices(all_of_them=True)]

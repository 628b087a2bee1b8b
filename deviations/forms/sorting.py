"""What sort of thing it is, what it is written in, whether a routine covered it: asked of reporter and handler."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deviations.enums import NOT_DEVIATIONS, ReportKind, RoutineCover, TextLanguage
from deviations.models import Deviation
from deviations.selectors import category_choices
from hms.core.forms import HmsForm
from hms.organisations.forms.fields import NameInput

_DEVIATIONS = [(value, label) for value, label in ReportKind.choices if value not in NOT_DEVIATIONS]
# What one is asked to write, where it is not «what happened».
WORDS = {ReportKind.SUGGESTION: _("What could be better?"), ReportKind.PRAISE: _("Who did what well?")}
_COVER = [("", "—"), *RoutineCover.choices]


class SortingMixin(forms.Form):
    """For the report: all of it optional, so that the form stays half a minute."""

    kind = forms.ChoiceField(
        label=_("What sort?"), choices=_DEVIATIONS, initial=ReportKind.UNSAFE_CONDITION, required=False
    )
    language = forms.ChoiceField(
        label=_("Written in"),
        choices=TextLanguage.choices,
        required=False,
        help_text=_("Write in the language you know best. We see to it that it is understood."),
    )
    routine_cover = forms.ChoiceField(label=_("Did a routine cover this?"), choices=_COVER, required=False)
    routine_name = forms.CharField(label=_("Which routine?"), max_length=160, required=False)

    def sort_as(self, kind: str) -> None:
        """Fit the form to what somebody wants to tell: a deviation (empty), a suggestion, praise."""
        self.wanted_kind = kind
        self.fields["language"].initial = get_language()
        # A default that stands there already is nothing one has to be told one may leave.
        self.fields["kind"].is_conditional = self.fields["language"].is_conditional = True
        if kind:
            self.fields["description"].label = WORDS[kind]
            self.fields["unit"].label = _("Which unit is it about?")
            for name in ("kind", "severity", "about_my_manager", "occurred_on", "routine_cover", "routine_name"):
                self.fields.pop(name, None)

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or ReportKind.UNSAFE_CONDITION


class TriageSortingMixin(forms.Form):
    """For the handler, who may know better. What is not on the form that was sent stays as it is."""

    kind = forms.ChoiceField(label=_("What sort?"), choices=ReportKind.choices, required=False)
    routine_cover = forms.ChoiceField(label=_("Did a routine cover this?"), choices=_COVER, required=False)
    routine_name = forms.CharField(
        label=_("Which routine?"),
        max_length=160,
        required=False,
        help_text=_("Name it, so that whoever owns the routine can make it better."),
        widget=NameInput("routine"),
    )
    language = forms.ChoiceField(
        label=_("Written in"), choices=[("", "—"), *TextLanguage.choices], required=False
    )  # fmt: skip

    def sort_case(self, deviation: Deviation) -> None:
        """Offer the organisation's categories, and keep what the case says already."""
        self.sorted_case = deviation
        self.fields["category"].choices = [("", "—"), *category_choices(also=deviation.category)]
        for name in TriageSortingMixin.base_fields:
            self.fields[name].initial = getattr(deviation, name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in TriageSortingMixin.base_fields:
            if name not in self.data or (name == "kind" and not data.get(name)):
                data[name] = getattr(self.sorted_case, name)
        return data


class SortingFilterMixin(forms.Form):
    """For the list."""

    kind = forms.ChoiceField(label=_("What sort?"), required=False, choices=[("", _("All")), *ReportKind.choices])
    routine_cover = forms.ChoiceField(
        label=_("Routine"), required=False, choices=[("", _("All")), *RoutineCover.choices]
    )

    def offer_categories(self, categories: Iterable[tuple[str, Any]] | None = None) -> None:
        """The organisation's categories; those out of use too, because older cases have them."""
        if categories is None:
            categories = category_choices(all_of_them=True)
        self.fields["category"].choices = [("", _("All")), *categories]


class TranslationForm(HmsForm):
    """What the reporter wrote, in a language the workplace reads."""

    language = forms.ChoiceField(label=_("Translated to"), choices=TextLanguage.choices)
    text = forms.CharField(
        label=_("Translation"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write the translation.")},
    )


class CategoryForm(HmsForm):
    """A category's name, and whether it can be chosen."""

    name = forms.CharField(
        label=_("Name"), max_length=60, error_messages={"required": _("Write a name.")}
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=_("In use"),
        required=False,
        help_text=_("Out of use, it can no longer be chosen. Cases that have it keep it."),
    )

    def __init__(self, *args: Any, is_new: bool, standard: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            del self.fields["is_active"]
        if standard:
            self.fields["name"].required = False
            self.fields["name"].is_conditional = True
            self.fields["name"].help_text = _("Left empty, it is called “%(name)s”.") % {"name": standard}

"""Texts from other programs, and to them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm
from routines.enums import FileFormat
from routines.exchange.bringing import MOST_BYTES, Brought, CannotRead, bring
from routines.models import Draft, Incoming


class BringForm(HmsForm):
    """A file with a text."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("Word (.docx), HTML or Markdown, at most 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.html,.htm,.md,.markdown,.txt"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    brought: Brought

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.brought = bring(file.read(MOST_BYTES + 1), file.name or "")
        except CannotRead as problem:
            raise ValidationError(str(problem)) from problem
        return file


class TakeOverForm(HmsForm):
    """Whether what was brought in replaces the draft's text or stands after it."""

    title = forms.CharField(label=_("Title"), max_length=160, error_messages={"required": _("Give it a title.")})
    place = forms.ChoiceField(
        label=_("What becomes of the draft's text?"),
        choices=[("instead", _("The new text takes its place")), ("after", _("The new text stands after it"))],
        widget=ChoiceCards,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, draft: Draft, incoming: Incoming, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "title": draft.title if draft.base_id else incoming.title or draft.title,
            "place": "instead",
            "revision": draft.revision,
        }
        super().__init__(*args, **kwargs)
        if not draft.text.strip():
            self.fields["place"].required = False
            self.fields["place"].widget = forms.HiddenInput()


class FormatForm(HmsForm):
    """What sort of file somebody wants."""

    format = forms.ChoiceField(
        label=_("What shall it be?"),
        choices=FileFormat.choices,
        initial=FileFormat.PDF,
        widget=ChoiceCards(
            descriptions={
                FileFormat.PDF: _("To print or send: with contents, page numbers, who approved it, and all versions."),
                FileFormat.WORD: _("To go on working with in Word."),
                FileFormat.MARKDOWN: _("The text as it is written here. With its pictures, when it has any."),
            }
        ),
    )

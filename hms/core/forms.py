"""Form base classes, fields, and the renderer that draws every form in our design (also allauth's).

A template writes `{{ form.field.as_field_group }}`, or `{{ form }}` for all fields. Every form works without
JavaScript. Errors: the view answers 422, `{% error_summary form %}` stands first, and `<title>` says so.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

MEGABYTE = 1024 * 1024


class FormRenderer(TemplatesSetting):
    """Draws with templates/components/forms, and gives every widget its class."""

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if "widget" in context:
            _dress(context["widget"])
        if template_name == forms.Select.template_name:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _dress(widget: dict[str, Any]) -> None:
    for part in widget.get("subwidgets", [widget]):
        attributes = part.get("attrs", {})
        if "ds-input" not in attributes.get("class", ""):
            attributes["class"] = f"ds-input {attributes.get('class', '')}".strip()


def _select(widget: dict[str, Any]) -> SafeString:
    """A `<select>` in one go: Django's templates are two for every option, and lists have many units."""
    groups = []
    for name, options, _index in widget["optgroups"]:
        drawn = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((str(option["value"]), flatatt(option["attrs"]), option["label"]) for option in options),
        )
        groups.append((format_html('<optgroup label="{}">{}</optgroup>', name, drawn) if name else drawn,))
    return format_html(
        '<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), format_html_join("", "{}", groups)
    )


class ChoiceCards(forms.RadioSelect):
    """Radio buttons as cards, each with a line that explains it.

    `descriptions` maps value → text; `columns` is how many stand side by side where there is room.
    """

    def __init__(self, *args: Any, descriptions: Mapping[Any, Any] | None = None, columns: int = 1, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.descriptions = descriptions or {}
        self.columns = columns

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["columns"] = self.columns
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        by_value = {str(getattr(key, "value", key)): text for key, text in self.descriptions.items()}
        option["description"] = by_value.get(str(value), "")
        return option


class MultipleFileInput(forms.FileInput):
    """A file input that gives a list."""

    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Several files; cleans to a list, empty when none. What the files are is checked by `hms.files`."""

    widget = MultipleFileInput
    max_files = 10
    max_bytes = 20 * MEGABYTE

    def __init__(self, *, max_files: int | None = None, max_bytes: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_files = max_files or self.max_files
        self.max_bytes = max_bytes or self.max_bytes

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:  # type: ignore[override]
        files = [file for file in (data if isinstance(data, (list, tuple)) else [data]) if file]
        if not files:
            super().clean(None, initial)
            return []
        if len(files) > self.max_files:
            raise forms.ValidationError(
                ngettext("Choose at most %(count)d file.", "Choose at most %(count)d files.", self.max_files),
                code="too_many",
                params={"count": self.max_files},
            )
        if any(file.size > self.max_bytes for file in files):
            raise forms.ValidationError(self.too_large(), code="too_large", params={"size": self.max_bytes // MEGABYTE})
        return [super(MultipleFileField, self).clean(file, initial) for file in files]

    def too_large(self) -> str:
        return gettext("The file is too large. Choose one under %(size)d MB.")


class PhotoInput(MultipleFileInput):
    """The big target that opens the camera or the album. `prompt` is its text, `hint` the line under."""

    template_name = "components/forms/photo_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, prompt: Any = "", hint: Any = "") -> None:
        super().__init__({"accept": "image/*", **(attrs or {})})
        self.prompt = prompt or _("Take a picture or choose from the phone")
        self.hint = hint or _("Leave out faces and information about others")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"prompt": self.prompt, "hint": self.hint}
        return context


class PhotoField(MultipleFileField):
    """Pictures; the browser shrinks them when it can, the server re-encodes them always."""

    widget = PhotoInput

    def too_large(self) -> str:
        return gettext("The picture is too large. Choose one under %(size)d MB.")


def _fill_in(label: Any) -> str:
    return gettext("Fill in “%(label)s”.") % {"label": label}


def _choose(label: Any) -> str:
    return gettext("Choose an answer to “%(label)s”.") % {"label": label}


_on_one_line = RegexValidator(r"[\r\n]", _("Write it on one line."), inverse_match=True)
_fill_in_lazy = lazy(_fill_in, str)
_choose_lazy = lazy(_choose, str)

# Native pickers want ISO, whatever the language.
_NATIVE = (
    (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
    (forms.DateInput, "date", "%Y-%m-%d"),
    (forms.TimeInput, "time", "%H:%M"),
)
_DJANGOS_EMPTY = "---------"
_DJANGOS_REQUIRED = forms.Field.default_error_messages["required"]


class _HmsFormBase:
    """Native date pickers, «required» messages that name the field, and an empty choice that says what to do."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            for widget, input_type, pattern in _NATIVE:
                if isinstance(field.widget, widget):
                    field.widget.input_type = input_type  # type: ignore[misc]
                    field.widget.format = pattern
                    break
            if isinstance(field, forms.CharField) and isinstance(field.widget, forms.TextInput):
                # No browser sends more than one; a line break in a name would be one in a mail's header.
                field.validators = [*field.validators, _on_one_line]
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == _DJANGOS_EMPTY:
                field.empty_label = _("Choose …")
            if field.error_messages.get("required") is _DJANGOS_REQUIRED:
                label = field.label or name.replace("_", " ").capitalize()
                ask = _choose_lazy if isinstance(field.widget, forms.RadioSelect) else _fill_in_lazy
                field.error_messages["required"] = ask(label)


class HmsForm(_HmsFormBase, forms.Form):
    """What every plain form inherits."""


class HmsModelForm(_HmsFormBase, forms.ModelForm):
    """What every model form inherits."""


class IdempotentMixin(forms.Form):
    """Carries a key made when the form was shown, so that sending it twice makes one thing."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)


class VersionMixin(forms.Form):
    """Carries the version that the person saw, so that nobody's change is overwritten unseen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

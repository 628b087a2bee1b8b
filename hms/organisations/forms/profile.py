"""A person's own choices."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hms.accounts.models import User
from hms.core.forms import HmsForm, HmsModelForm
from hms.organisations.forms.people import PHONE


class PreferencesForm(HmsModelForm):
    """Language, appearance and keyboard."""

    class Meta:
        model = User
        fields = ["language", "colour_scheme", "keyboard_shortcuts"]
        help_texts = {"language": "", "keyboard_shortcuts": _("“/” goes to the search box.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("The organisation's")), *settings.LANGUAGES]


class ContactForm(HmsForm):
    """How colleagues reach the person."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        validators=[PHONE],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    note = forms.CharField(
        label=_("Where to find you"),
        max_length=120,
        required=False,
        help_text=_("Shown to colleagues, for example “Tuesdays at Solbakken”."),
    )


class AcceptForm(HmsForm):
    """A password, for those who want one."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Three or four words that do not belong together are easy to remember."),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if self.data.get("how") == "code":
            return ""
        if not password:
            raise ValidationError(_("Write a password, or choose to sign in with a code instead."))
        validate_password(password, User(email=self.email))
        return password

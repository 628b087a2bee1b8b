"""The organisation number, wherever somebody writes one."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError as NumberError
from stdnum.no import orgnr


class OrganisationNumberMixin:
    """Checks the field `organisation_number`: nine digits that belong together, spaces or not; empty is fine."""

    cleaned_data: dict[str, Any]

    def clean_organisation_number(self) -> str:
        value = self.cleaned_data["organisation_number"]
        if not value:
            return ""
        try:
            return orgnr.validate(value)
        except NumberError:
            raise forms.ValidationError(
                _("This is not a valid organisation number. It has nine digits, and the last one must fit.")
            ) from None

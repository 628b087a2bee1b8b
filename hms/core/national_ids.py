"""National identity numbers (fødselsnummer, D-nummer) are never stored: how to find one in what somebody writes."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Eleven digits, as people write them: together, or with a space, dot or hyphen between groups.
_WRITTEN = re.compile(r"(?<!\d)\d(?:[ .\u00a0-]?\d){10}(?![ .\u00a0-]?\d)")
_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
# What is added to the month in numbers made for testing, and to the day in a D-number.
_MONTHS = (0, 20, 40, 60, 65, 80)


def contains_national_id(text: str) -> bool:
    """Whether a text holds a Norwegian national identity number: a date and both check digits right."""
    return any(_is_valid([int(digit) for digit in re.sub(r"\D", "", found)]) for found in _WRITTEN.findall(text))


def _is_valid(digits: list[int]) -> bool:
    return _may_be_date(digits) and _check(digits, _FIRST) == digits[9] and _check(digits, _SECOND) == digits[10]


def _may_be_date(digits: list[int]) -> bool:
    day, month = digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]
    return (1 <= day <= 31 or 41 <= day <= 71) and any(1 <= month - more <= 12 for more in _MONTHS)


def _check(digits: list[int], weights: tuple[int, ...]) -> int:
    # Ten has no digit, and no number ends so.
    return -sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11


def refuse_national_id(text: str) -> None:
    """Validator of a text field.

    Raises:
        ValidationError: when a national identity number is in it.
    """
    if contains_national_id(str(text)):
        raise ValidationError(_("Take out the national identity number. It is never stored here."), code="national_id")


class NoNationalIdMixin(forms.Form):
    """For a form whose texts must not hold a national identity number: said next to the field."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            if isinstance(value, str):
                try:
                    refuse_national_id(value)
                except ValidationError as error:
                    self.add_error(name, error)
        return data

"""Uploading a table."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm
from hms.core.tabular import Table, TabularError, read_table
from hms.organisations.enums import ImportKind


class ImportForm(HmsForm):
    """The file, and what its rows are. `table` holds the result of a valid form."""

    kind = forms.ChoiceField(
        label=_("What is in the file?"),
        choices=ImportKind.choices,
        widget=ChoiceCards(
            columns=2,
            descriptions={
                ImportKind.UNITS: _("Name, code and the unit above"),
                ImportKind.PEOPLE: _("Name, unit, e-mail, phone, employee number, manager"),
            },
        ),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel (.xlsx), at most 20 MB. The first row holds the column names."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx,.gz,text/csv"}),
    )
    table: Table

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.table = read_table(file)
        except TabularError as error:
            raise ValidationError(str(error)) from error
        return file

"""What a selection of cases is made into."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm

XLSX, CSV, OWN, COMMITTEE, INSPECTOR = "xlsx", "csv", "own", "committee", "inspector"


class DownloadForm(HmsForm):
    """A table or a document."""

    what = forms.ChoiceField(
        label=_("What do you want?"),
        choices=[
            (XLSX, _("Excel")),
            (CSV, _("CSV")),
            (COMMITTEE, _("PDF for the working environment committee")),
            (INSPECTOR, _("PDF for an inspector")),
            (OWN, _("PDF of what I see")),
        ],
        initial=XLSX,
        widget=ChoiceCards(
            descriptions={
                XLSX: _("A row for each case, with real dates and numbers"),
                CSV: _("The same for other programs, with semicolons"),
                COMMITTEE: _("Without names, contact details and confidential cases"),
                INSPECTOR: _("As an inspector sees the cases: no confidential ones, nothing internal"),
                OWN: _("Everything that you may see. For your own work"),
            }
        ),
    )

    def __init__(self, *args: Any, may_make_pdf: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_make_pdf:
            self.fields["what"].choices = self.fields["what"].choices[:2]

"""Forms of the import: the file, what its columns are, what its words mean."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deviations.enums import Severity, State
from deviations.importing import services, values
from deviations.importing.dates import DateOrder
from deviations.importing.fields import JOINED, ImportField
from deviations.importing.reading import ambiguous_columns, distinct_values
from deviations.models import ImportBatch
from deviations.selectors import category_choices
from hms.core.forms import HmsForm
from hms.core.tabular import Table, TabularError, read_table
from hms.organisations.models import Unit

SAMPLES = 3
SAMPLE_LENGTH = 90


class UploadForm(HmsForm):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), at most 20 MB. The first row must hold the column names."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.gz,.txt,.tsv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            table = read_table(file)
        except TabularError as error:
            raise ValidationError(str(error)) from None
        if not table.rows:
            raise ValidationError(_("The file has column names, but no rows below them."))
        file.seek(0)
        return file


class ColumnsForm(HmsForm):
    """What every column is, and what to do where the file says nothing."""

    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        queryset=Unit.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("For rows that do not name one of your units."),
    )
    severity = forms.TypedChoiceField(
        label=gettext_lazy("How serious"),
        choices=Severity.choices,
        coerce=int,
        help_text=gettext_lazy("For rows that do not say."),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Kind of case"),
        required=False,
        choices=(),
        help_text=gettext_lazy("For rows that do not say."),
    )
    date_order = forms.ChoiceField(
        label=gettext_lazy("How dates are written"), required=False, choices=DateOrder.choices
    )
    missing_date = forms.DateField(
        label=gettext_lazy("Date for rows without one"),
        required=False,
        help_text=gettext_lazy("Left empty, rows without a date are listed as errors and not imported."),
        widget=forms.DateInput,
    )
    duplicates = forms.ChoiceField(
        label=gettext_lazy("Cases that are here already, or twice in the file"),
        choices=[("skip", gettext_lazy("Leave them out")), ("import", gettext_lazy("Import them anyway"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, table: Table, batch: ImportBatch, **kwargs: Any) -> None:
        self.table = table
        self.batch = batch
        kwargs.setdefault("initial", _initial(batch))
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True).order_by("path")
        self.fields["category"].choices = [("", gettext_lazy("None")), *category_choices()]
        for place, header in enumerate(table.headers):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=header, choices=ImportField.choices, required=False, initial=batch.mapping.get(header, "")
            )

    def columns(self) -> list[dict[str, Any]]:
        """Every column with its first values and the field that says what it is."""
        return [
            {"header": header, "samples": self._samples(place), "field": self[f"column_{place}"]}
            for place, header in enumerate(self.table.headers)
        ]

    def options(self) -> list[Any]:
        """The fields that are not columns."""
        return [self[name] for name in ("unit", "severity", "category", "date_order", "missing_date", "duplicates")]

    def _samples(self, place: int) -> list[str]:
        found: list[str] = []
        for cells in self.table.rows:
            cell = cells[place].strip()
            if cell and cell not in found:
                found.append(cell)
            if len(found) == SAMPLES:
                break
        return [cell if len(cell) <= SAMPLE_LENGTH else cell[:SAMPLE_LENGTH] + "…" for cell in found]

    def mapping(self) -> dict[str, str]:
        """Field by header, for the columns that were given one."""
        return {
            header: self.cleaned_data[f"column_{place}"]
            for place, header in enumerate(self.table.headers)
            if self.cleaned_data.get(f"column_{place}")
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        mapping = self.mapping()
        self._refuse_twice(mapping)
        if not {ImportField.DESCRIPTION, ImportField.TITLE} & set(mapping.values()):
            self.add_error(None, _("Choose the column that tells what happened."))
        if not cleaned.get("date_order") and (unclear := ambiguous_columns(self.table, mapping)):
            self.add_error(
                "date_order",
                _("The dates in “%(columns)s” can be read in two ways. Say whether the day or the month is first.")
                % {"columns": "”, “".join(unclear)},
            )
        no_dates = ImportField.OCCURRED_ON not in mapping.values() and not cleaned.get("missing_date")
        if no_dates and "missing_date" not in self.errors:
            self.add_error("missing_date", _("Choose the date column above, or a date for all rows."))
        return cleaned

    def _refuse_twice(self, mapping: dict[str, str]) -> None:
        seen: dict[str, str] = {}
        for place, header in enumerate(self.table.headers):
            field = mapping.get(header, "")
            if field in seen and field not in JOINED and field != ImportField.REPORTER:
                self.add_error(
                    f"column_{place}",
                    _("“%(first)s” is already “%(field)s”. Choose one of them.")
                    % {"first": seen[field], "field": ImportField(field).label},
                )
            if field:
                seen.setdefault(field, header)

    def plan_options(self) -> dict[str, Any]:
        """The options as the batch keeps them, with suggestions for words that were not translated before."""
        cleaned = self.cleaned_data
        known = self.batch.options.get("values", {})
        units = values.unit_names(self.fields["unit"].queryset)
        return {
            "unit": cleaned["unit"].pk,
            "severity": cleaned["severity"],
            "category": cleaned["category"],
            "date_order": cleaned["date_order"],
            "missing_date": cleaned["missing_date"].isoformat() if cleaned["missing_date"] else "",
            "duplicates": cleaned["duplicates"],
            "values": {
                field: {
                    word: known.get(field, {}).get(word, values.suggest(field, word, units=units)) for word in words
                }
                for field, words in distinct_values(self.table, self.mapping()).items()
            },
        }


def _initial(batch: ImportBatch) -> dict[str, Any]:
    top = services.default_unit()
    return {"unit": top.pk if top else None, "severity": Severity.SERIOUS, "duplicates": "skip"} | {
        key: value for key, value in batch.options.items() if key != "values"
    }


class ValuesForm(HmsForm):
    """What the file's words for severity, kind, status and unit mean."""

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.words: list[tuple[str, str, str]] = []
        choices = {
            ImportField.SEVERITY: Severity.choices,
            ImportField.CATEGORY: category_choices(),
            ImportField.STATE: [(state.value, state.label) for state in values.STATES],
            ImportField.UNIT: [(unit.pk, unit.name) for unit in Unit.objects.filter(is_active=True).order_by("path")],
        }
        for field, meanings in batch.options.get("values", {}).items():
            default = State.CLOSED.label if field == ImportField.STATE else _("As chosen for rows that do not say")
            for place, (word, meaning) in enumerate(meanings.items()):
                name = f"{field}_{place}"
                self.words.append((field, word, name))
                self.fields[name] = forms.ChoiceField(
                    label=word, required=False, initial=meaning, choices=[("", default), *choices[field]]
                )

    def groups(self) -> list[dict[str, Any]]:
        """The words by what they are about."""
        return [
            {
                "label": ImportField(field).label,
                "fields": [self[name] for of, _word, name in self.words if of == field],
            }
            for field in dict.fromkeys(field for field, _word, _name in self.words)
        ]

    def meanings(self) -> dict[str, dict[str, str]]:
        """The chosen meanings as the batch keeps them."""
        chosen: dict[str, dict[str, str]] = {}
        for field, word, name in self.words:
            chosen.setdefault(field, {})[word] = self.cleaned_data.get(name, "")
        return chosen

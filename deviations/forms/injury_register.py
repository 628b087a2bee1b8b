"""What of the register and the frequencies to show, and hours worked."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from deviations.forms.injuries import ILLNESS, SORTS
from deviations.selectors import frequencies
from deviations.selectors.injuries import units_in_register
from hms.core.forms import HmsForm
from hms.organisations.models import Employee, Unit

YEARS = 5


class RegisterForm(HmsForm):
    """What of the register to show; everything lives in the address."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    unit = forms.ModelChoiceField(
        label=_("Unit"), required=False, queryset=Unit.objects.none(), empty_label=_("All units")
    )
    sort = forms.ChoiceField(label=_("What is it?"), required=False, choices=[("", _("All")), *SORTS])

    def __init__(self, *args: Any, employee: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = timezone.localdate().year
        self.fields["year"].choices = [("", _("All years")), *((str(this - back),) * 2 for back in range(10))]
        self.fields["unit"].queryset = units_in_register(employee)

    def chosen(self) -> dict[str, Any]:
        """The year, the unit, and whether illness is asked for; what makes no sense is left out."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        sort = data.get("sort")
        return {
            "year": data.get("year"),
            "unit": data.get("unit"),
            "is_illness": sort == ILLNESS if sort else None,
        }


class FrequencyForm(HmsForm):
    """Whose numbers, and of which year the months are shown."""

    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None)
    year = forms.TypedChoiceField(label=_("Months of"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, employee: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {unit.pk: unit for unit in frequencies.units_counted(employee)}
        self.sees_whole = frequencies.sees_whole(employee)
        whole = [("", _("The whole organisation"))] if self.sees_whole else []
        self.fields["unit"].choices = [*whole, *((str(pk), unit.name) for pk, unit in self.units.items())]
        this = timezone.localdate().year
        self.years = list(range(this, this - YEARS, -1))
        self.fields["year"].choices = [("", str(this)), *((str(year), str(year)) for year in self.years[1:])]

    def chosen(self) -> tuple[Unit | None, int]:
        """The unit (None: the whole organisation), and the year."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        unit = self.units.get(data.get("unit"))
        if unit is None and not self.sees_whole:
            unit = next(iter(self.units.values()), None)
        return unit, data.get("year") or self.years[0]


class HoursForm(HmsForm):
    """Hours worked in a year, month by month or all at once."""

    def __init__(self, *args: Any, unit: Unit | None, year: int, **kwargs: Any) -> None:
        self.year, today = year, timezone.localdate()
        self.known = frequencies.entered(unit, year)
        self.names: dict[int | None, str] = {}
        initial = {f"hours_{month or 'year'}": hours for month, hours in self.known.items()}
        super().__init__(*args, initial=initial, **kwargs)
        last = 12 if year < today.year else today.month
        if year < today.year:
            self._add(None, _("The whole year"), _("Instead of its months."))
        for month in range(1, last + 1):
            self._add(month, capfirst(MONTHS[month]), "")

    def _add(self, month: int | None, label: Any, help_text: Any) -> None:
        name = self.names[month] = f"hours_{month or 'year'}"
        self.fields[name] = forms.IntegerField(
            label=label,
            required=False,
            min_value=1,
            max_value=2_000_000_000,
            help_text=help_text,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )
        self.fields[name].is_conditional = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        whole = data.get("hours_year")
        months = [data.get(name) for month, name in self.names.items() if month is not None]
        if whole and sum(filter(None, months)) > whole:
            self.add_error("hours_year", _("The months together are more than the whole year."))
        data["hours"] = {month: data.get(name) for month, name in self.names.items()}
        return data

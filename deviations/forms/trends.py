"""What the trends are asked for; everything lives in the address."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.selectors.trends import Months, month_after, units_seen
from hms.core.forms import HmsForm
from hms.organisations.models import Employee, Unit

YEARS = 5


class TrendForm(HmsForm):
    """Which unit, and which months.

    Whoever sees the cases may look at any of these; the whole organisation's numbers, of those who do not, come in
    whole years of whole months, so that no two views differ by a few reports.
    """

    unit = forms.ModelChoiceField(
        label=_("Unit"), required=False, queryset=Unit.objects.none(), empty_label=_("The whole organisation")
    )
    period = forms.ChoiceField(label=_("Period"), required=False)

    def __init__(self, *args: Any, employee: Employee, sees_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.this_month = today.replace(day=1)
        self.sees_all = sees_all
        units = units_seen(employee)
        if units:
            self.fields["unit"].queryset = units
        else:
            del self.fields["unit"]
        self.years = [(str(today.year - back), str(today.year - back)) for back in range(YEARS)]
        self.fields["period"].choices = [("", _("The last 12 months")), ("3", _("The last 3 months")), *self.years]

    def chosen(self) -> tuple[Unit | None, Months, bool]:
        """The unit (None: all), the months, and whether every number may be shown; what makes no sense is left out."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        unit, period = data.get("unit"), data.get("period") or ""
        if self.sees_all or unit is not None:
            return unit, self._months(period), True
        # Only now is it known that nothing shorter than a year may be asked for.
        self.fields["period"].choices = [("", _("The newest year")), *self.years]
        return None, self._ended_year(period), False

    def _months(self, period: str) -> Months:
        if period in {"", "3"}:
            return Months(month_after(self.this_month, 1 - int(period or 12)), month_after(self.this_month))
        begin = datetime.date(int(period), 1, 1)
        return Months(begin, min(month_after(begin, 12), month_after(self.this_month)))

    def _ended_year(self, period: str) -> Months:
        """A year's months that have ended; last year in January, and when no year was chosen."""
        year = int(period) if len(period) == 4 else self.this_month.year
        if self.this_month == datetime.date(year, 1, 1):
            year -= 1
        begin = datetime.date(year, 1, 1)
        return Months(begin, min(month_after(begin, 12), self.this_month))

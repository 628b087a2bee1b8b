"""What the report form asks of somebody anonymous."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deviations.enums import ReporterKind
from deviations.selectors.anonymity import SmallUnit, small_unit
from hms.organisations.models import Unit


class AnonymityMixin(forms.Form):
    """A warning where so few work that it may be understood who wrote, with the level above to report for instead.

    Which unit the page warned of comes back with the form (`warned_unit`): whoever chooses another small one is
    warned of that before anything is sent. A field that people do not see catches robots (`website`).
    """

    level_up = forms.BooleanField(label=gettext_lazy("Report for the level above instead"), required=False)
    website = forms.CharField(label=gettext_lazy("Leave this empty"), required=False, max_length=200)

    # The unit that the page warns of.
    small: SmallUnit | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["website"].widget.attrs |= {"autocomplete": "off", "tabindex": "-1"}
        # Asked only of somebody anonymous, so it is not called optional.
        self.fields["level_up"].is_conditional = True  # type: ignore[attr-defined]

    def warn_of(self, unit: Unit | None) -> None:
        """Look whether a unit is small, and offer the level above it."""
        self.small = small_unit(unit) if unit is not None else None
        if self.small is not None and self.small.above is not None:
            self.fields["level_up"].label = _("Report for %(unit)s instead") % {"unit": self.small.above.name}

    @property
    def looks_like_a_robot(self) -> bool:
        return bool(self.cleaned_data.get("website"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        unit = data.get("unit")
        if data.get("who") != ReporterKind.ANONYMOUS or unit is None:
            return data
        self.warn_of(unit)
        if self.small is None:
            return data
        if data.get("level_up") and self.small.above is not None:
            data["unit"] = self.small.above
        elif self.data.get("warned_unit", str(unit.pk)) != str(unit.pk):
            self.add_error(
                "level_up",
                ValidationError(
                    _("So few work in %(unit)s that it may be understood who wrote. Read this before you send.")
                    % {"unit": unit.name},
                    code="small",
                ),
            )
        return data

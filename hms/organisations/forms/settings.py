"""The organisation, its quiet days, units and safety areas."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hms.core.forms import HmsForm, HmsModelForm
from hms.organisations.forms.fields import PersonField, ServiceChecked, UnitField, UnitsField
from hms.organisations.forms.numbers import OrganisationNumberMixin
from hms.organisations.models import Group, Organisation, QuietPeriod, SafetyArea, Unit
from hms.organisations.selectors import employed, members_of


def _time_zones() -> list[tuple[str, str]]:
    names = zoneinfo.available_timezones()
    near = sorted(name for name in names if name.startswith(("Europe/", "Arctic/", "Atlantic/")))
    return [(name, name.replace("_", " ")) for name in near]


class OrganisationForm(OrganisationNumberMixin, ServiceChecked, HmsModelForm):
    """What an administrator may decide about the organisation."""

    organisation_number = forms.CharField(
        label=gettext_lazy("Organisation number"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Nine digits, as in Brønnøysund."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=_time_zones)

    class Meta:
        model = Organisation
        fields = [
            "name",
            "organisation_number",
            "language",
            "time_zone",
            "accent_colour",
            "emergency_note",
            "open_reporting",
            "anonymous_reporting",
            "receive_days",
            "handling_days",
            "statement_required",
            "statement_days",
            "people_choose_reminders",
        ]
        widgets = {
            "accent_colour": forms.TextInput(attrs={"type": "color", "data-theme-preview": ""}),
            "receive_days": forms.NumberInput(attrs={"min": 1, "max": 30}),
            "handling_days": forms.NumberInput(attrs={"min": 1, "max": 365}),
            "statement_days": forms.NumberInput(attrs={"min": 1, "max": 60}),
        }
        help_texts = {
            "accent_colour": gettext_lazy(
                "Buttons and links get this colour. We keep the contrast right whatever you choose."
            ),
            "emergency_note": gettext_lazy("Shown when somebody reports, for example an internal emergency number."),
            "open_reporting": gettext_lazy("Whoever scans a QR poster may report without signing in."),
            "anonymous_reporting": gettext_lazy("The one who reports may leave out who it is."),
        }

    def clean_receive_days(self) -> int:
        return self._days("receive_days", 30)

    def clean_handling_days(self) -> int:
        return self._days("handling_days", 365)

    def clean_statement_days(self) -> int:
        return self._days("statement_days", 60)

    def _days(self, name: str, most: int) -> int:
        days = self.cleaned_data[name]
        if not 1 <= days <= most:
            raise forms.ValidationError(_("Choose between 1 and %(most)d days.") % {"most": most})
        return days


class QuietPeriodForm(ServiceChecked, HmsModelForm):
    """Days without routine mail."""

    class Meta:
        model = QuietPeriod
        fields = ["label", "starts_on", "ends_on"]
        help_texts = {"label": gettext_lazy("For example “Summer holiday”.")}
        widgets = {"starts_on": forms.DateInput(), "ends_on": forms.DateInput()}


class UnitForm(ServiceChecked, HmsModelForm):
    """A unit: name, code and place in the tree (the top unit has no place to choose)."""

    parent = UnitField(label=gettext_lazy("Below"), empty_label=None)

    class Meta:
        model = Unit
        fields = ["name", "parent", "code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.instance if self.instance.pk else None
        if unit is not None and unit.parent_id is None:
            del self.fields["parent"]
        else:
            self.fields["parent"].offer(without=unit, also=unit.parent if unit else None)


class SafetyAreaForm(HmsForm):
    """A safety area and its units."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    units = UnitsField(
        help_text=gettext_lazy("Everything below a chosen unit comes along, unless it is in an area of its own.")
    )

    def __init__(self, *args: Any, area: SafetyArea | None = None, **kwargs: Any) -> None:
        if area is not None:
            kwargs["initial"] = {"name": area.name, "units": list(area.units.all())}
        super().__init__(*args, **kwargs)
        self.fields["units"].offer()


class GroupForm(ServiceChecked, HmsModelForm):
    """A group's name, and the unit whose manager answers for it."""

    unit = UnitField(
        required=False,
        empty_label=gettext_lazy("No unit"),
        help_text=gettext_lazy(
            "Its manager answers for what nobody in the group has taken. Empty: the one who gave it."
        ),
    )

    class Meta:
        model = Group
        fields = ["name", "unit"]
        help_texts = {"name": gettext_lazy("For example “Fire wardens”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(also=self.instance.unit if self.instance.pk else None)


class GroupMemberForm(HmsForm):
    """Somebody to put in a group."""

    employee = PersonField(label=gettext_lazy("Who joins the group?"))

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee"].offer(employed().exclude(pk__in=members_of(group).values("employee")))

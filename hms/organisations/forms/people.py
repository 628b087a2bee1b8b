"""People, roles, absences."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.core.forms import HmsForm, HmsModelForm
from hms.organisations.enums import Role
from hms.organisations.forms.fields import PersonField, ServiceChecked, UnitField
from hms.organisations.models import Absence, Employee, RoleHolding, SafetyArea
from hms.organisations.selectors import employed, roles_to_hand_over

PHONE = RegexValidator(r"^\+?[0-9 ()-]{5,20}$", _("Write the number with digits, for example 912 34 567."))


class PeopleFilter(HmsForm):
    """Search and filters of the list of people."""

    q = forms.CharField(required=False, max_length=100)
    unit = UnitField(required=False, empty_label=_("All units"))
    left = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("Those who work here")), ("ja", _("Those who have left"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer()


class EmployeeForm(ServiceChecked, HmsModelForm):
    """What is written about a person."""

    unit = UnitField()

    class Meta:
        model = Employee
        fields = [
            "given_name",
            "family_name",
            "unit",
            "job_title",
            "email",
            "phone",
            "employee_number",
            "language",
            "note",
            "starts_on",
        ]
        widgets = {
            "given_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "family_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
            "starts_on": forms.DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(also=self.instance.unit if self.instance.pk else None)
        self.fields["phone"].validators.append(PHONE)
        self.fields["language"].choices = [("", _("The organisation's")), *settings.LANGUAGES]


class RolesField(forms.ModelMultipleChoiceField):
    """Some of somebody's roles, each with the place it is held for."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: RoleHolding) -> str:
        place = obj.unit or obj.safety_area
        return f"{obj.get_role_display()}, {place}" if place else str(obj.get_role_display())


class LeaveForm(HmsForm):
    """The last day, and who takes over everything."""

    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput)
    hand_over_to = PersonField(label=_("Takes over everything"), required=False, empty_label=_("Nobody"))
    roles = RolesField(
        label=_("Roles that are taken over too"),
        queryset=RoleHolding.objects.none(),
        required=False,
        help_text=_("From the day after the last day. The others end."),
    )

    def __init__(self, *args: Any, employee: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = employee.ends_on or timezone.localdate()
        self.fields["hand_over_to"].offer(employed().exclude(pk=employee.pk))
        holdings = roles_to_hand_over(employee)
        self.fields["roles"].queryset = holdings
        # Whoever takes over the work leads the unit; what gives more than that is chosen.
        self.fields["roles"].initial = [holding.pk for holding in holdings if holding.role == Role.MANAGER]
        if not holdings:
            del self.fields["roles"]


class RoleForm(ServiceChecked, HmsModelForm):
    """A role for somebody. Unit and safety area are asked for only where the role needs them."""

    employee = PersonField()
    unit = UnitField(required=False, help_text=_("Only for a manager: the unit that is led."))
    safety_area = forms.ModelChoiceField(
        label=_("Safety area"),
        required=False,
        queryset=SafetyArea.objects.none(),
        empty_label=_("Choose a safety area"),
        help_text=_("Only for a safety representative."),
    )

    class Meta:
        model = RoleHolding
        fields = ["employee", "role", "unit", "safety_area", "starts_on", "ends_on"]
        widgets = {"starts_on": forms.DateInput(), "ends_on": forms.DateInput()}
        help_texts = {"ends_on": _("Empty: until further notice. Guests (consultant, inspector) need a last day.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee"].offer(employed())
        self.fields["unit"].offer()
        self.fields["safety_area"].queryset = SafetyArea.objects.order_by("name")
        self.fields["role"].choices = [("", _("Choose a role")), *Role.choices]


class RolePeriodForm(HmsForm):
    """From when to when somebody has a role."""

    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput)
    ends_on = forms.DateField(label=_("To and including"), widget=forms.DateInput, required=False)


class EndRoleForm(HmsForm):
    """The last day of a role."""

    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput, initial=timezone.localdate)


class HandOverRoleForm(HmsForm):
    """Who has the role from when."""

    to = PersonField(label=_("Takes over the role"))
    on = forms.DateField(label=_("From"), widget=forms.DateInput, initial=timezone.localdate)

    def __init__(self, *args: Any, holding: RoleHolding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].offer(employed().exclude(pk=holding.employee_id))


class AbsenceForm(ServiceChecked, HmsModelForm):
    """A period away, with somebody who stands in."""

    deputy = PersonField(
        label=_("Deputy"),
        required=False,
        empty_label=_("The manager above"),
        help_text=_("Gets your new tasks and reminders meanwhile."),
    )

    class Meta:
        model = Absence
        fields = ["starts_on", "ends_on", "deputy"]
        widgets = {"starts_on": forms.DateInput(), "ends_on": forms.DateInput()}

    def __init__(self, *args: Any, employee: Employee | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].offer(employed().exclude(pk=employee.pk if employee else None))


class AbsenceOfForm(AbsenceForm):
    """The same for somebody else."""

    employee = PersonField()
    field_order = ["employee", "starts_on", "ends_on", "deputy"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, employee=None, **kwargs)
        self.fields["employee"].offer(employed())
        self.fields["deputy"].help_text = _("Gets the person's new tasks and reminders meanwhile.")

"""Forms of trainings. They validate; services decide and write."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hms.core.forms import HmsForm, HmsModelForm, MultipleFileField
from hms.core.national_ids import NoNationalIdMixin
from hms.core.ui.dates import day_month
from hms.files.forms import clean_uploads
from hms.organisations.forms.fields import PersonField, ServiceChecked, UnitField
from hms.organisations.models import Employee, Unit
from hms.organisations.selectors import employed
from hms.organisations.things import known, offered
from training.enums import Standing
from training.models import Training
from training.rules import may_have_here, sees_everybody
from training.selectors import Line, routine_ids

# Nobody here was trained before; a year that is older was typed wrong.
FIRST_DAY = datetime.date(1960, 1, 1)
# A longer list of boxes is looked through by nobody.
MOST_PEOPLE = 200


class TrainingForm(NoNationalIdMixin, ServiceChecked, HmsModelForm):
    """What the register says of a training."""

    unit = UnitField(
        label=_("Unit"), required=False, empty_label=_("The whole organisation"),
        help_text=_("Whoever leads the unit keeps it. Everybody can be registered, whatever unit they work in."),
    )  # fmt: skip
    owner = PersonField(
        label=_("Who answers for it"), required=False, empty_label=_("Nobody in particular"),
        help_text=_("Sees and registers everybody who has it."),
    )  # fmt: skip
    taught = forms.TypedMultipleChoiceField(
        label=_("Routines it goes through"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Training
        fields = ["name", "about", "validity_months", "owner", "unit", "is_active"]
        widgets = {"about": forms.Textarea(attrs={"rows": 3})}

    field_order = ["name", "about", "validity_months", "unit", "owner", "taught", "is_active"]

    def __init__(self, *args: Any, by: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, is_new = by, self.instance.pk is None
        self.fields["unit"].offer(also=self.instance.unit)  # type: ignore[attr-defined]
        self.fields["owner"].offer(employed())  # type: ignore[attr-defined]
        self.fields["validity_months"].widget.attrs["inputmode"] = "numeric"
        self.fields["about"].max_length = 5000  # type: ignore[attr-defined]
        chosen = [] if is_new else routine_ids(self.instance)
        named = known("routine", chosen)
        things = {thing.pk: thing.name for thing in [*offered("routine"), *named.values()]}
        self.initial.setdefault("taught", [pk for pk in chosen if pk in things])
        if things:
            self.fields["taught"].choices = sorted(things.items(), key=lambda thing: thing[1].casefold())  # type: ignore[attr-defined]
        else:
            del self.fields["taught"]
        if is_new:
            del self.fields["is_active"]
        if not sees_everybody(by) and (is_new or self.instance.owner_id != by.pk):
            self.fields["unit"].required = True
            self.fields["unit"].empty_label = _("Choose a unit")  # type: ignore[attr-defined]

    def clean_unit(self) -> Unit | None:
        unit = self.cleaned_data["unit"]
        # Read before the form fills in the instance.
        if (unit.pk if unit else None) != self.initial.get("unit") or not self.instance.pk:
            if not may_have_here(self.by, unit):
                raise forms.ValidationError(_("Choose a unit that you lead."))
        return unit


class UnitChoice(HmsForm):
    """Whose people are shown. In the address, so that it can be shared."""

    enhet = UnitField(label=_("Unit"), required=False, empty_label=_("All units"))
    status = forms.ChoiceField(
        label=_("How it stands"), choices=[("", _("All")), *Standing.choices], required=False
    )  # fmt: skip

    def __init__(self, *args: Any, units: QuerySet[Unit], must_choose: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enhet"].queryset = units  # type: ignore[attr-defined]
        if must_choose:
            self.fields["enhet"].required, self.fields["enhet"].empty_label = True, None  # type: ignore[attr-defined]


class _PeopleField(forms.ModelMultipleChoiceField):
    """People with how it stands with them."""

    widget = forms.CheckboxSelectMultiple
    lines: Mapping[int, Line] = {}

    def label_from_instance(self, person: Employee) -> str:
        line = self.lines.get(person.pk)
        if line is None:
            return person.name
        last = line.completion.expires_on
        if last is None:
            return _now("%(name)s (has it)") % {"name": person.name}
        words = (
            _now("%(name)s (ran out %(day)s)")
            if line.standing == Standing.EXPIRED
            else _now("%(name)s (valid until %(day)s)")
        )
        return words % {"name": person.name, "day": day_month(last)}


class RegisterForm(NoNationalIdMixin, HmsForm):
    """Who has been through a training, and when."""

    done_on = forms.DateField(label=_("Day"), widget=forms.DateInput)
    people = _PeopleField(
        label=_("Who?"), queryset=Employee.objects.none(), error_messages={"required": _("Tick at least one.")}
    )
    note = forms.CharField(
        label=_("Proof"), max_length=300, required=False,
        help_text=_("For example a course number, or who held it. A certificate is added on each person's own page."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: list[Employee], lines: Mapping[int, Line], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"done_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        field: Any = self.fields["people"]
        field.queryset = Employee.objects.filter(pk__in=[person.pk for person in people])
        field.lines = lines
        self.fields["done_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_done_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["done_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("That day is still to come. Register it when it is done."))
        if day < FIRST_DAY:
            raise forms.ValidationError(_("Check the year."))
        return day


class WithdrawForm(NoNationalIdMixin, HmsForm):
    """What was registered by mistake."""

    reason = forms.CharField(
        label=_("What was wrong?"), max_length=300, error_messages={"required": _("Write what was wrong.")}
    )


class ProofForm(HmsForm):
    """A certificate: a picture of it, or the document."""

    files = MultipleFileField(
        label=_("Certificate"), max_files=5, error_messages={"required": _("Choose a picture or a file.")},
        help_text=_("A picture or a PDF. Cover a national identity number before you send it."),
    )  # fmt: skip

    def clean_files(self) -> list[UploadedFile]:
        return clean_uploads(self.cleaned_data["files"])

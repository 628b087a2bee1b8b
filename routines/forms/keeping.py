"""Whose a routine is, whom it is for, how it is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hms.core.forms import HmsForm, HmsModelForm
from hms.organisations.enums import Role
from hms.organisations.forms.fields import PersonField, UnitField, UnitsField
from hms.organisations.models import Employee, Group
from hms.organisations.selectors import employed, groups_in_use
from hms.organisations.things import known, offered
from routines.enums import AudienceKind
from routines.models import Routine
from routines.rules import may_own_here
from routines.selectors import audience_of


class RoutineForm(HmsModelForm):
    """Everything about a routine but its text and its readers."""

    unit = UnitField()
    owner = PersonField(label=_("Owner"))
    approver = PersonField(
        label=_("Approved by"), required=False, empty_label=_("The owner's superior")
    )  # fmt: skip

    class Meta:
        model = Routine
        fields = [
            "category", "unit", "owner", "approver", "law", "needs_safety_rep", "revise_months", "must_confirm",
            "reading_days", "validity_months",
        ]  # fmt: skip

    def __init__(self, *args: Any, by: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["unit"].offer(also=self.instance.unit)  # type: ignore[attr-defined]
        for name in ("owner", "approver"):
            self.fields[name].offer(employed())  # type: ignore[attr-defined]
        for name in ("revise_months", "reading_days", "validity_months"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"
        self.fields["law"].help_text = _("For example: Working Environment Act § 3-1")

    def clean_unit(self) -> Any:
        unit = self.cleaned_data["unit"]
        # Read before the form fills in the instance.
        if unit.pk != self.initial.get("unit") and not may_own_here(self.by, unit):
            raise forms.ValidationError(_("Choose a unit that you lead."))
        return unit


class AudienceForm(HmsForm):
    """Whom a routine is for: units, roles, groups, trainings and people together."""

    units = UnitsField(label=_("Everybody who works in"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("Those with a role"), choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    groups = forms.ModelMultipleChoiceField(
        label=_("Groups"), queryset=Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    trainings = forms.TypedMultipleChoiceField(
        label=_("Those who have a training"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("As long as it holds. Whoever gets it later is asked then."),
    )  # fmt: skip
    people = forms.ModelMultipleChoiceField(
        label=_("These people besides"), queryset=Employee.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    person = PersonField(label=_("One more person"), required=False)

    def __init__(self, *args: Any, routine: Routine, **kwargs: Any) -> None:
        parts = audience_of(routine)
        chosen = {kind: [part for part in parts if part.kind == kind] for kind in AudienceKind.values}
        kwargs["initial"] = {
            "units": [part.unit_id for part in chosen[AudienceKind.UNIT]],
            "roles": [part.role for part in chosen[AudienceKind.ROLE]],
            "groups": [part.group_id for part in chosen[AudienceKind.GROUP]],
            "people": [part.employee_id for part in chosen[AudienceKind.PERSON]],
            "trainings": [part.training_id for part in chosen[AudienceKind.TRAINING]],
        }
        super().__init__(*args, **kwargs)
        self.fields["units"].offer()  # type: ignore[attr-defined]
        self.fields["groups"].queryset = groups_in_use()  # type: ignore[attr-defined]
        named = Employee.objects.filter(pk__in=kwargs["initial"]["people"])
        self.fields["people"].queryset = named  # type: ignore[attr-defined]
        self.fields["person"].offer(employed())  # type: ignore[attr-defined]
        if not kwargs["initial"]["people"]:
            del self.fields["people"]
        trainings = {thing.pk: thing for thing in offered("training")} | known(
            "training", kwargs["initial"]["trainings"]
        )
        self.fields["trainings"].choices = [(pk, thing.name) for pk, thing in trainings.items()]  # type: ignore[attr-defined]
        if not trainings:
            del self.fields["trainings"]
        if not groups_in_use().exists():
            del self.fields["groups"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.parts(data):
            raise forms.ValidationError(_("Choose at least one unit, role, group, training or person."))
        return data

    def parts(self, data: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """What was chosen, as the service takes it."""
        given = self.cleaned_data if data is None else data
        people = [*(given.get("people") or []), *([given["person"]] if given.get("person") else [])]
        return [
            *({"kind": AudienceKind.UNIT, "unit": unit} for unit in given.get("units") or []),
            *({"kind": AudienceKind.ROLE, "role": role} for role in given.get("roles") or []),
            *({"kind": AudienceKind.GROUP, "group": group} for group in given.get("groups") or []),
            *({"kind": AudienceKind.TRAINING, "training_id": pk} for pk in given.get("trainings") or []),
            *({"kind": AudienceKind.PERSON, "employee": person} for person in people),
        ]


class StillRightForm(HmsForm):
    """The owner has looked through it, and nothing needs to be changed."""

    comment = forms.CharField(
        label=_("What did you look at?"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

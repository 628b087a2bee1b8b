"""The law register, the eight points and the goals."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from hms.core.forms import HmsForm, HmsModelForm
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee
from hms.organisations.selectors import employed
from routines.models import Handbook, Point, Requirement, Routine
from routines.selectors import in_force
from routines.starter_laws import Starter

# A longer list of boxes is looked through by nobody.
MOST_ROUTINES = 300


class RoutinesField(forms.ModelMultipleChoiceField):
    """Routines in force, as boxes to tick. Call `offer()` in the form's `__init__`."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Routine.objects.none(), required=False, **kwargs)

    def offer(self, chosen: Iterable[int] = ()) -> None:
        """Fill the list: what is in force, and what is chosen already."""
        ids = list(in_force().order_by("title").values_list("pk", flat=True)[:MOST_ROUTINES])
        rows: QuerySet[Routine] = Routine.objects.filter(pk__in={*ids, *chosen})
        self.queryset = rows.defer("text", "search").order_by("title", "id")

    def label_from_instance(self, routine: Routine) -> str:
        return routine.title


class RequirementForm(HmsModelForm):
    """A rule of the register."""

    owner = PersonField(
        label=_("Who answers for it"), help_text=_("Is asked to check, every so often, that we still follow it.")
    )
    linked = RoutinesField(label=_("Routines that meet it"))
    address = forms.URLField(label=_("Address of the text"), required=False, max_length=300, assume_scheme="https")

    class Meta:
        model = Requirement
        fields = ["law", "place", "summary", "address", "how_met", "owner", "check_months"]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "how_met": forms.Textarea(attrs={"rows": 3}),
        }

    field_order = ["law", "place", "summary", "linked", "how_met", "owner", "check_months", "address"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].offer(employed())  # type: ignore[attr-defined]
        chosen = list(self.instance.routines.values_list("pk", flat=True)) if self.instance.pk else []
        self.fields["linked"].offer(chosen)  # type: ignore[attr-defined]
        self.initial.setdefault("linked", chosen)
        self.fields["check_months"].widget.attrs["inputmode"] = "numeric"
        for name in ("summary", "how_met"):
            self.fields[name].max_length = 5000  # type: ignore[attr-defined]


class AdoptLawsForm(HmsForm):
    """Rules of the starter list that are not in the register."""

    codes = forms.MultipleChoiceField(
        label=_("Which apply to you?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
    )
    owner = PersonField(label=_("Who answers for them"), help_text=_("Can be changed for each of them afterwards."))

    def __init__(self, *args: Any, starters: list[Starter], by: Employee, **kwargs: Any) -> None:
        kwargs["initial"] = {"owner": by.pk}
        super().__init__(*args, **kwargs)
        self.fields["owner"].offer(employed())  # type: ignore[attr-defined]
        self.fields["codes"].choices = [  # type: ignore[attr-defined]
            (one.code, f"{one.law} {one.place}: {one.summary}" + (f" ({one.applies})" if one.applies else ""))
            for one in starters
        ]


class CheckForm(HmsForm):
    """Somebody has seen that a rule is followed."""

    comment = forms.CharField(
        label=_("What did you look at?"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class PointForm(HmsForm):
    """What covers one of the eight points."""

    linked = RoutinesField(label=_("Routines that cover it"))
    text = forms.CharField(
        label=_("How we do it"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What no routine says."),
    )  # fmt: skip

    def __init__(self, *args: Any, point: Point | None, **kwargs: Any) -> None:
        chosen = list(point.routines.values_list("pk", flat=True)) if point else []
        kwargs["initial"] = {"text": point.text if point else "", "linked": chosen}
        super().__init__(*args, **kwargs)
        self.fields["linked"].offer(chosen)  # type: ignore[attr-defined]


class GoalsForm(HmsForm):
    """The organisation's goals."""

    goals = forms.CharField(
        label=_("Our goals for health, safety and environment"),
        required=False,
        max_length=10_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "Few, and such that you see in a year whether they were reached. Begin a line with “- ” for a point."
        ),
    )

    def __init__(self, *args: Any, handbook: Handbook | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"goals": handbook.goals if handbook else ""}
        super().__init__(*args, **kwargs)

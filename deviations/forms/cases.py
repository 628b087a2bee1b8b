"""Forms of a case. They validate; services decide and write."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import Cause, CommentVisibility, Ending, ReporterKind, RoutineCover, Severity
from deviations.forms.anonymity import AnonymityMixin
from deviations.forms.notices import SeriousTriageMixin
from deviations.forms.sorting import SortingFilterMixin, SortingMixin, TriageSortingMixin
from deviations.models import Deviation
from hms.core.forms import ChoiceCards, HmsForm, IdempotentMixin, PhotoField, VersionMixin
from hms.files.forms import PhotosMixin, PicturesMixin
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee, Organisation, Unit
from hms.organisations.selectors import employed

SEVERITY_WORDS = {
    Severity.MINOR: _("Should be put right, but nobody is in danger"),
    Severity.SERIOUS: _("Somebody could have been hurt"),
    Severity.VERY_SERIOUS: _("Somebody was hurt, or could have lost their life"),
}


class UnitField(forms.ModelChoiceField):
    """A choice of units; the one that is at hand already (`known`) is not fetched again."""

    known: Unit | None = None

    def to_python(self, value: Any) -> Unit | None:
        if self.known is not None and self.known.is_active and str(value) == str(self.known.pk):
            return self.known
        return super().to_python(value)


class ReportForm(AnonymityMixin, PicturesMixin, SortingMixin, IdempotentMixin, HmsForm):
    """The half-minute form: what, where, how serious; the rest is optional."""

    description = forms.CharField(
        label=_("What happened?"),
        max_length=10_000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Write what happened. One sentence is enough."),
            "max_length": _("Write at most %(limit_value)d characters. You can add more afterwards."),
        },
    )
    unit = UnitField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=None)
    place = forms.CharField(label=_("Where?"), max_length=160, required=False)
    severity = forms.TypedChoiceField(
        label=_("How serious?"),
        choices=Severity.choices,
        coerce=int,
        widget=ChoiceCards,
        error_messages={"required": _("Choose how serious it was.")},
    )
    occurred_on = forms.DateField(label=_("When?"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    photos = PhotoField(label=_("Photo"), required=False)
    who = forms.ChoiceField(label=_("Who is reporting?"), choices=(), widget=ChoiceCards)
    reporter_name = forms.CharField(
        label=_("Your name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    reporter_email = forms.EmailField(
        label=_("Your e-mail"),
        required=False,
        help_text=_("We send the answer here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    about_my_manager = forms.BooleanField(
        label=_("It is about the unit's manager"),
        required=False,
        help_text=_("Then it goes past the manager, who does not see it."),
    )

    def __init__(
        self, *args: Any, organisation: Organisation, employee: Employee | None, unit: Unit | None, kind: str = "",
        routine: str = "", **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(is_active=True).order_by("name")
        if employee is None:
            # A QR address gives its own unit and shows no others to somebody who is not signed in.
            units = units.filter(pk=unit.pk if unit else None)
        self.fields["unit"].queryset = units
        self.fields["severity"].choices = Severity.choices
        self.fields["severity"].widget.descriptions = {int(key): text for key, text in SEVERITY_WORDS.items()}
        who = self.fields["who"]
        who.choices, who.widget.descriptions = self._who(organisation, employee)
        who.initial = who.choices[0][0]
        self.fields["unit"].known = unit
        self.fields["unit"].initial = unit.pk if unit else None
        self.fields["occurred_on"].initial = timezone.localdate
        if organisation.anonymous_reporting and not self.is_bound:
            self.warn_of(unit)
        if employee is not None:
            del self.fields["reporter_name"], self.fields["reporter_email"]
        else:
            # Required when one reports by name, so it is not called optional.
            self.fields["reporter_name"].is_conditional = True
        if routine:
            self.fields["routine_name"].initial = routine
            self.fields["routine_cover"].initial = RoutineCover.NOT_FOLLOWED
        self.sort_as(kind)

    @staticmethod
    def _who(organisation: Organisation, employee: Employee | None) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
        choices: list[tuple[str, Any]] = []
        if employee is not None:
            choices.append((ReporterKind.EMPLOYEE, _("Me, %(name)s") % {"name": employee.name}))
            choices.append((ReporterKind.HIDDEN, _("Only the receiver knows who I am")))
        else:
            choices.append((ReporterKind.NAMED, _("By name")))
        if organisation.anonymous_reporting:
            choices.append((ReporterKind.ANONYMOUS, _("Anonymously")))
        return choices, {
            ReporterKind.EMPLOYEE: _("You are told when something happens in the case"),
            ReporterKind.HIDDEN: _(
                "Your name is shown to the one who gets the case and nobody else. You are told when something happens."
            ),
            ReporterKind.NAMED: _("The one who handles the case sees your name"),
            ReporterKind.ANONYMOUS: _(
                "Nobody is told that it was you, not the HSE manager either. You get a code to follow the case."
            ),
        }

    def clean_occurred_on(self) -> datetime.date:
        day = self.cleaned_data["occurred_on"] or timezone.localdate()
        if day > timezone.localdate():
            raise ValidationError(_("The date has not been yet. Choose today or earlier."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("who") == ReporterKind.NAMED and not data.get("reporter_name"):
            missing = ValidationError(_("Write your name, or choose to report anonymously."), code="required")
            self.add_error("reporter_name", missing)
        return data


class TriageForm(TriageSortingMixin, SeriousTriageMixin, VersionMixin, HmsForm):
    """What the handler sorts out first."""

    title = forms.CharField(label=_("Title"), max_length=160)
    category = forms.ChoiceField(label=_("Category"), choices=(), required=False)
    severity = forms.TypedChoiceField(label=_("How serious?"), choices=Severity.choices, coerce=int)
    place = forms.CharField(label=_("Where?"), max_length=160, required=False)
    immediate_measure = forms.CharField(
        label=_("Immediate measure"),
        required=False,
        max_length=5000,
        help_text=_("What was done at once so that nobody gets hurt?"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, deviation: Deviation, **kwargs: Any) -> None:
        names = ("title", "category", "severity", "place", "immediate_measure", "version")
        kwargs.setdefault("initial", {name: getattr(deviation, name) for name in names})
        super().__init__(*args, **kwargs)
        self.sort_case(deviation)
        self.ask_if_serious(deviation)
        first = ["title", "kind", "category", "severity", "is_serious", "is_electric", "place", "immediate_measure"]
        self.order_fields(first)


class CauseForm(VersionMixin, HmsForm):
    """Up to five «why», and the categories of the causes."""

    STEPS = 5

    causes = forms.MultipleChoiceField(
        label=_("What kind of cause was it?"),
        choices=Cause.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, deviation: Deviation, **kwargs: Any) -> None:
        why = [step.text for step in deviation.why_steps.all()]
        initial = {f"why_{number}": text for number, text in enumerate(why, 1)}
        kwargs.setdefault("initial", initial | {"causes": deviation.causes, "version": deviation.version})
        super().__init__(*args, **kwargs)
        for number in range(1, self.STEPS + 1):
            self.fields[f"why_{number}"] = forms.CharField(
                label=_("Why did it happen?") if number == 1 else _("Why was that? (%(n)d)") % {"n": number},
                max_length=300,
                required=number == 1,
                error_messages={"required": _("Write at least one reason.")},
            )
        self.order_fields([*(f"why_{number}" for number in range(1, self.STEPS + 1)), "causes"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["why"] = [text for number in range(1, self.STEPS + 1) if (text := data.get(f"why_{number}"))]
        return data


class CommentForm(HmsForm):
    """A comment, for those who handle the case or for the reporter too."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something first.")},
    )
    visibility = forms.ChoiceField(
        label=_("Who may read it?"), choices=CommentVisibility.choices, initial=CommentVisibility.INTERNAL
    )

    def __init__(self, *args: Any, may_be_internal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_internal:
            del self.fields["visibility"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data.setdefault("visibility", CommentVisibility.REPORTER)
        return data


class MessageForm(HmsForm):
    """One text: an answer, a reason, something to add."""

    text = forms.CharField(
        label=_("Message"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something first.")},
    )

    def __init__(self, *args: Any, label: Any = None, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label
        self.fields["text"].help_text = help_text


class DetailsForm(PhotosMixin, MessageForm):
    """More text or photos, after the receipt."""

    photos = PhotoField(label=_("Photo"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("text") and not data.get("photos") and not self.errors:
            self.add_error("text", _("Write something or choose a photo."))
        return data


class PersonForm(HmsForm):
    """Choose a colleague."""

    employee = PersonField()

    def __init__(self, *args: Any, label: Any = None, among: QuerySet[Employee] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee"].offer(employed() if among is None else among)
        if label:
            self.fields["employee"].label = label


class ReceiptCodeForm(HmsForm):
    """The code that follows a case without sign-in."""

    code = forms.CharField(
        label=_("Receipt code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Write the code from the receipt.")},
    )


# A day after the last one there is, or a moment before the first, is no day in the database.
SENSIBLE_DATES = [MinValueValidator(datetime.date(1900, 1, 1)), MaxValueValidator(datetime.date(2200, 1, 1))]


class FilterForm(SortingFilterMixin, HmsForm):
    """The list's filters; everything lives in the address."""

    STATUS = [
        ("", _("All open")),
        ("new", _("New")),
        ("working", _("In progress")),
        ("approval", _("For approval")),
        ("overdue", _("Overdue")),
        ("closed", _("Closed")),
        ("counted", _("Open and closed")),
        ("again", _("Happened again")),
        *Ending.choices,
        ("all", _("All")),
    ]

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUS)
    severity = forms.ChoiceField(
        label=_("Severity"), required=False, choices=[("", _("All")), *((str(v), t) for v, t in Severity.choices)]
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    # Set by the view «Reported by me», kept while one filters on.
    mine = forms.CharField(required=False, widget=forms.HiddenInput)
    # Set by the links of the trends, kept likewise.
    begin = forms.DateField(
        label=_("Reported from"), required=False, widget=forms.HiddenInput, validators=SENSIBLE_DATES
    )
    end = forms.DateField(
        label=_("Reported until"), required=False, widget=forms.HiddenInput, validators=SENSIBLE_DATES
    )
    cause = forms.ChoiceField(
        label=_("Cause"), required=False, widget=forms.HiddenInput, choices=[("", ""), *Cause.choices]
    )
    weekday = forms.IntegerField(
        label=_("Day of the week"), required=False, min_value=1, max_value=7, widget=forms.HiddenInput
    )
    hours = forms.IntegerField(
        label=_("Time of day"), required=False, min_value=0, max_value=23, widget=forms.HiddenInput
    )
    place = forms.CharField(label=_("Place"), required=False, max_length=160, widget=forms.HiddenInput)
    below = forms.TypedChoiceField(
        label=_("Unit and those below it"), required=False, widget=forms.HiddenInput, coerce=int, empty_value=None
    )

    def __init__(
        self,
        *args: Any,
        units: Iterable[tuple[int, str]] | None = None,
        categories: Iterable[tuple[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if units is None:
            units = Unit.objects.order_by("name").values_list("pk", "name")
        choices = [(str(pk), name) for pk, name in units]
        self.fields["unit"].choices = [("", _("All")), *choices]
        self.fields["below"].choices = [("", ""), *choices]
        self.offer_categories(categories)
        self.order_fields(["q", "status", "severity", "kind", "category", "unit", "routine_cover", "mine"])

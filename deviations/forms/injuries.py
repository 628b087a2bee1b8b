"""What is asked about injuries: who and how, how long away, receipts, and hours worked."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import ReporterKind
from deviations.injury_enums import Absence, Harm, InjuredKind, InjuryOutcome
from deviations.models import Deviation, Injury, NavReport
from hms.core.forms import HmsForm, IdempotentMixin, VersionMixin
from hms.core.national_ids import NoNationalIdMixin
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee
from hms.organisations.selectors import employed

ILLNESS, INJURY = "illness", "injury"
SORTS = [(INJURY, _("Injury")), (ILLNESS, _("Presumed work-related illness"))]
# Nothing that is still to be counted happened before.
OLDEST = datetime.date(1990, 1, 1)
WHO = ("employee", "name", "is_reporter")


class AbsenceMixin(forms.Form):
    """How long somebody was away; days, and nothing about why."""

    absence = forms.ChoiceField(
        label=_("Away from work after that day?"),
        required=False,
        choices=Absence.choices,
        widget=forms.RadioSelect,
        help_text=_("Days away because of this, whether it was a day of work or not. The day it happened is not one."),
    )
    absent_from = forms.DateField(label=_("First day away"), required=False)
    absent_until = forms.DateField(
        label=_("Last day away"), required=False, help_text=_("Leave it empty while the person is still away.")
    )
    absent_days = forms.IntegerField(
        label=_("Days away"),
        required=False,
        min_value=1,
        max_value=20_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def clean_days_away(self, data: dict[str, Any], occurred_on: datetime.date | None) -> None:
        """Keep what belongs to the answer, and say what is missing."""
        answer = data.get("absence") or Absence.UNKNOWN
        data["absence"] = answer
        if answer != Absence.DATES:
            data["absent_from"] = data["absent_until"] = None
        if answer != Absence.DAYS:
            data["absent_days"] = None
        begin, end = data.get("absent_from"), data.get("absent_until")
        if answer == Absence.DAYS and not data.get("absent_days") and "absent_days" not in self.errors:
            self.add_error("absent_days", _("Write how many days."))
        if answer != Absence.DATES:
            return
        if begin is None and "absent_from" not in self.errors:
            self.add_error("absent_from", _("Write the first day away."))
        if begin and occurred_on and begin <= occurred_on:
            self.add_error("absent_from", _("Choose a day after the one it happened."))
        if begin and begin > timezone.localdate():
            self.add_error("absent_from", _("Choose a day that has come."))
        if begin and end and end < begin:
            self.add_error("absent_until", _("The last day cannot be before the first."))


class InjuryForm(IdempotentMixin, VersionMixin, NoNationalIdMixin, AbsenceMixin, HmsForm):
    """One injured or ill person. Written for the register: whoever reads it may not know the case."""

    sort = forms.ChoiceField(label=_("What is it?"), choices=SORTS, initial=INJURY, widget=forms.RadioSelect)
    person_kind = forms.ChoiceField(
        label=_("Who was it?"), choices=InjuredKind.choices, initial=InjuredKind.EMPLOYEE
    )  # fmt: skip
    keep_person = forms.BooleanField(
        label=_("The same person as before"),
        required=False,
        initial=True,
        help_text=_("You may not see who it was. Leave the tick to change something else."),
    )
    is_reporter = forms.BooleanField(
        label=_("It was the one who reported the case"),
        required=False,
        help_text=_("Nobody is named here who is not named in the case."),
    )
    employee = PersonField(
        label=_("Which employee?"),
        required=False,
        help_text=_("Only those who keep the register, occupational health and the Labour Inspection see the name."),
    )
    name = forms.CharField(
        label=_("Name"), required=False, max_length=120, help_text=_("Of somebody who is not an employee.")
    )  # fmt: skip
    occupation = forms.CharField(label=_("Occupation"), required=False, max_length=80)
    occurred_on = forms.DateField(
        label=_("When did it happen?"), help_text=_("Of an illness: when it began, as far as is known.")
    )
    work = forms.CharField(
        label=_("What work was being done?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    course = forms.CharField(
        label=_("What happened?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "For the injury register, which representatives, the committee and the Labour Inspection may read: no "
            "names, no diagnosis, nothing else medical."
        ),
    )
    causes = forms.CharField(
        label=_("Presumed causes"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    harm = forms.ChoiceField(
        label=_("Kind of injury"),
        choices=[("", _("Choose …")), *Harm.choices],
        help_text=_("Only the kind. No diagnosis: the law forbids it without consent (Working Environment Act § 5-1)."),
    )
    outcome = forms.ChoiceField(
        label=_("How did it go?"),
        choices=InjuryOutcome.choices,
        widget=forms.RadioSelect,
        help_text=_("Serious or death: you get a checklist of whom the law wants told at once."),
    )
    is_electric = forms.BooleanField(
        label=_("Electricity was involved"),
        required=False,
        help_text=_("Current through the body, or an arc. Accidents of that sort are reported to DSB."),
    )

    ORDER = (
        "sort", "outcome", "person_kind", "keep_person", "employee", "name", "is_reporter", "occupation", "occurred_on",
        "work", "course", "causes", "harm", "is_electric", "absence", "absent_from", "absent_until", "absent_days",
    )  # fmt: skip

    def __init__(
        self, *args: Any, deviation: Deviation, injury: Injury | None = None, knows_who: bool = True, **kwargs: Any
    ) -> None:
        self.deviation, self.injury, self.knows_who = deviation, injury, knows_who
        kwargs.setdefault("initial", self._initial())
        super().__init__(*args, **kwargs)
        self.fields["employee"].offer(employed())
        if injury is not None and injury.employee is not None and not injury.employee.is_employed():
            self.fields["employee"].offer(employed() | Employee.objects.filter(pk=injury.employee_id))
        if deviation.reporter_kind == ReporterKind.IMPORTED:
            del self.fields["is_reporter"]
        if knows_who:
            del self.fields["keep_person"]
        for name in ("absence", "absent_from", "absent_until", "absent_days"):
            self.fields[name].is_conditional = True
        self.order_fields(self.ORDER)

    def _initial(self) -> dict[str, Any]:
        injury = self.injury
        if injury is None:
            return {"occurred_on": self.deviation.occurred_on, "version": 1}
        names = [
            "person_kind", "occurred_on", "work", "course", "causes", "harm", "outcome", "is_electric", "absence",
            "absent_from", "absent_until", "absent_days", "version",
        ]  # fmt: skip
        if self.knows_who:
            names += ["employee", "name", "is_reporter", "occupation"]
        initial = {name: getattr(injury, name) for name in names}
        return initial | {"sort": ILLNESS if injury.is_illness else INJURY}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["is_illness"] = data.pop("sort", "") == ILLNESS
        self._clean_who(data)
        day = data.get("occurred_on")
        if day and day > timezone.localdate():
            self.add_error("occurred_on", _("Choose a day that has come."))
        if day and day < OLDEST:
            self.add_error("occurred_on", _("Choose a later day."))
        self.clean_days_away(data, day)
        return data

    def _clean_who(self, data: dict[str, Any]) -> None:
        if not self.knows_who and data.pop("keep_person", False):
            for name in (*WHO, "occupation"):
                data.pop(name, None)
            # What the person is, is shown to everybody, and must go with who it is.
            data["person_kind"] = self.injury.person_kind if self.injury else data.get("person_kind")
            return
        data.setdefault("is_reporter", False)
        said = [name for name in WHO if data.get(name)]
        if len(said) > 1:
            self.add_error(said[1], _("Say who it was in one way only."))
        if data.get("employee"):
            data["person_kind"] = InjuredKind.EMPLOYEE


class AbsenceForm(VersionMixin, AbsenceMixin, HmsForm):
    """How long, of an injury that is recorded."""

    def __init__(self, *args: Any, injury: Injury, **kwargs: Any) -> None:
        self.injury = injury
        names = ("absence", "absent_from", "absent_until", "absent_days", "version")
        kwargs.setdefault("initial", {name: getattr(injury, name) for name in names})
        super().__init__(*args, **kwargs)
        for name in ("absence", "absent_from", "absent_until", "absent_days"):
            self.fields[name].is_conditional = True
        self.order_fields(names)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.clean_days_away(data, self.injury.occurred_on)
        return data


class NavForm(NoNationalIdMixin, HmsForm):
    """That the report to NAV was sent."""

    sent_on = forms.DateField(label=_("Sent on"))
    reference = forms.CharField(
        label=_("Reference"),
        max_length=120,
        help_text=_("From NAV's or Altinn's receipt. No national identity number."),
    )

    def __init__(self, *args: Any, report: NavReport, **kwargs: Any) -> None:
        self.report = report
        today = timezone.localdate()
        kwargs.setdefault("initial", {"sent_on": report.sent_on or today, "reference": report.reference})
        super().__init__(*args, **kwargs)

    def clean_sent_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["sent_on"]
        if day > timezone.localdate():
            raise ValidationError(_("Choose a day that has come."))
        if day < self.report.injury.occurred_on:
            raise ValidationError(_("It cannot have been sent before it happened."))
        return day


class WhyNotForm(NoNationalIdMixin, HmsForm):
    """Why something the law may ask for is not called for."""

    text = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Without names and without anything medical."),
        error_messages={"required": _("Write why, in a sentence.")},
    )

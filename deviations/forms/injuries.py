"""What is asked about injuries: who and how, how long away, receipts, and hours worked."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from deviations.enums import ReporterKind
from deviations.injury_enums import Absence, Harm, InjuredKind, InjuryOutcome
from deviations.models import Deviation, Injury, NavReport, Notice, NoticeList
from deviations.selectors import frequencies
from deviations.selectors.injuries import units_in_register
from deviations.services.notices import happened_at
from hms.core.forms import HmsForm, MultipleFileField, VersionMixin
from hms.core.national_ids import NoNationalIdMixin
from hms.files.forms import clean_uploads
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee, Unit
from hms.organisations.selectors import employed

ILLNESS, INJURY = "illness", "injury"
_SORTS = [(INJURY, _("Injury")), (ILLNESS, _("Presumed work-related illness"))]
# Nothing that is still to be counted happened before.
OLDEST = datetime.date(1990, 1, 1)
YEARS = 5
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


class InjuryForm(VersionMixin, NoNationalIdMixin, AbsenceMixin, HmsForm):
    """One injured or ill person. Written for the register: whoever reads it may not know the case."""

    sort = forms.ChoiceField(label=_("What is it?"), choices=_SORTS, initial=INJURY, widget=forms.RadioSelect)
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


class SeriousForm(HmsForm):
    """That authorities must be told."""

    is_serious = forms.BooleanField(
        label=_("Somebody died or was seriously injured"),
        required=False,
        help_text=_(
            "In body or mind, at work or because of the work: danger to life, or unable to work for long or for good. "
            "Violence counts outside the workplace too. In doubt, say yes."
        ),
    )
    is_electric = forms.BooleanField(
        label=_("Electricity was involved"),
        required=False,
        help_text=_("Current through the body, or an arc. Accidents of that sort are reported to DSB."),
    )

    def __init__(self, *args: Any, known: NoticeList | None = None, **kwargs: Any) -> None:
        if known is not None:
            kwargs.setdefault("initial", {"is_serious": known.is_serious, "is_electric": known.is_electric})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("is_serious") and not data.get("is_electric"):
            self.add_error("is_serious", _("Say at least one of them, or go back."))
        return data


class SeriousTriageMixin(forms.Form):
    """The same two questions, among those of the assessment."""

    is_serious = forms.BooleanField(
        label=SeriousForm.base_fields["is_serious"].label,
        required=False,
        help_text=SeriousForm.base_fields["is_serious"].help_text,
    )
    is_electric = forms.BooleanField(
        label=SeriousForm.base_fields["is_electric"].label,
        required=False,
        help_text=SeriousForm.base_fields["is_electric"].help_text,
    )

    def ask_if_serious(self, deviation: Deviation) -> None:
        """Leave out what is answered, and everything where nothing went wrong."""
        known = NoticeList.objects.filter(deviation=deviation).first()
        for name in ("is_serious", "is_electric"):
            if not deviation.has_severity or (known is not None and getattr(known, name)):
                del self.fields[name]


def declared_in(data: dict[str, Any]) -> dict[str, bool]:
    """Take the two answers out of what the assessment is saved with."""
    return {name: bool(data.pop(name, False)) for name in ("is_serious", "is_electric")}


class NoticeForm(NoNationalIdMixin, HmsForm):
    """That an authority was told: when, by whom, and a receipt."""

    done_at = forms.DateTimeField(label=_("When was it done?"))
    done_by = PersonField(label=_("Who did it?"))
    reference = forms.CharField(
        label=_("Receipt"),
        required=False,
        max_length=200,
        help_text=_("A case number, an archive reference, or whom you spoke with. Or choose a file."),
    )
    files = MultipleFileField(label=_("File"), required=False, max_files=5)

    def __init__(self, *args: Any, notice: Notice, by: Employee, has_files: bool, **kwargs: Any) -> None:
        self.notice, self.has_files = notice, has_files
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs.setdefault(
            "initial",
            {
                "done_at": timezone.localtime(notice.done_at) if notice.done_at else now,
                "done_by": notice.done_by or by,
                "reference": notice.reference,
            },
        )
        super().__init__(*args, **kwargs)
        self.fields["done_by"].offer(employed())
        for name in ("reference", "files"):
            self.fields[name].is_conditional = True

    def clean_done_at(self) -> datetime.datetime:
        moment: datetime.datetime = self.cleaned_data["done_at"]
        if moment > timezone.now():
            raise ValidationError(_("This is in the future. Write when it was done."))
        if moment < happened_at(self.notice.deviation):
            raise ValidationError(_("This is before it happened. See the case's date and time."))
        return moment

    def clean_files(self) -> list[UploadedFile]:
        return clean_uploads(self.cleaned_data["files"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("reference") and not data.get("files") and not self.has_files and not self.errors:
            self.add_error("reference", _("Write a receipt, or choose a file."))
        return data


class RegisterForm(HmsForm):
    """What of the register to show; everything lives in the address."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    unit = forms.ModelChoiceField(
        label=_("Unit"), required=False, queryset=Unit.objects.none(), empty_label=_("All units")
    )
    sort = forms.ChoiceField(label=_("What is it?"), required=False, choices=[("", _("All")), *_SORTS])

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

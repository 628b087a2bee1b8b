"""What is asked about telling the authorities."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.models import Deviation, Notice, NoticeList
from deviations.services.notices import happened_at
from hms.core.forms import HmsForm, MultipleFileField
from hms.core.national_ids import NoNationalIdMixin
from hms.files.forms import clean_uploads
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee
from hms.organisations.selectors import employed


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

"""What was written in another language, put into one the workplace reads."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import TextLanguage
from deviations.models.cases import Deviation, direction_of
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel


class CaseTranslation(TenantModel):
    """A translation of a case's description. It stands beside the original, which is never overwritten."""

    deviation = models.OneToOneField(Deviation, on_delete=models.CASCADE, related_name="translation")
    language = models.CharField(_("Translated to"), max_length=8, choices=TextLanguage.choices)
    text = models.TextField(_("Translation"))
    translated_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    translated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"translation {self.pk}"

    @property
    def text_direction(self) -> str:
        return direction_of(self.language)

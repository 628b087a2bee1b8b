"""Numbers without people: how often routines are opened, and how many answer a control question wrong at first."""

from django.db import models

from hms.tenancy.models import TenantModel
from routines.models.routines import Routine
from routines.models.versions import Version


class Opening(TenantModel):
    """How many times a routine was opened in a month. Who it was is kept nowhere."""

    routine = models.ForeignKey(Routine, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Its first day.
    month = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["organisation", "month"], name="opening_month")]
        constraints = [models.UniqueConstraint(fields=["organisation", "routine", "month"], name="opening_once")]

    def __str__(self) -> str:
        return f"openings of routine {self.routine_id}"


class WrongAnswers(TenantModel):
    """How many readers answered a version's control question wrong before they answered it right. Who they are is kept
    nowhere, nor how often anybody tried.
    """

    version = models.OneToOneField(Version, on_delete=models.CASCADE, related_name="wrong_answers")
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"wrong answers about version {self.version_id}"

"""Who reported, where that is told to one person only."""

from django.db import models
from django.utils import timezone

from deviations.models.cases import Deviation
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel


class HiddenReporter(TenantModel):
    """Whose a case with a hidden reporter is.

    Kept out of the case, its comments, events and history, which name nobody: whatever reads those, now or later,
    has no name to show. `selectors.reporter_shown_to` is the one way to it.
    """

    deviation = models.OneToOneField(Deviation, on_delete=models.CASCADE, related_name="hidden_reporter")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "employee"], name="hidden_reporter_employee")]

    def __str__(self) -> str:
        return f"reporter of {self.deviation_id}"


class IdentityGrant(TenantModel):
    """That a hidden reporter has let one person know: whoever got the case, and later handlers when asked for."""

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="identity_grants", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "deviation", "employee"], name="identity_grant_once"),
        ]

    def __str__(self) -> str:
        return f"identity {self.pk}"

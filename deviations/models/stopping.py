"""Dangerous work that the safety representative has stopped."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import LiftBasis
from deviations.models.cases import Deviation
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel


class WorkStop(TenantModel):
    """That dangerous work is stopped until the employer or the authority has made it safe (aml. section 6-3)."""

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="work_stops", db_index=False)
    what = models.TextField(_("What work is stopped?"))
    place = models.CharField(_("Where?"), max_length=160)
    since = models.DateTimeField(_("From when?"))
    stopped_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    stopped_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    basis = models.CharField(_("Why may the work go on?"), max_length=10, choices=LiftBasis.choices, blank=True)
    reason = models.TextField(_("Reason"), blank=True)

    class Meta:
        verbose_name = _("stop of work")
        indexes = [models.Index(fields=["organisation", "deviation", "id"], name="work_stop_deviation")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "deviation"], condition=Q(lifted_at__isnull=True), name="work_stop_one"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, basis="", reason="", lifted_by__isnull=True)
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(basis="") & ~Q(reason="")),
                name="work_stop_lifted_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"stop {self.pk}"

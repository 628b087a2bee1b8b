"""Whistleblowing (varsling, Working Environment Act chapter 2A): who receives it, and what became it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.models.cases import Deviation
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel


class WhistleblowingReceiver(TenantModel):
    """That an employee receives whistleblowing, from a day until further notice or a last day."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Whom a case goes to first; the others have access too.
    position = models.PositiveSmallIntegerField(_("Place in the order"), default=1)
    # Not below any leader: a board member, a lawyer, the occupational health service.
    is_outside_line = models.BooleanField(_("Stands outside the line of management"), default=False)
    starts_on = models.DateField(_("From"), default=timezone.localdate)
    ends_on = models.DateField(_("To and including"), null=True, blank=True)

    class Meta:
        verbose_name = _("receiver of whistleblowing")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "employee"], condition=Q(ends_on__isnull=True), name="whistle_receiver_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="whistle_receiver_period"
            ),
        ]

    def __str__(self) -> str:
        return f"receiver {self.pk}"


class WhistleblowingSettings(TenantModel):
    """What an organisation says about whistleblowing. No row: nothing yet."""

    routine_url = models.URLField(_("Address of the whistleblowing routine"), blank=True)
    routine_text = models.TextField(_("The routine in short"), blank=True)
    contact = models.CharField(_("When no receiver can take it"), max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="whistle_settings_once")]

    def __str__(self) -> str:
        return f"whistleblowing settings {self.pk}"


class WhistleblowingSubject(TenantModel):
    """Somebody a case is about: never sees it, and neither do those below them nor their deputies as receivers."""

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="subjects", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "employee"], name="whistle_subject_employee")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "deviation", "employee"], name="whistle_subject_once"),
        ]

    def __str__(self) -> str:
        return f"subject {self.pk}"


class Reclassification(TenantModel):
    """That a case was made whistleblowing or a deviation again, and why.

    The reason is kept here and not in the event log, which nobody may change: words must be possible to erase.
    """

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="reclassifications", db_index=False)
    to_whistleblowing = models.BooleanField()
    reason = models.TextField(_("Reason"))
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    # Ids of those who had been told of the case until then.
    told = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["organisation", "deviation", "id"], name="reclassification_deviation")]

    def __str__(self) -> str:
        return f"reclassification {self.pk}"

"""What contributed to a case, and what it cost."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deviations.enums import Cause
from deviations.models.cases import Deviation
from hms.tenancy.models import TenantModel


class ContributingCause(TenantModel):
    """One bone of the fishbone: a cause in words, under its category."""

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="bones", db_index=False)
    category = models.CharField(max_length=20, choices=Cause.choices)
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=120)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "deviation", "position"], name="contributing_position"),
        ]

    def __str__(self) -> str:
        return f"cause {self.pk}"


class CaseCost(TenantModel):
    """What a case has cost, as far as anybody can tell: both are estimates, and both may be unknown.

    What the actions cost stands on them and is added up when it is shown.
    """

    deviation = models.OneToOneField(Deviation, on_delete=models.CASCADE, related_name="cost")
    # Whole kroner; Norwegian budgets have no øre.
    amount = models.PositiveIntegerField(_("Cost in kroner"), null=True, blank=True)
    lost_days = models.PositiveSmallIntegerField(_("Lost working days"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=False) | Q(lost_days__isnull=False), name="case_cost_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"cost {self.pk}"

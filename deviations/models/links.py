"""Cases that have to do with each other: linked, split off, or reported because an action was not done."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from deviations.enums import LinkKind
from deviations.models.cases import Deviation
from hms.actions.models import Action
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel


class CaseLink(TenantModel):
    """That two cases have to do with each other, or that somebody has said that they do not.

    One row for a pair, whichever way it was made. A recurrence reads «`deviation` is `other` happening again».
    """

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=LinkKind.choices)
    by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "deviation", "kind"], name="case_link_deviation"),
            models.Index(fields=["organisation", "other"], name="case_link_other"),
        ]
        constraints = [
            models.UniqueConstraint(
                "organisation", Least("deviation", "other"), Greatest("deviation", "other"), name="case_link_once"
            ),
            models.CheckConstraint(condition=~Q(deviation=F("other")), name="case_link_of_two"),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class SplitOff(TenantModel):
    """That a case was part of another, which the reporter follows from the same page.

    `origin` is the case that was reported, also where a part was split again.
    """

    deviation = models.OneToOneField(Deviation, on_delete=models.CASCADE, related_name="split_off")
    origin = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="parts", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "origin"], name="split_off_origin")]
        constraints = [models.CheckConstraint(condition=~Q(deviation=F("origin")), name="split_off_of_two")]

    def __str__(self) -> str:
        return f"part {self.pk}"


class MissedAction(TenantModel):
    """That an action which was not done in time became a case of its own; once."""

    action = models.OneToOneField(Action, on_delete=models.CASCADE, related_name="+")
    deviation = models.OneToOneField(Deviation, on_delete=models.CASCADE, related_name="missed_action")

    def __str__(self) -> str:
        return f"missed action {self.action_id}"

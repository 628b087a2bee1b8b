"""Others are asked for their view of a case."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import HearingOutcome
from deviations.models.cases import Deviation
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel


class Hearing(TenantModel):
    """One person's view, asked for by whoever handles a case.

    Who must answer, by when, and whether it is still waited for stands on the assignment. Whoever is asked reads the
    question, and what was reported only when `shows_case`: never who reported it, nor anything else of the case.
    """

    deviation = models.ForeignKey(Deviation, on_delete=models.CASCADE, related_name="hearings", db_index=False)
    asked = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    question = models.TextField(_("What do you want to know?"))
    shows_case = models.BooleanField(_("Show what was reported"), default=False)
    assignment = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="hearing")
    outcome = models.CharField(max_length=10, choices=HearingOutcome.choices, blank=True)
    answer = models.TextField(_("Your answer"), blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("hearing")
        indexes = [
            models.Index(fields=["organisation", "deviation", "id"], name="hearing_deviation"),
            models.Index(fields=["organisation", "asked"], name="hearing_asked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "deviation", "asked"],
                condition=Q(ended_at__isnull=True),
                name="hearing_one_open",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(ended_at__isnull=False), name="hearing_outcome_has_time"
            ),
            models.CheckConstraint(condition=~Q(outcome="answered") | ~Q(answer=""), name="hearing_answer_has_words"),
        ]

    def __str__(self) -> str:
        return f"hearing {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether the answer is still waited for."""
        return self.ended_at is None and self.assignment is not None and self.assignment.state == AssignmentState.OPEN

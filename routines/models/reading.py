"""Who is asked to read a routine, who has, and what they wondered about."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.assignments.models import Assignment
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel
from routines.enums import Outcome, ReceiptVia
from routines.models.routines import Routine
from routines.models.versions import Version


class ReadingRequest(TenantModel):
    """That somebody is asked to read a routine and confirm it. One is open for each person and routine."""

    routine = models.ForeignKey(Routine, on_delete=models.PROTECT, related_name="requests", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The version that made it necessary; what is shown and confirmed is always the one in force.
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    # Who wants this person reminded; empty again when a worker has sent it.
    chased_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "routine"], name="reading_routine"),
            models.Index(fields=["organisation"], condition=Q(chased_by__isnull=False), name="reading_chased"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "employee", "routine"],
                condition=Q(ended_at__isnull=True),
                name="reading_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="reading_end_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"


class Receipt(TenantModel):
    """That somebody has read and understood a version. The serving role adds them and never changes one."""

    routine = models.ForeignKey(Routine, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    # The translation that was read instead of the version's own text.
    read_in = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    via = models.CharField(max_length=5, choices=ReceiptVia.choices, default=ReceiptVia.WEB)
    # Who typed in a signature on paper.
    registered_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "routine", "employee", "-at"], name="receipt_routine"),
            models.Index(fields=["organisation", "employee"], name="receipt_employee"),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


class Question(TenantModel):
    """«I wonder about something»: asked by a reader, answered by the owner."""

    routine = models.ForeignKey(Routine, on_delete=models.PROTECT, related_name="questions", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("What do you wonder about?"))
    answer = models.TextField(_("Answer"), blank=True)
    answered_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)
    assignment = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("question")
        indexes = [models.Index(fields=["organisation", "routine", "-id"], name="question_routine")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="question_answer_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.pk}"


class RoutineClock(TenantModel):
    """When the open organisation's routines are next looked through: who must read, what is published, what is due.

    The serving role finds the organisations to open by `next_at`, without opening any.
    """

    next_at = models.DateTimeField(default=timezone.now)
    # Before this moment nobody counted how often routines are opened, and no silence can be told from that.
    counting_since = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["next_at", "organisation"], name="routine_clock_next")]
        constraints = [models.UniqueConstraint(fields=["organisation"], name="routine_clock_once")]

    def __str__(self) -> str:
        return f"routines of {self.organisation_id}"

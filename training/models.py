"""Trainings, and who has been through them."""

import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.assignments.models import Assignment
from hms.audit.history import history
from hms.organisations.models import Employee, Unit
from hms.tenancy.models import TenantModel

# Whoever lacks a last day lasts longer than any that has one.
FOREVER = datetime.date.max


class Training(TenantModel):
    """Something that people learn, once or every so often. Never removed: routines name it by its id."""

    name = models.CharField(_("Name"), max_length=120)
    about = models.TextField(_("What is it about?"), blank=True)
    validity_months = models.PositiveSmallIntegerField(
        _("Months until it must be renewed"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text=_("Empty: it never runs out. A change counts for what is registered from now on."),
    )  # fmt: skip
    owner = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Who answers for it"),
        db_index=False,
    )  # fmt: skip
    # None: the whole organisation's.
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"), db_index=False
    )
    is_active = models.BooleanField(_("In use"), default=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    history = history()

    class Meta:
        verbose_name = _("training")
        indexes = [models.Index(fields=["organisation", "name", "id"], name="training_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(is_active=True), name="training_name_once"
            ),
            models.CheckConstraint(
                condition=Q(validity_months__isnull=True) | Q(validity_months__gte=1), name="training_validity"
            ),
        ]

    def __str__(self) -> str:
        return f"training {self.pk}"


class TrainingRoutine(TenantModel):
    """That a training goes through a routine, named by its id alone (`hms.organisations.things`)."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="routines", db_index=False)
    routine_id = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "routine_id"], name="training_of_routine")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "training", "routine_id"], name="training_routine_once")
        ]

    def __str__(self) -> str:
        return f"{self.training_id}: {self.routine_id}"


class CompletionQuerySet(models.QuerySet["Completion"]):
    def counting(self) -> "CompletionQuerySet":
        """Those that were not taken back."""
        return self.filter(withdrawn_at__isnull=True)

    def valid(self, on: datetime.date) -> "CompletionQuerySet":
        """Those that hold on a day."""
        lasting = Q(expires_on__isnull=True) | Q(expires_on__gte=on)
        return self.counting().filter(lasting, done_on__lte=on)

    def longest(self) -> "CompletionQuerySet":
        """For each person and training the one that lasts longest: how it stands with them."""
        lasts = Coalesce(F("expires_on"), Value(FOREVER))
        others = Completion.objects.counting().filter(training=OuterRef("training"), employee=OuterRef("employee"))
        longer = others.alias(lasts=lasts).filter(
            Q(lasts__gt=OuterRef("lasts")) | Q(lasts=OuterRef("lasts"), pk__gt=OuterRef("pk"))
        )
        return self.counting().alias(lasts=lasts).filter(~Exists(longer))


class Completion(TenantModel):
    """That somebody has been through a training. Written by mistake, it is taken back with a reason and stands."""

    objects = CompletionQuerySet.as_manager()

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="completions", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    done_on = models.DateField(_("Day"))
    # The last day it holds; none: it never runs out. As the training was when this was registered.
    expires_on = models.DateField(null=True)
    note = models.CharField(
        _("Proof"), max_length=300, blank=True, help_text=_("For example a course number, or who held it.")
    )
    registered_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    registered_at = models.DateTimeField(default=timezone.now)
    registered_on = models.DateField(default=timezone.localdate)
    # What asks for it to be renewed, from some time before it runs out.
    renewal = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    withdrawn_reason = models.CharField(_("What was wrong?"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("training that somebody has been through")
        indexes = [
            models.Index(fields=["organisation", "employee", "training"], name="completion_employee"),
            models.Index(
                fields=["organisation", "expires_on"], condition=Q(withdrawn_at__isnull=True), name="completion_expiry"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "training", "employee", "done_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="completion_once_a_day",
            ),
            models.CheckConstraint(condition=Q(done_on__lte=F("registered_on")), name="completion_is_past"),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("done_on")), name="completion_period"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
                name="completion_withdrawn_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"completion {self.pk}"


class TrainingClock(TenantModel):
    """When the open organisation's trainings are next looked through: who is asked to renew, and who no longer.

    The serving role finds the organisations to open by `next_at`, without opening any.
    """

    next_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["next_at", "organisation"], name="training_clock_next")]
        constraints = [models.UniqueConstraint(fields=["organisation"], name="training_clock_once")]

    def __str__(self) -> str:
        return f"trainings of {self.organisation_id}"

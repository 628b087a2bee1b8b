"""That a routine was used, and how it went: read is not the same as used."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.assignments.models import Assignment
from hms.organisations.models import Employee, Unit
from hms.tenancy.models import TenantModel
from routines.enums import UseKind, Worked
from routines.models.routines import Routine
from routines.models.versions import Version


class Use(TenantModel):
    """«This is how it was used»: on a safety round, in a drill, at a meeting. How many took part, never who.

    What asks something of the owner holds a task; written by mistake, it is taken back and stands.
    """

    routine = models.ForeignKey(Routine, on_delete=models.PROTECT, related_name="uses", db_index=False)
    # The version that was in force on the day.
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("Where was it used?"), max_length=10, choices=UseKind.choices)
    used_on = models.DateField(_("When?"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"), db_index=False)
    people = models.PositiveIntegerField(
        _("How many took part?"), null=True, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    worked = models.CharField(_("How did it go?"), max_length=12, choices=Worked.choices)
    note = models.TextField(_("What did you see?"), blank=True)
    registered_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    registered_at = models.DateTimeField(default=timezone.now)
    registered_on = models.DateField(default=timezone.localdate)
    # The owner is asked to look at it; and what came of it.
    assignment = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(_("What did you do about it?"), blank=True)
    followed_up_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    followed_up_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("use of a routine")
        indexes = [models.Index(fields=["organisation", "routine", "-used_on", "-id"], name="use_routine")]
        constraints = [
            models.CheckConstraint(condition=Q(used_on__lte=F("registered_on")), name="use_is_past"),
            models.CheckConstraint(condition=Q(people__isnull=True) | Q(people__gte=1), name="use_people"),
            models.CheckConstraint(
                condition=Q(outcome="", followed_up_at__isnull=True, followed_up_by__isnull=True)
                | (Q(followed_up_at__isnull=False, followed_up_by__isnull=False) & ~Q(outcome="")),
                name="use_follow_up_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="use_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"use {self.pk}"

    @property
    def waits(self) -> bool:
        """Whether the owner has not said yet what came of it."""
        return self.assignment_id is not None and self.followed_up_at is None and self.withdrawn_at is None

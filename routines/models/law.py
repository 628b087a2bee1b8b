"""The law register, what covers each point of the internal control regulations, and the handbook's own texts."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.assignments.models import Assignment
from hms.audit.history import history
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel
from routines.models.routines import Routine
from routines.slugs import ascii_slug


class Requirement(TenantModel):
    """A rule that this organisation must follow, where it is met, and when somebody last checked that it is."""

    # Which of the starter list it came from; empty for one's own.
    code = models.CharField(max_length=40, blank=True)
    law = models.CharField(_("Law or regulation"), max_length=160)
    place = models.CharField(_("Where in it"), max_length=80, blank=True, help_text=_("For example: § 3-1"))
    summary = models.TextField(_("What it asks of us, in short"))
    address = models.URLField(_("Address of the text"), blank=True, max_length=300)
    how_met = models.TextField(
        _("How we meet it"), blank=True, help_text=_("What no routine says. A routine is better where there is one.")
    )
    owner = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="+", verbose_name=_("Who answers for it"), db_index=False
    )
    routines = models.ManyToManyField(Routine, through="RequirementRoutine", related_name="+")
    check_months = models.PositiveSmallIntegerField(
        _("Months between checks"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    checked_on = models.DateField(null=True)
    checked_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    task = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")
    set_aside_at = models.DateTimeField(null=True)
    set_aside_reason = models.TextField(_("Why does it not apply to us?"), blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    history = history()

    class Meta:
        verbose_name = _("rule that applies to us")
        indexes = [models.Index(fields=["organisation", "law", "place", "id"], name="requirement_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code"], condition=~Q(code=""), name="requirement_adopted_once"
            ),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True, set_aside_reason="")
                | (Q(set_aside_at__isnull=False) & ~Q(set_aside_reason="")),
                name="requirement_set_aside_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"requirement {self.pk}"

    @property
    def name(self) -> str:
        """The law and where in it."""
        return f"{self.law} {self.place}".strip()

    @property
    def key(self) -> str:
        """What a text calls the rule when it links to it: «Arbeidsmiljøloven § 5-1» → `arbeidsmiljoloven-5-1`."""
        return ascii_slug(self.name)


class RequirementRoutine(TenantModel):
    """That a routine meets a rule."""

    requirement = models.ForeignKey(Requirement, on_delete=models.CASCADE, db_index=False)
    routine = models.ForeignKey(Routine, on_delete=models.CASCADE, db_index=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "routine"], name="requirement_of_routine")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "requirement", "routine"], name="requirement_routine_once")
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id}: {self.routine_id}"


class Point(TenantModel):
    """What the organisation says covers one of the eight points of internkontrollforskriften § 5."""

    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("How we do it"), blank=True)
    routines = models.ManyToManyField(Routine, through="PointRoutine", related_name="+")
    history = history()

    class Meta:
        verbose_name = _("point of the internal control regulations")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="point_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=8), name="point_one_to_eight"),
        ]

    def __str__(self) -> str:
        return f"point {self.number}"


class PointRoutine(TenantModel):
    """That a routine covers a point."""

    point = models.ForeignKey(Point, on_delete=models.CASCADE, db_index=False)
    routine = models.ForeignKey(Routine, on_delete=models.CASCADE, db_index=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "routine"], name="point_of_routine")]
        constraints = [models.UniqueConstraint(fields=["organisation", "point", "routine"], name="point_routine_once")]

    def __str__(self) -> str:
        return f"{self.point_id}: {self.routine_id}"


class Handbook(TenantModel):
    """What the handbook says that stands nowhere else. One for each organisation."""

    goals = models.TextField(_("Our goals for health, safety and environment"), blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    history = history()

    class Meta:
        verbose_name = _("handbook")
        constraints = [models.UniqueConstraint(fields=["organisation"], name="handbook_once")]

    def __str__(self) -> str:
        return f"handbook of {self.organisation_id}"

"""A routine: what it is called, whose it is, whom it is for. Its texts are versions and drafts."""

from typing import Optional

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.assignments.models import Assignment
from hms.audit.history import history
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Group, Unit
from hms.tenancy.models import TenantModel
from routines.enums import MOVES, AudienceKind, Category, State


class Routine(TenantModel):
    """A governed description of how something is done. Its address never changes."""

    MOVES = MOVES

    slug = models.SlugField(max_length=80, editable=False)
    title = models.CharField(_("Title"), max_length=160)
    category = models.CharField(_("What is it about?"), max_length=20, choices=Category.choices)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="routines", verbose_name=_("Unit"), db_index=False
    )
    owner = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="owned_routines", verbose_name=_("Owner"), db_index=False
    )
    # None: the owner's superior.
    approver = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Approved by"),
        db_index=False,
    )  # fmt: skip
    language = models.CharField(_("Language"), max_length=5, choices=settings.LANGUAGES, default="nb")
    law = models.CharField(_("Which rule does it serve?"), max_length=200, blank=True)
    # Working Environment Act § 6-2: the representative is consulted on what matters to the working environment.
    needs_safety_rep = models.BooleanField(_("The safety representative looks through every draft"), default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    current = models.ForeignKey(
        "routines.Version", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # fmt: skip
    # The words of the version in force, without marks: what search looks in.
    text = models.TextField(blank=True, editable=False)
    published_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    archive_reason = models.TextField(_("Why is it no longer in force?"), blank=True)

    revise_months = models.PositiveSmallIntegerField(
        _("Months between revisions"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    revision = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")

    must_confirm = models.BooleanField(_("Those it is for confirm that they have read it"), default=True)
    reading_days = models.PositiveSmallIntegerField(
        _("Days to read it"), default=14, validators=[MinValueValidator(1), MaxValueValidator(180)]
    )
    validity_months = models.PositiveSmallIntegerField(
        _("Months until it must be read again"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Empty: only when something that matters has changed."),
    )  # fmt: skip

    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="norwegian")
        + SearchVector("text", weight="B", config="norwegian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    history = history(excluded_fields=["search", "text"])

    class Meta:
        verbose_name = _("routine")
        indexes = [
            models.Index(fields=["organisation", "state", "-published_at", "-id"], name="routine_newest"),
            models.Index(fields=["organisation", "unit"], name="routine_unit"),
            models.Index(fields=["organisation", "owner"], name="routine_owner"),
            GinIndex(fields=["organisation", "search"], name="routine_search"),
            GinIndex(
                F("organisation"), OpClass(F("title"), name="gin_trgm_ops"), OpClass(F("text"), name="gin_trgm_ops"),
                name="routine_trigrams",
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["organisation", "slug"], name="routine_slug"),
            models.CheckConstraint(
                condition=~Q(state="published") | (Q(current__isnull=False) & Q(published_at__isnull=False)),
                name="routine_published_has_version",
            ),
            models.CheckConstraint(
                condition=Q(state="archived", archived_at__isnull=False)
                | (~Q(state="archived") & Q(archived_at__isnull=True)),
                name="routine_archived_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"routine {self.pk}"

    @property
    def open_draft(self) -> Optional["models.Model"]:
        """The text of the routine's own language that is on its way; read once for each object."""
        if not hasattr(self, "_open_draft"):
            self._open_draft = self.drafts.open().filter(language=self.language).select_related("author").first()
        return self._open_draft


class Audience(TenantModel):
    """One part of whom a routine is for: a unit with all below it, those with a role, a group, one person, a training."""

    routine = models.ForeignKey(Routine, on_delete=models.CASCADE, related_name="audience", db_index=False)
    kind = models.CharField(max_length=10, choices=AudienceKind.choices)
    # Alone: those who work there or below. With a role: those who have the role there or below.
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    employee = models.ForeignKey(Employee, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Those who hold it. Kept by another domain and named by its id alone (`hms.organisations.qualifications`).
    training_id = models.PositiveBigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "routine"], name="audience_routine"),
            models.Index(
                fields=["organisation", "training_id"], condition=Q(kind="training"), name="audience_training"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind="unit",
                    unit__isnull=False,
                    role="",
                    group__isnull=True,
                    employee__isnull=True,
                    training_id__isnull=True,
                )
                | (
                    Q(
                        kind="role",
                        unit__isnull=True,
                        group__isnull=True,
                        employee__isnull=True,
                        training_id__isnull=True,
                    )
                    & ~Q(role="")
                )
                | Q(
                    kind="group",
                    unit__isnull=True,
                    role="",
                    group__isnull=False,
                    employee__isnull=True,
                    training_id__isnull=True,
                )
                | Q(
                    kind="person",
                    unit__isnull=True,
                    role="",
                    group__isnull=True,
                    employee__isnull=False,
                    training_id__isnull=True,
                )
                | Q(
                    kind="training",
                    unit__isnull=True,
                    role="",
                    group__isnull=True,
                    employee__isnull=True,
                    training_id__isnull=False,
                ),
                name="audience_is_one",
            ),
            models.UniqueConstraint(
                fields=["organisation", "routine", "kind", "unit", "role", "group", "employee", "training_id"],
                name="audience_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"audience {self.pk}"

    @property
    def name(self) -> str:
        """What people call them. A training's name is what `audience_of` has put on the part."""
        if self.kind == AudienceKind.ROLE:
            return str(Role(self.role).label)
        if self.kind == AudienceKind.TRAINING:
            return str(_("those who have the training “%(name)s”") % {"name": getattr(self, "training_name", "")})
        return str(self.unit or self.group or self.employee)


class Favourite(TenantModel):
    """That somebody keeps a routine at hand."""

    routine = models.ForeignKey(Routine, on_delete=models.CASCADE, related_name="+", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "routine"], name="favourite_routine")]
        constraints = [models.UniqueConstraint(fields=["organisation", "employee", "routine"], name="favourite_once")]

    def __str__(self) -> str:
        return f"favourite {self.pk}"

"""A text on its way to becoming a version, and what those who looked through it said."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.assignments.models import Assignment
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel
from routines.enums import DRAFT_MOVES, OPEN_DRAFTS, DraftState, Opinion
from routines.models.control import WithControl
from routines.models.routines import Routine
from routines.models.versions import Version


class DraftQuerySet(models.QuerySet["Draft"]):
    def open(self) -> "DraftQuerySet":
        """Those that are on their way still."""
        return self.filter(state__in=OPEN_DRAFTS)


class Draft(WithControl, TenantModel):
    """What is being written. At most one for each routine and language is open."""

    MOVES = DRAFT_MOVES
    objects = DraftQuerySet.as_manager()

    routine = models.ForeignKey(Routine, on_delete=models.PROTECT, related_name="drafts", db_index=False)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.WRITING)
    # What it was written from: the version that was in force, or the one that is taken up again.
    base = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Of a translation: which version the text says the same as. Said anew each time it is sent.
    translates = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(_("Title"), max_length=160)
    text = models.TextField(_("Text"), blank=True)
    change_note = models.CharField(_("What is new, and why?"), max_length=500, blank=True)
    is_material = models.BooleanField(
        _("The change matters to those who follow the routine"),
        default=True,
        help_text=_("They are asked to read what has changed. A typo asks nobody."),
    )
    valid_from = models.DateField(
        _("In force from"), null=True, blank=True, help_text=_("Empty: as soon as it is approved.")
    )
    # Counts every change of the text: nobody overwrites what they have not seen.
    revision = models.PositiveIntegerField(default=1)
    # Counts the times it was sent: what was said of an earlier text does not stand.
    round = models.PositiveSmallIntegerField(default=0)
    author = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    edited_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    edited_at = models.DateTimeField(default=timezone.now)
    approval = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")
    # What it became.
    version = models.OneToOneField(Version, null=True, on_delete=models.PROTECT, related_name="draft")
    approved_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    # Why it was sent back, the reply to a disagreement, or why nobody waited for the representative.
    decision_note = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        indexes = [
            models.Index(fields=["organisation", "routine"], name="draft_routine"),
            models.Index(fields=["organisation", "valid_from"], condition=Q(state="approved"), name="draft_scheduled"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "routine", "language"],
                condition=Q(state__in=["writing", "review", "approval", "approved"]),
                name="draft_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "published"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="draft_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="published", version__isnull=False)
                | (~Q(state="published") & Q(version__isnull=True)),
                name="draft_published_is_version",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_DRAFTS

    @property
    def is_translation(self) -> bool:
        """Whether it is in another language than the routine's own."""
        return self.language != self.routine.language

    @property
    def query(self) -> str:
        """What the addresses of drafts get at their end to lead to this one: nothing for the routine's own language."""
        return f"?sprak={self.language}" if self.is_translation else ""

    @property
    def is_writable(self) -> bool:
        """Whether the text may be changed: what others look at now stands still."""
        return self.state == DraftState.WRITING


class Review(TenantModel):
    """That somebody was asked to look through a draft, and what they said. About one round of it and no other."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    round = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_safety_rep = models.BooleanField(default=False)
    opinion = models.CharField(max_length=8, choices=Opinion.choices, blank=True)
    comment = models.TextField(_("Comment"), blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    assignment = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["organisation", "reviewer"], name="review_reviewer")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "draft", "round", "reviewer"], name="review_once"),
            models.CheckConstraint(
                condition=Q(opinion="", answered_at__isnull=True) | (~Q(opinion="") & Q(answered_at__isnull=False)),
                name="review_answer_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"


class Incoming(TenantModel):
    """A text that was read from a file and waits for somebody to look at it before it becomes the draft's.

    Its pictures are its own files until then. At most one for each draft and person.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    file_name = models.CharField(max_length=120)
    title = models.CharField(max_length=160, blank=True)
    text = models.TextField()
    # What could not be taken along, in words of the language of whoever brought it in.
    notes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("text that was brought in")
        indexes = [models.Index(fields=["organisation", "draft"], name="incoming_draft")]
        constraints = [models.UniqueConstraint(fields=["organisation", "by", "draft"], name="incoming_once")]

    def __str__(self) -> str:
        return f"incoming {self.pk}"

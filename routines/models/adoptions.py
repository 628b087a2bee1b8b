"""That a routine was begun from a template of the library or of a parent organisation, and how far it has followed it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from hms.organisations.models import Employee, Organisation
from hms.tenancy.models import TenantModel
from routines.enums import OPEN_DRAFTS, DraftState
from routines.models.drafts import Draft
from routines.models.routines import Routine


class Adoption(TenantModel):
    """Which template a routine came from, and the template's text as it was then: what changes are reckoned from."""

    routine = models.OneToOneField(Routine, on_delete=models.CASCADE, related_name="adoption")
    # The parent organisation that shares the template; nobody for one that comes with the system.
    shared_by = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.SlugField(max_length=80, db_index=False)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField()
    text = models.TextField()
    # A newer edition of the template that was taken into a draft. It counts from now on, unless the draft is thrown away.
    draft = models.ForeignKey(Draft, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    draft_version = models.PositiveIntegerField(null=True)
    draft_text = models.TextField(blank=True)
    adopted_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    adopted_at = models.DateTimeField(default=timezone.now)
    # The newest edition of a shared template that whoever owns the routine has been told of.
    told_version = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "key"], name="adoption_key")]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=True, draft_version__isnull=True, draft_text="")
                | (Q(draft__isnull=False, draft_version__isnull=False) & ~Q(draft_text="")),
                name="adoption_draft_has_text",
            ),
            models.CheckConstraint(condition=~Q(shared_by=F("organisation")), name="adoption_from_another"),
            models.CheckConstraint(
                condition=Q(told_version__isnull=True) | Q(shared_by__isnull=False), name="adoption_told_of_shared"
            ),
        ]

    def __str__(self) -> str:
        return f"template of routine {self.routine_id}"

    @property
    def has_taken(self) -> bool:
        """Whether the edition that was taken into a draft counts: the draft was not thrown away."""
        return self.draft is not None and self.draft.state != DraftState.DISCARDED

    @property
    def is_under_way(self) -> bool:
        """Whether that draft is not published yet."""
        return self.draft is not None and self.draft.state in OPEN_DRAFTS

    @property
    def base(self) -> tuple[int, str]:
        """The edition of the template that the routine has followed so far, and its text."""
        if self.has_taken and self.draft_version is not None:
            return self.draft_version, self.draft_text
        return self.version, self.text

"""Published texts. The database refuses to change or remove one, whoever asks."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel
from routines.models.control import WHOLE, WithControl
from routines.models.routines import Routine


class Version(WithControl, TenantModel):
    """An edition of a routine, as it was published. Immutable; its address is permanent.

    A translation is a row of its own with the number of the version it translates and another language.
    """

    routine = models.ForeignKey(Routine, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    title = models.CharField(max_length=160)
    text = models.TextField()
    change_note = models.CharField(max_length=500, blank=True)
    is_material = models.BooleanField()
    # Nobody who works here wrote what was brought in from elsewhere: then the name stands alone.
    author = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    author_name = models.CharField(max_length=160)
    approved_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    valid_from = models.DateField()
    published_at = models.DateTimeField(default=timezone.now)
    # Compared with the version before, as `git diff --numstat` counts.
    lines_added = models.PositiveIntegerField(default=0)
    lines_removed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("version")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "routine", "number", "language"], name="version_number"),
            models.CheckConstraint(condition=WHOLE, name="version_control_is_whole"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of routine {self.routine_id}"

"""Published texts. The database refuses to change or remove one, whoever asks."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel
from routines.languages import name_of
from routines.models.control import WHOLE, WithControl
from routines.models.routines import Routine


class Version(WithControl, TenantModel):
    """An edition of a routine, as it was published. Immutable; its address is permanent.

    A translation is a row of its own in another language. It has the number of the version that it translates, and when
    that one is translated again, the next edition: 3, then 3.2.
    """

    routine = models.ForeignKey(Routine, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    # The version of the routine's own language that it was made from. A trigger holds that translations have one of the
    # same routine and number, and that no other version has.
    translates = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # How many times that version was put into this language, with this one.
    edition = models.PositiveSmallIntegerField(default=1, db_default=1)
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
            models.UniqueConstraint(
                fields=["organisation", "routine", "number", "language", "edition"], name="version_edition"
            ),
            models.CheckConstraint(
                condition=Q(edition__gte=1) & (Q(translates__isnull=False) | Q(edition=1)), name="version_own_edition"
            ),
            models.CheckConstraint(condition=WHOLE, name="version_control_is_whole"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of routine {self.routine_id}"

    @property
    def label(self) -> str:
        """What it is called in print and in addresses: 3, or 3.2 for the second text that translates version 3."""
        return str(self.number) if self.edition == 1 else f"{self.number}.{self.edition}"

    @property
    def language_name(self) -> str:
        """Its language, as it stands in a sentence."""
        return name_of(self.language)

    @property
    def query(self) -> str:
        """What an address of a routine gets at its end to lead to this text: nothing for the routine's own language."""
        return "" if self.translates_id is None else f"?sprak={self.language}"

    @property
    def file_query(self) -> str:
        """The same for the address where it is taken out as a file."""
        return f"{self.query}&v={self.label}" if self.query else f"?v={self.label}"

"""The shelf of a parent organisation: what its subsidiaries may take up."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from hms.organisations.enums import Role
from hms.tenancy.models import TenantModel
from routines.enums import Category
from routines.models.routines import Routine


class SharedEdition(TenantModel):
    """The newest published text of a routine that is shared, in one language, as subsidiaries see it.

    The parent's row, which the organisations that belong under it may read: no other table has such a policy. It holds
    what they need and nothing more, no person for one. Never changed: a newer edition takes its place, and it is gone
    when the routine is no longer shared.
    """

    routine = models.ForeignKey(Routine, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The routine's own address, which it keeps.
    key = models.SlugField(max_length=80, db_index=False)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    category = models.CharField(max_length=20, choices=Category.choices)
    law = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    # Roles it is meant for; nobody named is everybody.
    readers = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list)
    revise_months = models.PositiveSmallIntegerField()
    shared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "routine", "language"], name="shared_edition_newest"),
            models.UniqueConstraint(fields=["organisation", "key", "language"], name="shared_edition_key"),
        ]

    def __str__(self) -> str:
        return f"shared edition {self.pk}"

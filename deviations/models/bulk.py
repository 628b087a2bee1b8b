"""What was done to many cases at once."""

from django.db import models
from django.utils import timezone

from deviations.enums import BulkKind
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel


class BulkChange(TenantModel):
    """One change of many cases, so that whoever made it can see what came of it and put it back.

    `changed`: [{"case": id, "was": value, "now": value, "version": number}]; values are ids of people, or keys of
    categories. `skipped`: [{"case": id, "why": reason}]; a case that its maker may not see is only counted.
    """

    by = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=BulkKind.choices)
    changed = models.JSONField(default=list)
    skipped = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    # How many of the changed ones were left as they were, because somebody had changed them since.
    kept = models.PositiveSmallIntegerField(default=0)
    # One change however often the form is sent.
    idempotency_key = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "idempotency_key"], name="bulk_change_sent_once"),
        ]

    def __str__(self) -> str:
        return f"bulk change {self.pk}"

"""Attachments."""

from django.db import models
from django.utils import timezone

from hms.tenancy.models import TenantModel


class Attachment(TenantModel):
    """One stored file and the object it belongs to.

    The owner is named by kind and id and resolved through `hms.files.sources`: who may see the owner may
    see the file. Names are what people call the file, never a path.
    """

    owner_kind = models.CharField(max_length=60)
    owner_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=120)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    alternative_text = models.CharField(max_length=200, blank=True)
    uploaded_by = models.ForeignKey(
        "organisations.Employee", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # A date for anonymous reports, so that the minute does not tell who was on duty.
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["organisation", "owner_kind", "owner_id", "id"], name="attachment_owner")]

    def __str__(self) -> str:
        return f"attachment {self.pk}"

    @property
    def is_image(self) -> bool:
        return self.content_type in {"image/jpeg", "image/png", "image/webp"}

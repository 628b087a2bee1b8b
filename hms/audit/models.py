"""The append-only log. The serving role may insert and read it, never change or remove."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from hms.audit.enums import Via
from hms.tenancy.models import TenantModel


class Event(TenantModel):
    """One thing that happened to one object.

    `object_*` is the thing itself; `root_*` is the anchor it belongs to (an action's plan, a comment's
    case), so that one query gives a case's whole timeline.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        "organisations.Employee", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    verb = models.CharField(max_length=60)
    via = models.CharField(max_length=10, choices=Via.choices)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    root_type = models.CharField(max_length=60)
    root_id = models.BigIntegerField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "root_type", "root_id", "-at"], name="event_root"),
            models.Index(fields=["organisation", "object_type", "object_id", "-at"], name="event_object"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"

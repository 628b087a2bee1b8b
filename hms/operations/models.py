"""What failed for good. Belongs to no organisation: a task may fail before it has opened one."""

import json

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hms.operations.enums import FailureState


class FailedTask(models.Model):
    """A dead letter: a task that was given up, as often as it failed in the same way with the same arguments.

    It holds ids only. Arguments that are no ids are masked, and of an error only its class and place are kept:
    its text may quote what people wrote.
    """

    task = models.CharField(max_length=200)
    queue = models.CharField(max_length=40, blank=True)
    arguments = models.JSONField(default=list)
    # Whether the arguments are whole; what was masked cannot be run again from here.
    is_complete = models.BooleanField(default=True)
    error = models.CharField(max_length=120)
    place = models.CharField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=FailureState.choices, default=FailureState.OPEN)
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    MOVES = {
        FailureState.OPEN: {FailureState.RETRIED, FailureState.DISMISSED},
        FailureState.RETRIED: set(),
        FailureState.DISMISSED: set(),
    }

    class Meta:
        indexes = [models.Index(fields=["state", "-last_at", "-id"], name="failed_task_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(state=FailureState.OPEN), name="failed_task_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state=FailureState.OPEN, handled_at__isnull=True)
                | (~Q(state=FailureState.OPEN) & Q(handled_at__isnull=False)),
                name="failed_task_handled_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"failed task {self.pk}"

    @property
    def arguments_text(self) -> str:
        """The arguments as they would be written."""
        args, kwargs = self.arguments
        written = [json.dumps(value, ensure_ascii=False) for value in args]
        return ", ".join(
            written + [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in kwargs.items()]
        )

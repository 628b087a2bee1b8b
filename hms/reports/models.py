"""Reports that were asked for."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hms.organisations.models import Employee
from hms.reports.enums import MOVES, JobState, Problem
from hms.tenancy.models import TenantModel


class ReportJob(TenantModel):
    """One report somebody asked for: made by a worker, fetched by the same person, gone after an hour.

    The kind is resolved through `hms.reports.kinds`; parameters hold ids, never content.
    """

    MOVES = MOVES

    kind = models.CharField(max_length=60)
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    problem = models.CharField(max_length=20, choices=Problem.choices, blank=True)
    requested_by = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    language = models.CharField(max_length=5)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    storage_key = models.CharField(max_length=120, blank=True)
    size = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "requested_by", "-created_at"], name="report_job_mine"),
            models.Index(fields=["organisation", "expires_at"], name="report_job_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="queued", ended_at__isnull=True) | (~Q(state="queued") & Q(ended_at__isnull=False)),
                name="report_job_end_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="done") | ~Q(storage_key=""), name="report_job_done_has_file"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

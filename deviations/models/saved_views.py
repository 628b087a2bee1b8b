"""Filters that people have given a name, and what they want of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import Frequency
from hms.organisations.enums import Role
from hms.organisations.models import Employee
from hms.tenancy.models import TenantModel


class SavedView(TenantModel):
    """A filter of the list with a name. It holds what is asked for, never which cases that gives: each reader sees
    their own."""

    owner = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("Name"), max_length=60)
    # As in an address; see `deviations.filters`.
    query = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    is_for_all = models.BooleanField(default=False)
    for_roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("saved view")
        constraints = [models.UniqueConstraint(fields=["organisation", "owner", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        return f"view {self.pk}"

    @property
    def is_shared(self) -> bool:
        return self.is_for_all or bool(self.for_roles)


class StartView(TenantModel):
    """The view that somebody's list opens with."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "employee"], name="start_view_one")]
        indexes = [models.Index(fields=["organisation", "view"], name="start_view_view")]

    def __str__(self) -> str:
        return f"start of {self.employee_id}"


class ViewSubscription(TenantModel):
    """That somebody wants to be told what is new in a view, at most once in a morning.

    Whole days are told, because an anonymous case has a day and no time. They are fixed when they are told, so that
    a mail that is sent again says the same. The serving role finds the organisations to open by `next_at`, without
    opening any.
    """

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+", db_index=False)
    frequency = models.CharField(max_length=6, choices=Frequency.choices)
    # The days that were told last, or are being told today: from the first, up to and without the second.
    since = models.DateField(default=timezone.localdate)
    until = models.DateField(default=timezone.localdate)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "employee", "view"], name="view_subscription_once")
        ]
        indexes = [
            models.Index(fields=["next_at", "organisation"], name="view_subscription_next"),
            models.Index(fields=["organisation", "view"], name="view_subscription_view"),
        ]

    def __str__(self) -> str:
        return f"{self.frequency} news of view {self.view_id}"

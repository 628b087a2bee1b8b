"""Good examples: what was put right, told so that others may learn from it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import EXAMPLE_MOVES, Category, Consent, ExampleState
from deviations.models.cases import Deviation
from hms.audit.history import history
from hms.organisations.models import Employee, Unit
from hms.tenancy.models import TenantModel


class GoodExample(TenantModel):
    """Problem → what was done → what became better, in the handler's own words and without names.

    It is published by the handler's decision, never before the reporter has said yes (`consent`); either of them
    takes it back. Unit and category are copied, so that everybody may read them without reading the case; an example
    from a confidential case has no unit.
    """

    MOVES = EXAMPLE_MOVES

    deviation = models.OneToOneField(Deviation, on_delete=models.CASCADE, related_name="example")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(_("Kind"), max_length=20, choices=Category.choices, blank=True)
    title = models.CharField(_("Title"), max_length=120)
    problem = models.TextField(_("What was the problem?"))
    done = models.TextField(_("What was done?"))
    better = models.TextField(_("What became better?"))
    # Ids of the example's own attachments: copies, so that nothing else of the case is shown with them.
    before = ArrayField(models.BigIntegerField(), default=list, blank=True)
    after = ArrayField(models.BigIntegerField(), default=list, blank=True)
    state = models.CharField(max_length=10, choices=ExampleState.choices, default=ExampleState.DRAFT)
    consent = models.CharField(max_length=10, choices=Consent.choices, default=Consent.NOT_ASKED)
    consent_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)
    history = history()

    class Meta:
        verbose_name = _("good example")
        indexes = [
            models.Index(
                fields=["organisation", "-published_at", "-id"],
                condition=Q(state="published"),
                name="example_published",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False, consent__in=["given", "nobody"]),
                name="example_published_has_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"example {self.pk}"

    @property
    def attachment_ids(self) -> list[int]:
        """Its pictures, before and after."""
        return [*self.before, *self.after]


class ThumbUp(TenantModel):
    """That somebody liked a good example; only the number is shown."""

    example = models.ForeignKey(GoodExample, on_delete=models.CASCADE, related_name="thumbs", db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "example", "employee"], name="thumb_up_once"),
        ]

    def __str__(self) -> str:
        return f"thumb {self.pk}"

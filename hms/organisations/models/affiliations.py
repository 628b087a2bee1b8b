"""Which organisation belongs under which, and how that is agreed. See docs/adr/0029."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hms.organisations.enums import OfferState
from hms.organisations.models.core import Employee, Organisation
from hms.tenancy.models import TenantModel


class AffiliationOffer(TenantModel):
    """A parent organisation's invitation: whoever administers another one and has its code may accept it, once."""

    label = models.CharField(
        _("Who is it for?"), max_length=120, help_text=_("For your own list, for example the company's name.")
    )
    # Where it is given, no other organisation can use the code.
    organisation_number = models.CharField(max_length=9, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    # The code itself, sealed, for as long as it waits: the parent can look it up again.
    sealed_code = models.TextField(blank=True)
    created_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-created_at"], name="affiliation_offer_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, refused_at__isnull=True)
                | Q(accepted_at__isnull=True, withdrawn_at__isnull=True)
                | Q(refused_at__isnull=True, withdrawn_at__isnull=True),
                name="affiliation_offer_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"affiliation offer {self.pk}"

    @property
    def state(self) -> OfferState:
        """How it stands now."""
        if self.accepted_at:
            return OfferState.ACCEPTED
        if self.refused_at:
            return OfferState.REFUSED
        if self.withdrawn_at:
            return OfferState.WITHDRAWN
        return OfferState.EXPIRED if self.expires_at <= timezone.now() else OfferState.WAITING


class Affiliation(TenantModel):
    """That an organisation belongs under a parent, from a moment until either of them ends it.

    The row is the subsidiary's. The serving role reads it, in the subsidiary and in the parent, and writes nothing:
    only the database's own functions do, which ask for the parent's code (migration 0007).
    """

    parent = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_parent = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ended_at__isnull=True), name="affiliation_one_parent"
            ),
            models.CheckConstraint(condition=~Q(parent=F("organisation")), name="affiliation_to_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by_parent__isnull=True)
                | Q(ended_at__isnull=False, ended_by_parent__isnull=False),
                name="affiliation_ended_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"affiliation {self.pk}"

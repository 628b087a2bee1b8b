"""What the reporter thought of the answer."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deviations.enums import Helped
from deviations.models.cases import Deviation
from hms.tenancy.models import TenantModel


class Rating(TenantModel):
    """«Did it help?», answered by the reporter about one closing of a case.

    A case that is closed again is rated again, and the new answer takes the place of the old one: `closed_at` says
    which closing it is about.
    """

    deviation = models.OneToOneField(Deviation, on_delete=models.CASCADE, related_name="rating")
    closed_at = models.DateTimeField()
    helped = models.CharField(_("Did it help?"), max_length=8, choices=Helped.choices)
    comment = models.TextField(_("What could have been better?"), blank=True)
    # The reporter's word that a good example may be made of it, without names.
    may_share = models.BooleanField(default=False)
    # Of somebody anonymous only the day is kept.
    rated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("rating")

    def __str__(self) -> str:
        return f"rating {self.pk}"

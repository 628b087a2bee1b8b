"""The organisation's own word on categories."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from hms.tenancy.models import TenantModel


class CaseCategory(TenantModel):
    """What an organisation changed about a standard category, or a category of its own.

    A standard one that was never touched has no row, so that a new organisation has them all from the start.
    The key is what cases store; it never changes, whatever the category is called.
    """

    key = models.CharField(max_length=20)
    # Empty: the standard name, in the reader's language.
    name = models.CharField(_("Name"), max_length=60, blank=True)
    is_active = models.BooleanField(_("In use"), default=True)

    class Meta:
        verbose_name = _("category")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="case_category_key"),
            models.UniqueConstraint(
                "organisation", Lower("name"), condition=~Q(name=""), name="case_category_name"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.key

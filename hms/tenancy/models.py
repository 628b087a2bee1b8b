"""Base class of every model that belongs to an organisation."""

from django.db import models

from hms.tenancy.fields import OrganisationField


class TenantModel(models.Model):
    """A row of one organisation. Reading or writing it needs an open `tenant()` scope."""

    organisation = OrganisationField()

    class Meta:
        abstract = True

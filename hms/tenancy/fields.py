"""The field that makes a table an organisation's."""

from typing import Any

from django.db import models

from hms.tenancy.scope import current_organisation_id


class OrganisationField(models.ForeignKey):
    """Foreign key to the organisation that owns the row; filled from the open scope.

    The schema editor in `hms.tenancy.backend` recognises this class: a table that has it gets a forced
    row-level security policy, and its foreign keys to other such tables become composite.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to", "organisations.Organisation")
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("default", current_organisation_id)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("related_name", "+")
        # Every index of an organisation's table leads with the organisation; one of its own is waste.
        kwargs.setdefault("db_index", False)
        super().__init__(*args, **kwargs)


def organisation_field(model: type[models.Model]) -> OrganisationField | None:
    """The organisation field of a model, or None for a global table."""
    return next((f for f in model._meta.local_fields if isinstance(f, OrganisationField)), None)

"""Reading attachments. Callers have fetched the owner through its permission."""

from collections.abc import Iterable

from django.db import models
from django.db.models import QuerySet

from hms.files.models import Attachment


def attachments_of(owner: models.Model) -> QuerySet[Attachment]:
    """The files of one object, oldest first."""
    return Attachment.objects.filter(owner_kind=owner._meta.label_lower, owner_id=owner.pk).order_by("id")


def attachments_of_many(owners: Iterable[models.Model]) -> dict[int, list[Attachment]]:
    """The files of objects of one model, by the owner's id, in one query; owners without files are left out."""
    owners = list(owners)
    found: dict[int, list[Attachment]] = {}
    if not owners:
        return found
    kind = owners[0]._meta.label_lower
    ids = [owner.pk for owner in owners]
    for attachment in Attachment.objects.filter(owner_kind=kind, owner_id__in=ids).order_by("id"):
        found.setdefault(attachment.owner_id, []).append(attachment)
    return found

"""Storing files."""

from datetime import datetime, time

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.files.models import Attachment
from hms.files.validation import EXTENSIONS, Prepared, prepare
from hms.organisations.models import Employee
from hms.tenancy.storage import keep_day_only, store


def attach(
    upload: UploadedFile,
    *,
    owner: models.Model,
    by: Employee | None,
    alternative_text: str = "",
    blur_time: bool = False,
) -> Attachment:
    """Check a file, store it and tie it to its owner.

    Effects: one stored file (two for a picture: thumbnail), one row. When the surrounding transaction is
    rolled back, the stored files are removed again.

    Args:
        upload: as it came from the form.
        owner: the object that it belongs to; who may see it may see the file.
        by: who uploaded it; None for somebody without sign-in.
        alternative_text: what the picture shows.
        blur_time: keep the date only, of the stored files too, and a neutral name: for anonymous reports.

    Raises:
        FileRejected: when the file cannot be taken.
    """
    ready = prepare(upload)
    key = _store_all(ready)
    if blur_time:
        for stored in (key, *([thumbnail_key(key)] if ready.picture else [])):
            keep_day_only(stored, day=_today())
    return Attachment.objects.create(
        owner_kind=owner._meta.label_lower,
        owner_id=owner.pk,
        name=_neutral_name(ready) if blur_time else ready.name,
        content_type=ready.content_type,
        size=ready.size,
        sha256=ready.sha256,
        storage_key=key,
        width=ready.picture.width if ready.picture else None,
        height=ready.picture.height if ready.picture else None,
        alternative_text=alternative_text[:200],
        uploaded_by=None if blur_time else by,
        uploaded_at=_today() if blur_time else timezone.now(),
    )


def thumbnail_key(key: str) -> str:
    """Where a picture's thumbnail lies."""
    return f"{key}-400"


def _store_all(ready: Prepared) -> str:
    content = ContentFile(ready.content) if isinstance(ready.content, bytes) else ready.content
    content.seek(0)
    key = store(content)
    if ready.picture:
        store(ContentFile(ready.picture.thumbnail), key=thumbnail_key(key))
    return key


def _today() -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate(), time()))


def _neutral_name(ready: Prepared) -> str:
    # A camera names its pictures by the second, and people name files after themselves.
    stem = _("picture") if ready.picture else _("attachment")
    return f"{stem}{EXTENSIONS[ready.content_type]}"

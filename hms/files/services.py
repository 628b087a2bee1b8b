"""Storing files."""

import logging
import secrets
import weakref
from datetime import datetime, time

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.files.models import Attachment
from hms.files.validation import EXTENSIONS, Prepared, prepare
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id

logger = logging.getLogger(__name__)


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
        blur_time: keep the date only, and a neutral name: for anonymous reports.

    Raises:
        FileRejected: when the file cannot be taken.
    """
    ready = prepare(upload)
    return Attachment.objects.create(
        owner_kind=owner._meta.label_lower,
        owner_id=owner.pk,
        name=_neutral_name(ready) if blur_time else ready.name,
        content_type=ready.content_type,
        size=ready.size,
        sha256=ready.sha256,
        storage_key=_store_all(ready),
        width=ready.picture.width if ready.picture else None,
        height=ready.picture.height if ready.picture else None,
        alternative_text=alternative_text[:200],
        uploaded_by=None if blur_time else by,
        uploaded_at=_today() if blur_time else timezone.now(),
    )


def store(content: File, *, key: str | None = None) -> str:
    """Store bytes under an unguessable key of the open organisation; removed if the transaction fails.

    Returns:
        The key: `<organisation id>/<random>`.
    """
    key = key or new_key()
    stored = default_storage.save(key, content)
    _remove_on_rollback(stored)
    return stored


def new_key() -> str:
    """A storage key of the open organisation. Nothing in it comes from a person."""
    return f"{current_organisation_id()}/{secrets.token_urlsafe(24)}"


def thumbnail_key(key: str) -> str:
    """Where a picture's thumbnail lies."""
    return f"{key}-400"


def remove_stored(key: str) -> None:
    """Remove a stored file when the surrounding transaction has been committed."""
    transaction.on_commit(lambda: _remove(key))


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


def _remove(key: str) -> None:
    try:
        default_storage.delete(key)
    except Exception as error:  # noqa: BLE001  a full or absent store must not hide what went wrong before
        logger.warning("A stored file could not be removed: %s", type(error).__name__)


class _Kept:
    """Put in the transaction's list of what to do on commit.

    Django has no hook for a rollback, but it drops this list (or the savepoint's share of it): then the
    object dies uncalled, and its finalizer removes the file.
    """

    def __init__(self, key: str) -> None:
        self.undo = weakref.finalize(self, _remove, key)
        self.undo.atexit = False

    def __call__(self) -> None:
        self.undo.detach()


def _remove_on_rollback(key: str) -> None:
    transaction.on_commit(_Kept(key))

"""Stored files of the open organisation: under its own folder, with keys that nobody can guess."""

import datetime
import logging
import os
import secrets
import weakref

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from hms.tenancy.scope import current_organisation_id

logger = logging.getLogger(__name__)


def new_key() -> str:
    """`<organisation id>/<random>`. Nothing in a key comes from a person."""
    return f"{current_organisation_id()}/{secrets.token_urlsafe(24)}"


def store(content: File, *, key: str | None = None) -> str:
    """Store bytes for the open organisation; they are removed again if the transaction is rolled back.

    Returns:
        The key to read them by.
    """
    stored = default_storage.save(key or new_key(), content)
    transaction.on_commit(_Kept(stored))
    return stored


def keep_day_only(key: str, *, day: datetime.datetime) -> None:
    """Set a stored file's own time, and that of the folder it came into, to a day.

    Where the store is somebody else's (S3), its times are theirs: see `docs/operate.md`.
    """
    try:
        path = default_storage.path(key)
    except NotImplementedError:
        return
    moment = day.timestamp()
    for each in (path, os.path.dirname(path)):
        os.utime(each, (moment, moment))


def remove(*keys: str) -> None:
    """Remove stored files once the surrounding transaction has been committed. Empty keys are passed over."""
    transaction.on_commit(lambda: [_delete(key) for key in keys if key])


def _delete(key: str) -> None:
    try:
        default_storage.delete(key)
    except Exception as error:  # noqa: BLE001  a store that is away must not hide what went wrong before
        logger.warning("A stored file could not be removed: %s", type(error).__name__)


class _Kept:
    """Put on the transaction's list of what to do on commit.

    Django has no hook for a rollback, but it drops this list (or the savepoint's share of it): then the
    object dies uncalled, and its finalizer removes the file.
    """

    def __init__(self, key: str) -> None:
        self.undo = weakref.finalize(self, _delete, key)
        self.undo.atexit = False

    def __call__(self) -> None:
        self.undo.detach()

"""Saving only what changed, with the names of the fields (never their values) in the event."""

from typing import Any

from django.db import models

from hms.audit.enums import Via
from hms.audit.services import record


def apply(obj: models.Model, changes: dict[str, Any]) -> list[str]:
    """Set attributes that differ; the names of those that did."""
    changed = [name for name, value in changes.items() if getattr(obj, name) != value]
    for name in changed:
        setattr(obj, name, changes[name])
    return changed


def save_changes(
    obj: models.Model, changes: dict[str, Any], *, verb: str, by: models.Model | None, root: models.Model | None = None
) -> bool:
    """Save the fields that differ and write one event; nothing at all when nothing differs."""
    changed = apply(obj, changes)
    if changed:
        obj.save(update_fields=changed)
        record(verb, obj, by=by, via=via(by), root=root, data={"fields": changed})
    return bool(changed)


def via(by: models.Model | None) -> str:
    return Via.SYSTEM if by is None else Via.WEB

"""Writing events."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from hms.audit.enums import Via
from hms.audit.models import Event


def record(
    verb: str,
    about: models.Model,
    *,
    by: models.Model | None,
    via: str = Via.WEB,
    root: models.Model | None = None,
    data: dict[str, Any] | None = None,
    **fields: Any,
) -> Event:
    """Add one event to the log.

    Args:
        verb: what happened, as `noun.past_tense` (`deviation.received`).
        about: the object it happened to.
        by: the employee who did it; None for the system or somebody anonymous.
        via: the way in.
        root: the anchor whose timeline it belongs to; the object itself when left out.
        data: a small JSON object; never case text, never personal data beyond ids.
    """
    anchor = root or about
    return Event.objects.create(
        verb=verb,
        actor=by,
        via=via,
        object_type=about._meta.label_lower,
        object_id=about.pk,
        root_type=anchor._meta.label_lower,
        root_id=anchor.pk,
        data=data or {},
        **fields,
    )


def record_many(verb: str, objects: Iterable[models.Model], *, by: models.Model | None, via: str) -> None:
    """Add the same event for many objects in one query; each is its own anchor."""
    actor = by.pk if by else None
    Event.objects.bulk_create(
        Event(
            verb=verb,
            actor_id=actor,
            via=via,
            object_type=obj._meta.label_lower,
            object_id=obj.pk,
            root_type=obj._meta.label_lower,
            root_id=obj.pk,
        )
        for obj in objects
    )

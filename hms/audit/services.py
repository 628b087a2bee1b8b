"""Writing events."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from hms.audit.enums import Via
from hms.audit.models import Event
from hms.core.rows import Statement, as_json, run
from hms.tenancy.scope import current_organisation_id


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


# The last event that named the object says which anchor it belongs to.
_ALONG = Statement(
    f"""
INSERT INTO {Event._meta.db_table} (organisation_id, at, verb, via, object_type, object_id, root_type, root_id, data)
SELECT row.organisation_id, %(at)s::timestamptz, %(verb)s::text, %(via)s::text, row.type, row.id,
    coalesce(last.root_type, row.type), coalesce(last.root_id, row.id), row.data
FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (organisation_id bigint, type text, id bigint, data jsonb)
LEFT JOIN LATERAL (
    SELECT e.root_type, e.root_id FROM {Event._meta.db_table} e
    WHERE e.organisation_id = row.organisation_id AND e.object_type = row.type AND e.object_id = row.id
    ORDER BY e.at DESC LIMIT 1
) last ON true
"""  # noqa: S608  names from the model
)


def happening(about: models.Model, data: dict[str, Any]) -> dict[str, Any]:
    """An event about an object of the open organisation, for :func:`record_along`."""
    return {
        "organisation_id": current_organisation_id(),
        "type": about._meta.label_lower,
        "id": about.pk,
        "data": data,
    }


def record_along(verb: str, happenings: Sequence[dict[str, Any]]) -> None:
    """Add an event of the system for each of many objects, of the open organisation or of several open together.

    Each goes to the anchor of the object's last event, or is its own when it has none, so that nobody has to look the
    anchors up.

    Args:
        verb: what happened, as for :func:`record`.
        happenings: what :func:`happening` made.
    """
    if happenings:
        run(_ALONG, {"at": timezone.now(), "verb": verb, "via": Via.SYSTEM.value, "rows": as_json(happenings)})

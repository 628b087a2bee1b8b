"""The only way to change a state."""

import datetime
from typing import Any

from django.db import models

from hms.audit.enums import Via
from hms.audit.models import Event
from hms.audit.services import record


class InvalidTransition(Exception):
    """The object is in a state that does not allow this. The middleware answers 409."""

    def __init__(self, obj: models.Model, state: str, to: str) -> None:
        self.obj, self.state, self.to = obj, state, to
        super().__init__(f"{obj._meta.label} cannot go from {state} to {to}")


def lock(obj: models.Model) -> None:
    """Lock the row and read it again, so that what follows decides on what is true now."""
    obj.refresh_from_db(from_queryset=type(obj)._base_manager.select_for_update(of=("self",)))


def move(
    obj: models.Model,
    to: str,
    *,
    by: models.Model | None,
    verb: str,
    via: str = Via.WEB,
    root: models.Model | None = None,
    data: dict[str, Any] | None = None,
    at: datetime.datetime | None = None,
    **changes: Any,
) -> Event:
    """Move `obj` to the state `to`, with other field changes, and write the event.

    Effects, in order: the row is locked and re-read; the move is looked up in the model's `MOVES`
    (`{state: {allowed next states}}`); state and `changes` are saved; the event is added.

    Args:
        at: when it counts as done, where the minute would name somebody anonymous; now when left out.

    Raises:
        InvalidTransition: when `MOVES` does not allow it.
    """
    lock(obj)
    was = obj.state
    if to not in obj.MOVES.get(was, ()):
        raise InvalidTransition(obj, was, to)
    for name, value in changes.items():
        setattr(obj, name, value)
    obj.state = to
    obj.save(update_fields=["state", *changes])
    moment = {"at": at} if at else {}
    return record(verb, obj, by=by, via=via, root=root, data={"from": was, "to": to, **(data or {})}, **moment)

"""What can be made of an action that was not done in time: the engine knows nothing of it, an app above registers it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils.functional import Promise

from hms.actions.models import Action
from hms.organisations.models import Employee


@dataclass(frozen=True)
class WayOn:
    """A link beside an overdue action."""

    label: Promise | str
    url: str


# For a reader and some overdue actions: the way on of each that has one, by the action's id, in few queries.
Provider = Callable[[Employee, Collection[Action]], dict[int, WayOn]]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add what can be made of overdue actions; called from `apps.ready()`."""
    _providers.append(provider)


def ways_on(employee: Employee, actions: Collection[Action]) -> dict[int, WayOn]:
    """The ways on from those of the actions that are overdue, by id; no query when none is."""
    late = [action for action in actions if action.assignment.is_overdue]
    found: dict[int, WayOn] = {}
    if late:
        for provider in _providers:
            found |= provider(employee, late)
    return found

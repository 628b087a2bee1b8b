"""Yes or no to a kind of message, on the page where people choose: apps above register what they offer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hms.organisations.models import Employee


@dataclass(frozen=True)
class Choice:
    """One thing that somebody may say no to.

    Attributes:
        name: the field's name.
        label: what is chosen.
        is_offered: whether this person is asked; nobody is asked about what they would not get.
        is_on: what the person has chosen.
        choose: keeps the choice.
    """

    name: str
    label: Any
    is_offered: Callable[[Employee], bool]
    is_on: Callable[[Employee], bool]
    choose: Callable[[Employee, bool], None]


_choices: list[Choice] = []


def register(choice: Choice) -> None:
    """Add a choice; called from `apps.ready()`."""
    _choices.append(choice)


def offered(employee: Employee) -> list[Choice]:
    """What this person is asked about."""
    return [choice for choice in _choices if choice.is_offered(employee)]

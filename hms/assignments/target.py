"""Whom work is offered to when it is not one person."""

from dataclasses import dataclass

from hms.organisations.enums import Role
from hms.organisations.models import Group, Unit


@dataclass(frozen=True)
class Target:
    """A group; a unit with everything below it; or those who have a role, in a unit when one is named.

    Raises:
        ValueError: when it is none of them, or more than one.
    """

    group: Group | None = None
    unit: Unit | None = None
    role: str = ""

    def __post_init__(self) -> None:
        if (self.group is not None) == bool(self.unit is not None or self.role):
            raise ValueError("a group, a unit, or a role")

    @property
    def name(self) -> str:
        """What people call them."""
        if self.group is not None:
            return self.group.name
        parts = [str(Role(self.role).label) if self.role else "", self.unit.name if self.unit else ""]
        return ", ".join(part for part in parts if part)

    @property
    def place(self) -> Unit | None:
        """The unit whose manager answers for what they have not taken."""
        return self.group.unit if self.group is not None else self.unit

    @property
    def key(self) -> tuple[int | None, int | None, str]:
        """The same for the same people."""
        return (self.group.pk if self.group else None, self.unit.pk if self.unit else None, self.role)

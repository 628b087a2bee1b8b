"""What people may meet when they answer an assignment."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hms.assignments.models import Assignment


class AlreadyAsked(Exception):
    """A wish for more time is still waiting for an answer."""


class FixedByLaw(Exception):
    """The law sets the due date: nobody can give more time."""


class NobodyToAsk(Exception):
    """Nobody is there to decide, or to take the work over."""


class TakenByAnother(Exception):
    """Somebody else was first.

    Attributes:
        assignment: what was taken, with the one who has it now.
    """

    def __init__(self, assignment: "Assignment") -> None:
        self.assignment = assignment
        super().__init__(f"{assignment} is taken")

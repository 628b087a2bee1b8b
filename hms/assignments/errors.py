"""What people may meet when they answer an assignment."""


class AlreadyAsked(Exception):
    """A wish for more time is still waiting for an answer."""


class FixedByLaw(Exception):
    """The law sets the due date: nobody can give more time."""


class NobodyToAsk(Exception):
    """Nobody is there to decide, or to take the work over."""

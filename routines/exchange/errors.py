"""What can be wrong with a file that is brought in."""


class CannotRead(Exception):
    """The file cannot be brought in. The message is translated and ready to stand at the field."""

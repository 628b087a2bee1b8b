"""What can be wrong with an uploaded file."""


class FileRejected(Exception):
    """The file cannot be taken. The message is translated and ready to stand at the field."""

"""What the services refuse, in words that can be shown beside a form."""


class Refused(ValueError):
    """The organisation's rules do not allow this. The message is translated.

    Attributes:
        field: the form field it belongs to, or None for the whole form.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)

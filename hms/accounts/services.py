"""Changing the global user."""

from hms.accounts.models import User

PREFERENCES = {"language", "colour_scheme", "keyboard_shortcuts"}


def change_preferences(user: User, **values: object) -> None:
    """Set the person's own language, colour scheme or keyboard shortcuts. Effects: the user is saved."""
    unknown = set(values) - PREFERENCES
    if unknown:
        raise TypeError(f"not a preference: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))


def set_operator(user: User, is_operator: bool) -> None:
    """Let somebody operate the installation, or no longer. Effects: the user is saved."""
    user.is_operator = is_operator
    user.save(update_fields=["is_operator"])

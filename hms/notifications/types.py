"""What kinds of messages there are: every app registers its own, and the engine knows no other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hms.notifications.enums import MessageKind, Urgency
from hms.notifications.models import Delivery, Notification


class NothingToSay(Exception):
    """Raised by a message's `context` when what it was about is settled: the message is not sent."""


@dataclass(frozen=True)
class MessageType:
    """One kind of message. The functions are called in the reader's language, in the open organisation.

    Attributes:
        key: `app.what_happened`.
        icon: icon name, for the inbox.
        subject: the mail's subject: deadline first, no personal data.
        text: one more sentence. No case content when it is confidential.
        url: path of the page it leads to. Works from the notification alone, without a query.
        template: a template's name without ending (`.html` and `.txt` both exist); None: the plain one.
        context: more for the template, asked for by the worker just before sending (here a mail link's
            token is made); None: nothing more. Raises NothingToSay when it need not be sent any more.
            An SMS takes `short_url` from it, else `action_url`.
        urgency: what it may interrupt; `notify` can say otherwise of one message.
        kind: what sort of message, told to administrators who may not know what it is about.
    """

    key: str
    icon: str
    subject: Callable[[Notification], str]
    text: Callable[[Notification], str]
    url: Callable[[Notification], str]
    template: str | None = None
    context: Callable[[Delivery], dict[str, Any]] | None = None
    headline: Callable[[Notification], str] | None = None
    urgency: Urgency = Urgency.SINGLE
    kind: MessageKind = MessageKind.CASE

    def title(self, notification: Notification) -> str:
        """What the notification is called inside HMS."""
        return (self.headline or self.subject)(notification)


_types: dict[str, MessageType] = {}


def register(message_type: MessageType) -> None:
    """Add a kind of message; called when an app's `notifications.py` is imported in `apps.ready()`."""
    _types[message_type.key] = message_type


def get(key: str) -> MessageType:
    """The kind of message. Raises KeyError for one nobody registered."""
    return _types[key]


def every() -> list[MessageType]:
    """All of them, for the tests that hold for every message."""
    return list(_types.values())

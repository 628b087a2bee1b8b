"""How events read in a timeline: every app registers the sentences of its verbs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hms.audit.models import Event


@dataclass(frozen=True)
class Verb:
    """One kind of event.

    Attributes:
        sentence: text with `%(name)s` for who did it, and keys of the event's data.
        icon: icon name.
        colour: colour of the icon's circle, or empty.
        describe: more to say about this event (a quotation), or None.
    """

    sentence: Promise | str
    icon: str
    colour: str = ""
    describe: Callable[[Event], str] | None = None


_verbs: dict[str, Verb] = {}


def register(verbs: dict[str, Verb]) -> None:
    """Add sentences; called from `apps.ready()`. A verb that is not registered is not shown to people."""
    _verbs.update(verbs)


def get(verb: str) -> Verb | None:
    return _verbs.get(verb)


@dataclass(frozen=True)
class Line:
    """One line of a timeline, ready to show."""

    event: Event
    text: str
    icon: str
    colour: str
    quotation: str


def line(event: Event, *, nobody: str) -> Line | None:
    """The line of an event, in the active language; None when it is not for people's eyes.

    Args:
        event: with its actor loaded.
        nobody: how to name somebody who is not known (the reporter without sign-in).
    """
    verb = get(event.verb)
    if verb is None:
        return None
    if event.actor is not None:
        name = event.actor.given_name
    elif event.via == "system":
        name = _("The system")
    else:
        name = nobody
    return Line(
        event=event,
        text=str(verb.sentence) % {**event.data, "name": name},
        icon=verb.icon,
        colour=verb.colour,
        quotation=verb.describe(event) if verb.describe else "",
    )

"""How events read in a timeline: every app registers the sentences of its verbs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
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
        describe: more to say (a quotation): event id → text, for all events of a timeline at once; or None.
    """

    sentence: Promise | str
    icon: str
    colour: str = ""
    describe: Callable[[list[Event]], dict[int, str]] | None = None


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


def lines(events: Iterable[Event], *, nobody: str) -> list[Line]:
    """The lines of events, in the active language; without what is not for people's eyes.

    One query for each kind of quotation, however many events.

    Args:
        events: with their actors loaded.
        nobody: how to name somebody who is not known (the reporter without sign-in).
    """
    known = [(event, verb) for event in events if (verb := get(event.verb)) is not None]
    to_describe: dict[Callable[[list[Event]], dict[int, str]], list[Event]] = {}
    for event, verb in known:
        if verb.describe is not None:
            to_describe.setdefault(verb.describe, []).append(event)
    quotations: dict[int, str] = {}
    for describe, group in to_describe.items():
        quotations |= describe(group)
    return [
        Line(
            event=event,
            text=str(verb.sentence) % {**event.data, "name": _name(event, nobody)},
            icon=verb.icon,
            colour=verb.colour,
            quotation=quotations.get(event.pk, ""),
        )
        for event, verb in known
    ]


def _name(event: Event, nobody: str) -> str:
    if event.actor is not None:
        return event.actor.given_name
    return _("The system") if event.via == "system" else nobody


def texts_of(rows: QuerySet, field: str, ids: dict[int, int]) -> dict[int, str]:
    """A describer's answer: the text of each event's row. `ids`: event id → id of the row."""
    found = dict(rows.filter(pk__in=ids.values()).values_list("pk", field)) if ids else {}
    return {event: found.get(row, "") for event, row in ids.items()}

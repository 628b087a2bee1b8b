"""What puts work on people: the engine knows its clients only through this registry."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise

from hms.assignments.models import Assignment
from hms.organisations.models import Employee

LINK_VERBS = frozenset({"done", "more_time", "not_mine", "comment"})


@dataclass(frozen=True)
class Source:
    """One kind of thing that holds assignments.

    Attributes:
        kind: its model label (`actions.action`), as stored on the assignment.
        label: what people call it.
        icon: icon name.
        url: path of the page where the work is seen in its context.
        root: the anchor whose timeline the events belong to.
        facts: (label, value) rows for the mail and the link page; never asked for when confidential.
        on_completed: called with the assignment, who did it (or None) and the way in.
        on_moved: called with the assignment, the previous assignee and who moved it.
        successor: who takes an assignment when its assignee leaves, where that is not for an administrator to
            choose: a confidential one (never somebody it is about; whoever asked for it when left out), or one
            that `follows_role`.
        follows_role: whether it belongs to an office and not to the person, so that `successor` takes it; with no
            successor it is called off. None: never.
        asker: who answers for a confidential assignment when the one who asked for it leaves; nobody when left out.
        mail_title: what the work is called in a mail, where case content must not go (a title that came from
            a reporter's words); None: its title.
        is_begun: whether whoever waits has got what they wait for (somebody has taken it in hand, or answered),
            which ends the steps that count from the start; when left out nothing tells, and they are taken as long as it
            is open.
        load: reads what the mail titles of many assignments need, in as many queries however many they are, and
            keeps it with :func:`keep_root`; None: their titles need nothing.
        may_open: whether a reader may open the page of `url`, where others than those who may open the case do.
        ways_on: (label, url) of what else a reader can make of it, on the task's own page.
        kept_from: ids of the people whom the case is about, who must not get the work or help with it.
        link_verbs: what can be done without the thing's own page: `done`, `more_time`, `not_mine` (pass
            on), `comment` (say that one is stuck). What carries legal weight leaves them out.
    """

    kind: str
    label: Promise | str
    icon: str
    url: Callable[[Assignment], str]
    root: Callable[[Assignment], models.Model]
    facts: Callable[[Assignment], list[tuple[str, str]]]
    on_completed: Callable[[Assignment, Employee | None, str], None] | None = None
    on_moved: Callable[[Assignment, Employee, Employee | None], None] | None = None
    mail_title: Callable[[Assignment], str] | None = None
    link_verbs: frozenset[str] = LINK_VERBS
    successor: Callable[[Assignment], Employee | None] | None = None
    is_begun: Callable[[Assignment], bool] | None = None
    load: Callable[[Collection[Assignment]], None] | None = None
    kept_from: Callable[[Assignment], set[int]] | None = None
    follows_role: Callable[[Assignment], bool] | None = None
    asker: Callable[[Assignment], Employee | None] | None = None
    may_open: Callable[[Assignment, Employee], bool] | None = None
    ways_on: Callable[[Assignment, Employee], list[tuple[Promise | str, str]]] | None = None


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a kind; called from `apps.ready()`."""
    _sources[source.kind] = source


def root_of(assignment: Assignment) -> models.Model:
    """The anchor of an assignment, kept on the object: an assignment never changes its case."""
    known: models.Model | None = getattr(assignment, "_root_object", None)
    if known is None:
        known = get(assignment.source_kind).root(assignment)
        assignment._root_object = known  # type: ignore[attr-defined]
    return known


def keep_root(assignment: Assignment, root: models.Model) -> None:
    """Keep the anchor that was read for many at once."""
    assignment._root_object = root  # type: ignore[attr-defined]


def load(assignments: Collection[Assignment]) -> None:
    """Read what the mail titles of all these need, source by source."""
    by_kind: dict[str, list[Assignment]] = {}
    for assignment in assignments:
        by_kind.setdefault(assignment.source_kind, []).append(assignment)
    for kind, group in by_kind.items():
        loader = get(kind).load
        if loader is not None:
            loader(group)


def get(kind: str) -> Source:
    """The source of a kind. Raises KeyError for one nobody registered."""
    return _sources[kind]


def kept_from(assignment: Assignment) -> set[int]:
    """Ids of the people whom an assignment must be kept from."""
    source = get(assignment.source_kind)
    return source.kept_from(assignment) if source.kept_from is not None else set()

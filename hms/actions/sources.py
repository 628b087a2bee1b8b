"""What owns action plans: the engine knows its clients only through this registry."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise

from hms.actions.models import ActionPlan
from hms.organisations.models import Employee


@dataclass(frozen=True)
class Source:
    """One kind of plan owner.

    Attributes:
        kind: the owner's model label (`deviations.deviation`), as stored on the plan.
        label: what people call it.
        icon: name of its icon.
        url: path of the page that shows the plan.
        reference: short name of the owner for titles and mails (`2026-0142`); never case content.
        place: where it is, for the one who must act.
        visible_plan_ids: ids of the plans an employee may know of.
        is_open: whether the owner still takes changes, read anew from the database.
        kept_from: ids of the people the owner is about, who must not learn of the plan by getting work in it.
        may_manage: whether an employee may draft, send, decide and check this plan.
        load: reads what the references of many plans need, in as many queries however many they are.
    """

    kind: str
    label: Promise
    icon: str
    url: Callable[[ActionPlan], str]
    reference: Callable[[ActionPlan], str]
    place: Callable[[ActionPlan], str]
    visible_plan_ids: Callable[[Employee], QuerySet]
    is_open: Callable[[ActionPlan], bool]
    kept_from: Callable[[ActionPlan], set[int]]
    may_manage: Callable[[Employee, ActionPlan], bool]
    load: Callable[[Collection[ActionPlan]], None] | None = None


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a kind of plan owner; called from `apps.ready()`."""
    _sources[source.kind] = source


def load(plans: Collection[ActionPlan]) -> None:
    """Read what the references of all these plans need, owner by owner."""
    by_kind: dict[str, list[ActionPlan]] = {}
    for plan in plans:
        by_kind.setdefault(plan.source_kind, []).append(plan)
    for kind, group in by_kind.items():
        loader = get(kind).load
        if loader is not None:
            loader(group)


def get(kind: str) -> Source:
    """The source of a kind. Raises KeyError for a kind nobody registered."""
    return _sources[kind]


def every() -> list[Source]:
    return list(_sources.values())

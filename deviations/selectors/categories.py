"""The categories an organisation sorts its cases by."""

from dataclasses import dataclass

from deviations.enums import Category
from deviations.models import CaseCategory

# Longer than any list somebody would choose from; an organisation may not add more.
MAX_OWN = 40


@dataclass(frozen=True)
class CategoryInUse:
    """One category as this organisation has it.

    Attributes:
        key: what cases store.
        name: in the organisation's words, else the standard ones in the reader's language.
        is_active: whether it can be chosen for a case.
        standard: the standard name; empty for one of the organisation's own.
    """

    key: str
    name: str
    is_active: bool
    standard: str


def categories() -> list[CategoryInUse]:
    """All categories of the open organisation: the standard ones in their order, then its own by name, «other» last."""
    changed = {row.key: row for row in CaseCategory.objects.all()}
    found = []
    for standard in Category:
        row = changed.pop(standard.value, None)
        found.append(
            CategoryInUse(
                standard.value,
                (row.name if row else "") or str(standard.label),
                row.is_active if row else True,
                str(standard.label),
            )
        )
    own = [CategoryInUse(row.key, row.name, row.is_active, "") for row in changed.values()]
    own.sort(key=lambda category: category.name.casefold())
    return [*found[:-1], *own, found[-1]]


def category_names() -> dict[str, str]:
    """Every key with its name, those out of use too: history keeps its words."""
    return {category.key: category.name for category in categories()}


def category_choices(*, also: str = "", all_of_them: bool = False) -> list[tuple[str, str]]:
    """What a case may be sorted under: categories in use, and the one it has already (`also`).

    `all_of_them`: those out of use too, for filters over older cases.
    """
    return [
        (category.key, category.name)
        for category in categories()
        if category.is_active or all_of_them or category.key == also
    ]

"""Reading what a parent organisation shares: in the parent, and in those that belong under it."""

from hms.organisations.affiliations import subsidiary_affiliations
from hms.organisations.models import Affiliation
from hms.tenancy.scope import current_organisation_id
from routines.enums import Category
from routines.library import Template, Text
from routines.models import Routine, SharedEdition


def shared_templates(key: str | None = None, *, with_texts: bool = True) -> dict[str, Template]:
    """What the open organisation's parent shares now, by category, then by title. One query.

    Args:
        key: of one template; all of them when left out.
        with_texts: False for a list, which needs the titles only.
    """
    parents = Affiliation.objects.filter(organisation_id=current_organisation_id(), ended_at__isnull=True)
    rows = SharedEdition.objects.filter(organisation_id__in=parents.values("parent_id")).select_related("organisation")
    if key is not None:
        rows = rows.filter(key=key)
    if not with_texts:
        rows = rows.defer("text")
    # The newest first: what the languages have in common is that of the last one that was shared.
    by_key: dict[str, list[SharedEdition]] = {}
    for row in rows.order_by("title", "-number", "language", "id"):
        by_key.setdefault(row.key, []).append(row)
    order = list(Category)
    found = [_template(editions, with_texts) for editions in by_key.values()]
    found.sort(key=lambda template: order.index(template.category))
    return {template.key: template for template in found}


def _template(editions: list[SharedEdition], with_texts: bool) -> Template:
    newest = max(editions, key=lambda edition: edition.number)
    return Template(
        key=newest.key,
        category=Category(newest.category),
        version=newest.number,
        revise_months=newest.revise_months,
        readers=tuple(newest.readers),
        texts={one.language: Text(one.title, one.law, one.text if with_texts else "") for one in editions},
        shared_by=newest.organisation_id,
        sharer=newest.organisation.name,
        editions={one.language: one.number for one in editions},
    )


def shared_editions_of(routine: Routine) -> list[SharedEdition]:
    """What is shared of a routine of the open organisation, without the texts; nothing when it is not shared."""
    return list(SharedEdition.objects.filter(routine=routine).defer("text").order_by("-number", "language"))


def has_subsidiaries() -> bool:
    """Whether the open organisation has anybody to share with."""
    return subsidiary_affiliations().exists()

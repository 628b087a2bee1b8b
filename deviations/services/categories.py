"""An organisation's own categories are kept."""

import secrets

from django.db.models.functions import Lower
from django.utils.text import slugify
from django.utils.translation import gettext as _

from deviations.enums import Category
from deviations.models import CaseCategory
from deviations.selectors.categories import MAX_OWN, categories
from hms.audit.services import record
from hms.organisations.errors import Refused
from hms.organisations.models import Employee


def add_category(*, name: str, by: Employee) -> CaseCategory:
    """Add a category of the organisation's own.

    Effects: the category with a key that never changes, an event.

    Raises:
        Refused: when a category has that name, or there are too many to choose from.
    """
    _require_free(name)
    if CaseCategory.objects.exclude(key__in=Category.values).count() >= MAX_OWN:
        raise Refused(_("There are too many categories to choose from already."), field="name")
    # Readable where somebody meets the bare key, in an export say; never equal to a standard one.
    key = f"{slugify(name)[:12].strip('-') or 'own'}-{secrets.token_hex(3)}"
    category = CaseCategory.objects.create(key=key, name=name)
    record("category.added", category, by=by, data={"name": name})
    return category


def change_category(key: str, *, name: str, is_active: bool, by: Employee) -> None:
    """Rename a category, or take it out of or into use. Cases keep theirs.

    Effects: the organisation's row for it, an event; nothing when nothing changed. An empty name gives a
    standard category its standard name back.

    Raises:
        Refused: when another category has that name, or one of the organisation's own would have none.
        LookupError: when there is no such category here.
    """
    before = next((category for category in categories() if category.key == key), None)
    if before is None:
        raise LookupError(key)
    if name == before.standard:
        name = ""
    if not name and not before.standard:
        raise Refused(_("Write a name."), field="name")
    _require_free(name or before.standard, without=key)
    if (name or before.standard, is_active) == (before.name, before.is_active):
        return
    category, _created = CaseCategory.objects.update_or_create(key=key, defaults={"name": name, "is_active": is_active})
    record("category.changed", category, by=by, data={"name": name, "is_active": is_active})


def _require_free(name: str, *, without: str = "") -> None:
    """Refuse a name that another category has, also one out of use: two of the same name cannot be told apart."""
    taken = {category.name.casefold() for category in categories() if category.key != without}
    stored = CaseCategory.objects.exclude(key=without).annotate(lower=Lower("name")).filter(lower=name.lower())
    if name.casefold() in taken or stored.exists():
        raise Refused(_("There is a category with that name already."), field="name")

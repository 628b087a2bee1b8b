"""The unit tree."""

import secrets
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from hms.audit.services import record
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, Organisation, Unit
from hms.organisations.people import current
from hms.organisations.services._writing import save_changes, via
from hms.tenancy.scope import current_organisation_id


def new_report_token() -> str:
    """The unguessable part of a unit's QR address."""
    return secrets.token_urlsafe(16)


def create_unit(*, name: str, parent: Unit | None, by: Employee | None, code: str = "") -> Unit:
    """Add a unit below another (or a top unit). Effects: the unit with its path and QR token, an event.

    Raises:
        Refused: when the name or code is taken there, or the parent is out of use.
    """
    _free_name(name, parent)
    _free_code(code)
    if parent is not None and not parent.is_active:
        raise Refused(
            _("“%(unit)s” is no longer in use. Choose another unit above.") % {"unit": parent}, field="parent"
        )
    unit = Unit.objects.create(name=name, parent=parent, code=code, report_token=new_report_token())
    unit.path = [*(parent.path if parent else []), unit.pk]
    # Not through save(): the path is worked out, so it needs no line of its own in the field history.
    Unit.objects.filter(pk=unit.pk).update(path=unit.path)
    record("unit.created", unit, by=by, via=via(by))
    return unit


def change_unit(unit: Unit, *, by: Employee | None, **changes: Any) -> bool:
    """Change name or code. Effects: the unit, an event; nothing when nothing differs.

    Raises:
        Refused: when the name or code is taken.
    """
    _only(changes, {"name", "code"})
    if "name" in changes:
        _free_name(changes["name"], unit.parent, unit)
    if "code" in changes:
        _free_code(changes["code"], unit)
    return save_changes(unit, changes, verb="unit.changed", by=by)


def move_unit(unit: Unit, *, parent: Unit, by: Employee | None) -> bool:
    """Put a unit, with everything below it, under another. Effects: paths of the whole branch, an event.

    Raises:
        Refused: when it is the top unit, or the new place is the unit itself or below it.
    """
    # One move at a time: two at once could put two branches below each other.
    Organisation.objects.select_for_update().get(pk=current_organisation_id())
    unit.refresh_from_db()
    parent.refresh_from_db()
    if unit.parent_id == parent.pk:
        return False
    if unit.parent_id is None:
        raise Refused(_("The top unit cannot be moved."), field="parent")
    if unit.pk in parent.path:
        raise Refused(_("A unit cannot be placed below itself."), field="parent")
    if not parent.is_active:
        raise Refused(
            _("“%(unit)s” is no longer in use. Choose another unit above.") % {"unit": parent}, field="parent"
        )
    _free_name(unit.name, parent)
    was = unit.parent_id
    unit.parent = parent
    unit.save(update_fields=["parent"])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organisations_unit SET path = %s::bigint[] || path[array_position(path, %s::bigint):] "
            "WHERE path @> ARRAY[%s]::bigint[]",
            [parent.path, unit.pk, unit.pk],
        )
    unit.refresh_from_db(fields=["path"])
    record("unit.moved", unit, by=by, via=via(by), data={"from": was, "to": parent.pk})
    return True


def retire_unit(unit: Unit, *, by: Employee | None) -> None:
    """Take a unit out of use; what is registered on it stays. Effects: the unit, an event.

    Raises:
        Refused: when it is the top unit, or units or people in use are left in it.
    """
    if unit.parent_id is None:
        raise Refused(_("The top unit cannot be taken out of use."))
    below = list(unit.children.filter(is_active=True).values_list("name", flat=True)[:10])
    if below:
        raise Refused(_("Move or take out of use the units below first: %(units)s.") % {"units": ", ".join(below)})
    people = unit.employees.filter(current()).count()
    if people:
        raise Refused(_("%(count)d people work here. Move them to another unit first.") % {"count": people})
    save_changes(unit, {"is_active": False}, verb="unit.retired", by=by)


def reuse_unit(unit: Unit, *, by: Employee | None) -> None:
    """Take a unit into use again. Effects: the unit, an event. Refused when the unit above is out of use."""
    if unit.parent is not None and not unit.parent.is_active:
        raise Refused(_("Take “%(unit)s” into use first.") % {"unit": unit.parent})
    save_changes(unit, {"is_active": True}, verb="unit.reused", by=by)


def renew_report_token(unit: Unit, *, by: Employee | None) -> None:
    """Give the unit a new QR address. Effects: posters with the former one stop working, an event."""
    unit.report_token = new_report_token()
    unit.save(update_fields=["report_token"])
    record("unit.qr_renewed", unit, by=by, via=via(by))


def _free_name(name: str, parent: Unit | None, unit: Unit | None = None) -> None:
    same = Unit.objects.filter(name=name, parent=parent).exclude(pk=unit.pk if unit else None)
    if same.exists():
        raise Refused(_("There is already a unit called “%(name)s” here.") % {"name": name}, field="name")


def _free_code(code: str, unit: Unit | None = None) -> None:
    if code and Unit.objects.filter(code=code).exclude(pk=unit.pk if unit else None).exists():
        raise Refused(_("Another unit has the code “%(code)s”.") % {"code": code}, field="code")


def _only(changes: dict[str, Any], allowed: set[str]) -> None:
    unknown = set(changes) - allowed
    if unknown:
        raise TypeError(f"not changed here: {', '.join(sorted(unknown))}")

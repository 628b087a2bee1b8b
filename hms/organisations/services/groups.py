"""Groups that can be given work together, and who is in them."""

import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.audit.services import record
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, Group, GroupMember, Unit
from hms.organisations.services._writing import save_changes, via

ONE_DAY = datetime.timedelta(days=1)


def create_group(*, name: str, by: Employee | None, unit: Unit | None = None) -> Group:
    """Make a group. Effects: the group, an event.

    Raises:
        Refused: when the name is taken, or the unit is out of use.
    """
    _check(name, unit, None)
    group = Group.objects.create(name=name, unit=unit)
    record("group.created", group, by=by, via=via(by))
    return group


def change_group(group: Group, *, by: Employee | None, **changes: Any) -> bool:
    """Change name or unit. Effects: the group, an event. Raises Refused as `create_group`."""
    unknown = set(changes) - {"name", "unit"}
    if unknown:
        raise TypeError(f"not changed here: {', '.join(sorted(unknown))}")
    unit = changes.get("unit")
    _check(changes.get("name", group.name), unit if unit != group.unit else None, group)
    return save_changes(group, changes, verb="group.changed", by=by)


def retire_group(group: Group, *, by: Employee | None) -> None:
    """Take a group out of use: it cannot be given more work, and what it has stays with it. Effects: the group, an event."""
    save_changes(group, {"is_active": False}, verb="group.retired", by=by)


def reuse_group(group: Group, *, by: Employee | None) -> None:
    """Take a group into use again. Effects: the group, an event."""
    save_changes(group, {"is_active": True}, verb="group.reused", by=by)


def add_member(group: Group, employee: Employee, *, by: Employee | None) -> GroupMember:
    """Put somebody in a group from today. Effects: the membership, an event on the group.

    Raises:
        Refused: when the person is in it, or does not work here.
    """
    Group.objects.select_for_update().get(pk=group.pk)
    today = timezone.localdate()
    if not employee.is_employed():
        raise Refused(_("Choose somebody who still works here."), field="employee")
    running = GroupMember.objects.filter(group=group, employee=employee)
    if running.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).exists():
        raise Refused(_("%(name)s is in the group already.") % {"name": employee.name}, field="employee")
    member = GroupMember.objects.create(group=group, employee=employee, starts_on=today, ends_on=employee.ends_on)
    record("group.member_added", member, by=by, via=via(by), root=group, data={"employee": employee.pk})
    return member


def remove_member(member: GroupMember, *, by: Employee | None) -> None:
    """Take somebody out of a group at once; that they were in it is kept. Effects: the membership, an event."""
    record("group.member_removed", member, by=by, via=via(by), root=member.group, data={"employee": member.employee_id})
    end_membership(member, last_day=timezone.localdate() - ONE_DAY)


def end_membership(member: GroupMember, *, last_day: datetime.date) -> None:
    """End a membership after a day; one that had not begun then is removed. Effects: the membership."""
    if member.starts_on > last_day:
        member.delete()
        return
    member.ends_on = last_day
    member.save(update_fields=["ends_on"])


def _check(name: str, unit: Unit | None, group: Group | None) -> None:
    if Group.objects.filter(name=name).exclude(pk=group.pk if group else None).exists():
        raise Refused(_("There is already a group called “%(name)s”.") % {"name": name}, field="name")
    if unit is not None and not unit.is_active:
        raise Refused(_("“%(unit)s” is no longer in use. Choose another unit.") % {"unit": unit}, field="unit")

"""Choosing many of whom one takes the work."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from hms.assignments.models import Offer
from hms.assignments.target import Target
from hms.organisations.enums import Role
from hms.organisations.models import Unit
from hms.organisations.selectors import groups_in_use, in_tree_order

# Roles that share a task; guests and those who keep the settings are given work by name.
ROLES = [Role.SAFETY_REP, Role.MANAGER, Role.COMMITTEE_MEMBER, Role.HSE_MANAGER]


class TargetField(forms.ChoiceField):
    """A group, a unit or a role, in one list. Call `offer()` in the form's `__init__`; cleans to a `Target` or None."""

    def offer(self, *, also: Offer | None = None) -> None:
        """Fill the list: what is in use, and what is chosen already."""
        groups = list(groups_in_use())
        if also is not None and also.group is not None and also.group not in groups:
            groups.append(also.group)
        self._groups = {str(group.pk): group for group in groups}
        chosen = also.unit_id if also is not None else None
        units = in_tree_order(Unit.objects.filter(Q(is_active=True) | Q(pk=chosen)))
        self._units = {str(unit.pk): unit for unit in units}
        self.choices = [
            ("", _("Nobody: one person does it")),
            *([(_("Groups"), [(f"group:{group.pk}", group.name) for group in groups])] if groups else []),
            (_("Everybody in a unit"), [(f"unit:{unit.pk}", _indented(unit)) for unit in units]),
            (_("Those with a role"), [(f"role:{role}", role.label) for role in ROLES]),
        ]

    def clean(self, value: Any) -> Target | None:
        kind, _colon, key = str(super().clean(value)).partition(":")
        if kind == "group":
            return Target(group=self._groups[key])
        if kind == "unit":
            return Target(unit=self._units[key])
        return Target(role=key) if kind == "role" else None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Target):
            return value
        group, unit, role = value.key
        return f"group:{group}" if group else f"role:{role}" if role else f"unit:{unit}"


def _indented(unit: Unit) -> str:
    return "\u2003" * max(0, len(unit.path) - 1) + unit.name

"""The organisation's own settings and quiet days."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from hms.audit.services import record
from hms.organisations.calendar import calendar_changed
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, Organisation, QuietPeriod
from hms.organisations.services._writing import save_changes, via

CHANGEABLE = {
    "name", "organisation_number", "time_zone", "language", "accent_colour", "statement_required", "statement_days",
    "receive_days", "handling_days", "anonymous_reporting", "open_reporting", "emergency_note",
    "people_choose_reminders",
}  # fmt: skip


def change_organisation(organisation: Organisation, *, by: Employee | None, **changes: Any) -> bool:
    """Change settings. The organisation must be the open one. Effects: the organisation, an event.

    A new time zone is told to whoever counts in mornings.

    Raises:
        Refused: when another organisation has the organisation number.
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"not changed here: {', '.join(sorted(unknown))}")
    number = changes.get("organisation_number", "")
    if number and Organisation.objects.filter(organisation_number=number).exclude(pk=organisation.pk).exists():
        raise Refused(_("Another organisation here has this number."), field="organisation_number")
    moved = changes.get("time_zone", organisation.time_zone) != organisation.time_zone
    changed = save_changes(organisation, changes, verb="organisation.changed", by=by)
    if moved:
        calendar_changed.send(sender=None)
    return changed


def add_quiet_period(
    *, label: str, starts_on: datetime.date, ends_on: datetime.date, by: Employee | None
) -> QuietPeriod:
    """Add days without routine mail. Effects: the period, an event; reminders move.

    Raises:
        Refused: when the dates are the wrong way round.
    """
    if ends_on < starts_on:
        raise Refused(_("The last day must come after the first."), field="ends_on")
    period = QuietPeriod.objects.create(label=label, starts_on=starts_on, ends_on=ends_on)
    record("quiet_period.added", period, by=by, via=via(by))
    calendar_changed.send(sender=None)
    return period


def remove_quiet_period(period: QuietPeriod, *, by: Employee | None) -> None:
    """Remove a quiet period. Effects: the row is gone, an event; reminders move."""
    record("quiet_period.removed", period, by=by, via=via(by))
    period.delete()
    calendar_changed.send(sender=None)

"""What an organisation has set up beside e-mail: its SMS gateway, for whom, how many, and push."""

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from hms.audit.services import record
from hms.core.sealing import seal
from hms.notifications import gateways
from hms.notifications.models import ChannelSettings
from hms.organisations.models import Employee
from hms.tenancy.scope import current_organisation_id


def current() -> ChannelSettings:
    """The open organisation's settings; what holds by itself when nothing is set up. One query."""
    return ChannelSettings.objects.first() or ChannelSettings()


def can_send_sms(organisation: ChannelSettings) -> bool:
    """Whether there is anything to send SMS with; the demo puts them into its mailbox."""
    return bool(organisation.sms_gateway) or settings.DEMO


def used_this_month(organisation: ChannelSettings) -> int:
    """SMS parts sent since the first of the month."""
    return organisation.sms_used if organisation.sms_month == _month() else 0


def change(
    *, by: Employee, sms_use: str, sms_limit: int, push_allowed: bool, gateway: gateways.Gateway | None = None
) -> None:
    """Keep the settings.

    Effects: the organisation's row; one event with the names of what changed, never the secret.

    Args:
        gateway: a new one; None keeps the one there is.
    """
    changes: dict[str, object] = {"sms_use": sms_use, "sms_limit": sms_limit, "push_allowed": push_allowed}
    if gateway is not None:
        changes |= {"sms_gateway": seal(gateway.address), "sms_service": gateway.name}
    _save(changes, by=by)


def remove_gateway(*, by: Employee) -> None:
    """Forget the gateway; no SMS are sent from now on. Effects: as `change`."""
    _save({"sms_gateway": "", "sms_service": ""}, by=by)


def _save(changes: dict[str, object], *, by: Employee) -> None:
    before = current()
    changed = [name for name, value in changes.items() if getattr(before, name) != value]
    if not changed:
        return
    saved, _created = ChannelSettings.objects.update_or_create(
        organisation_id=current_organisation_id(), defaults={name: changes[name] for name in changed}
    )
    record("channels.changed", saved, by=by, data={"fields": changed})


def take_sms(parts: int) -> bool:
    """Count some SMS before they are sent; False, and nothing counted, when that is more than the month allows.

    One statement, so that two workers never share the last one.
    """
    month = _month()
    # An organisation without a row has no gateway; only the demo comes here without one.
    ChannelSettings.objects.get_or_create(organisation_id=current_organisation_id())
    rows = ChannelSettings.objects.exclude(sms_month=month).filter(sms_limit__gte=parts)
    if rows.update(sms_month=month, sms_used=parts):
        return True
    room = Q(sms_used__lte=F("sms_limit") - parts)
    return bool(ChannelSettings.objects.filter(room, sms_month=month).update(sms_used=F("sms_used") + parts))


def give_back_sms(parts: int) -> None:
    """Uncount SMS that the gateway did not take."""
    ChannelSettings.objects.filter(sms_month=_month()).update(sms_used=Greatest(F("sms_used") - parts, 0))


def _month() -> object:
    return timezone.localdate().replace(day=1)

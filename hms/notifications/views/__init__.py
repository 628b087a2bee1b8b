"""The inbox, what one wants to be told and where, and the organisation's channels."""

from hms.notifications.views.channels import channels, remove_gateway, test_sms
from hms.notifications.views.inbox import inbox, open_notification, read_all
from hms.notifications.views.preferences import add_device, preferences, remove_device, remove_this_device

__all__ = [
    "add_device",
    "channels",
    "inbox",
    "open_notification",
    "preferences",
    "read_all",
    "remove_device",
    "remove_gateway",
    "remove_this_device",
    "test_sms",
]

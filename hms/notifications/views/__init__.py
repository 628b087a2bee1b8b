"""The inbox, what one wants to be told and where, what was sent, and the organisation's channels."""

from hms.notifications.views.channels import channels, remove_gateway, test_sms
from hms.notifications.views.inbox import inbox, open_notification, read_all
from hms.notifications.views.log import dead_addresses, my_log, person_log, send_again, try_again
from hms.notifications.views.preferences import add_device, preferences, remove_device, remove_this_device

__all__ = [
    "add_device",
    "channels",
    "dead_addresses",
    "inbox",
    "my_log",
    "open_notification",
    "person_log",
    "preferences",
    "read_all",
    "remove_device",
    "remove_gateway",
    "remove_this_device",
    "send_again",
    "test_sms",
    "try_again",
]

"""What is told about messages themselves."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.notifications.enums import MessageKind
from hms.notifications.models import Notification
from hms.notifications.selectors import TEST_SMS
from hms.notifications.types import MessageType, register


def _subject(notification: Notification) -> str:
    # How many, never which: the mail may be read by others.
    count = notification.parameters["count"]
    return ngettext(
        "%(count)d e-mail address does not work", "%(count)d e-mail addresses do not work", count
    ) % {"count": count}  # fmt: skip


register(
    MessageType(
        key="notifications.dead_addresses",
        icon="mail",
        subject=_subject,
        text=lambda n: _("Messages do not arrive there. See who it is, and put the address right."),
        url=lambda n: reverse("notifications:dead_addresses", args=[n.organisation.slug]),
        kind=MessageKind.SETTINGS,
    )
)
register(
    MessageType(
        key=TEST_SMS,
        icon="phone",
        kind=MessageKind.SETTINGS,
        subject=lambda n: _("This is a test. SMS from HMS works."),
        text=lambda n: _("You asked for it under Settings."),
        url=lambda n: reverse("notifications:channels", args=[n.organisation.slug]),
    )
)

"""The engine's own message: a try."""

from django.urls import reverse
from django.utils.translation import gettext as _

from hms.notifications.selectors import TEST_SMS
from hms.notifications.types import MessageType, register

register(
    MessageType(
        key=TEST_SMS,
        icon="phone",
        subject=lambda n: _("This is a test. SMS from HMS works."),
        text=lambda n: _("You asked for it under Settings."),
        url=lambda n: reverse("notifications:channels", args=[n.organisation.slug]),
    )
)

"""From a claimed delivery to its channel."""

from collections.abc import Callable
from functools import partial

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from hms.notifications import push, rendering, sms
from hms.notifications.enums import Channel
from hms.notifications.models import Delivery

# Speaks to the outside, with no transaction open. It is given the worker's connection to the mail server.
Send = Callable[[BaseEmailBackend], None]
# Trying again is of no use.
HOPELESS = (rendering.NoAddress, sms.NoSms, push.NoDevice)


def prepare(delivery: Delivery) -> Send:
    """Make what is to be sent, in the open organisation; call what it gives when no transaction is open.

    Raises:
        NothingToSay: when it need not be sent any more.
        Exception: one of `HOPELESS` when it can't be.
    """
    if delivery.channel == Channel.SMS:
        return sms.prepare(delivery)
    if delivery.channel == Channel.PUSH:
        return push.prepare(delivery)
    return partial(_mail, rendering.render(delivery))


def _mail(message: EmailMultiAlternatives, connection: BaseEmailBackend) -> None:
    connection.open()
    connection.send_messages([message])

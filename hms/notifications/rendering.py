"""From an outbox row to an e-mail, in the recipient's language."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hms.core.mail import FROM_A_MACHINE
from hms.core.theme import scale
from hms.notifications import types
from hms.notifications.models import Delivery, Notification
from hms.notifications.selectors import address_of, dead_address_of, is_critical, language_of
from hms.organisations.models import Organisation

PLAIN = "email/notification"
_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


class NoAddress(Exception):
    """The recipient has no e-mail address any more."""


class AddressDead(NoAddress):
    """The address is known not to work, and the message can be read in the inbox."""


def render(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail of a delivery: text and HTML, one stable `Message-ID` over all attempts.

    Raises:
        NoAddress: when the recipient no longer has one.
        AddressDead: when it is known not to work; what is critical is tried all the same.
    """
    notification = delivery.notification
    organisation = notification.organisation
    address = address_of(notification.recipient) if notification.recipient else notification.address
    if not address:
        raise NoAddress
    if notification.recipient is not None and dead_address_of(notification.recipient) is not None:
        if not is_critical(notification):
            raise AddressDead
        delivery.to_dead_address = True
    with spoken_to(notification) as language:
        context = full_context(delivery, language)
        template = types.get(notification.type).template or PLAIN
        text = re.sub(r"\n{3,}", "\n\n", render_to_string(f"{template}.txt", context)).strip() + "\n"
        html = render_to_string(f"{template}.html", context)
    mail = EmailMultiAlternatives(
        subject=context["subject"],
        body=text,
        # The envelope's sender, where reports about what did not arrive are sent.
        from_email=settings.BOUNCE_ADDRESS or sender(organisation),
        to=[address],
        headers={
            "From": sender(organisation),
            "Message-ID": delivery.message_id,
            **FROM_A_MACHINE,
            "Content-Language": language,
            # Of somebody anonymous the day is known and no more.
            **({"Date": format_datetime(timezone.localtime(notification.created_at))} if delivery.day_only else {}),
        },
    )
    mail.attach_alternative(_inliner.inline(html), "text/html")
    return mail


@contextmanager
def spoken_to(notification: Notification) -> Iterator[str]:
    """The recipient's language and the organisation's time zone; gives the language."""
    organisation = notification.organisation
    language = language_of(notification.recipient, organisation)
    with translation.override(language), timezone.override(ZoneInfo(organisation.time_zone)):
        yield language


def full_context(delivery: Delivery, language: str) -> dict[str, Any]:
    """What a message says, on any channel. Raises NothingToSay."""
    message_type = types.get(delivery.notification.type)
    context = base_context(delivery.notification, message_type, language)
    if message_type.context is not None:
        context |= message_type.context(delivery)
    return context


def base_context(notification: Notification, message_type: types.MessageType, language: str) -> dict[str, Any]:
    """What every mail template gets; a type's own context goes on top."""
    organisation = notification.organisation
    accent = scale(organisation.accent_colour)
    subject = " ".join(message_type.subject(notification).split())
    text = message_type.text(notification)
    return {
        "language": language,
        "subject": subject,
        "heading": subject,
        "preheader": text,
        "paragraphs": [text],
        "name": notification.recipient.given_name if notification.recipient else "",
        "organisation_name": organisation.name,
        "accent": accent["base-default"],
        "accent_text": accent["base-contrast-default"],
        "action_url": absolute(message_type.url(notification)),
        "action_label": _("See it in HMS"),
        "why": why(notification),
    }


def why(notification: Notification) -> str:
    """Why somebody gets the mail."""
    if notification.recipient is None:
        return _("You get this e-mail because you gave your address when you reported.")
    return _("You get this e-mail because you have a part in the case.")


def absolute(path: str) -> str:
    """A path as a full address, for mails."""
    return path if path.startswith(("http://", "https://")) else f"{settings.PUBLIC_URL}{path}"


def sender(organisation: Organisation) -> str:
    """The organisation's name with the installation's address, so that people see who writes."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((f"{organisation.name}, HMS", address))

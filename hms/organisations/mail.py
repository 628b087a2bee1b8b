"""The invitation as an e-mail."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from hms.core.mail import FROM_A_MACHINE
from hms.core.theme import scale
from hms.organisations.models import Invitation, Organisation


def invitation_url(organisation: Organisation, token: str) -> str:
    """The personal link, as it stands in the mail."""
    return settings.PUBLIC_URL + reverse("organisations:invitation", args=[organisation.slug, token])


def invitation_mail(organisation: Organisation, invitation: Invitation, token: str) -> EmailMultiAlternatives:
    """The mail in the person's language, else the organisation's."""
    employee = invitation.employee
    with translation.override(employee.language or organisation.language):
        subject = _("You have got access to HMS at %(organisation)s") % {"organisation": organisation.name}
        accent = scale(organisation.accent_colour)
        context = {
            "subject": subject,
            "heading": subject,
            "preheader": _("Choose how you will sign in."),
            "name": employee.given_name,
            "language": translation.get_language(),
            "organisation_name": organisation.name,
            "accent": accent["base-default"],
            "accent_text": accent["base-contrast-default"],
            "paragraphs": [
                _("Here you report deviations, see what is yours to do, and follow what you reported."),
            ],
            "action_url": invitation_url(organisation, token),
            "action_label": _("Choose how to sign in"),
            "action_note": _("The link works for 14 days."),
            "personal_link": True,
            "why": _("You get this because an administrator invited you."),
        }
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("email/base.txt", context),
            # The envelope's sender, where reports about what did not arrive are sent.
            from_email=settings.BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL,
            to=[invitation.email],
            headers={
                "From": settings.DEFAULT_FROM_EMAIL,
                **({"Message-ID": invitation.message_id} if invitation.message_id else {}),
                **FROM_A_MACHINE,
            },
        )
        mail.attach_alternative(render_to_string("email/base.html", context), "text/html")
    return mail

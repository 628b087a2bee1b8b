"""What the worker does for organisations."""

from smtplib import SMTPRecipientsRefused

from celery import shared_task
from django.utils import timezone

from hms.organisations.mail import invitation_mail
from hms.organisations.models import Invitation, Organisation, PeopleImport
from hms.organisations.services.invitations import SEND, came_back, renew_token
from hms.tenancy.scope import tenant
from hms.tenancy.tasks import ReliableTask, pause


# A mail server may be away for an hour.
@shared_task(name=SEND, bind=True, max_retries=20)
def send_invitation(self: ReliableTask, organisation_id: int, invitation_id: int) -> None:
    """Send an invitation's mail with a new link. Effects: token and validity renewed, one mail.

    Nothing when the invitation is gone, used or withdrawn. The token is committed before the mail leaves, so
    that a link somebody has got always works; after a crash in between, the next try sends another link.
    """
    with tenant(organisation_id):
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("employee")
            .filter(pk=invitation_id)
            .first()
        )
        if invitation is None or not invitation.is_usable:
            return
        organisation = Organisation.objects.get(pk=organisation_id)
        mail = invitation_mail(organisation, invitation, renew_token(invitation))
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        # For good: asking again would only be rude. Anything else may pass.
        if any(code < 500 for code, _reply in error.recipients.values()):
            raise self.retry(exc=error, countdown=pause(self.request.retries)) from error
        with tenant(organisation_id):
            came_back(invitation.message_id)
    except OSError as error:
        # Everything that can go wrong with a mail server is an OSError.
        raise self.retry(exc=error, countdown=pause(self.request.retries)) from error


@shared_task
def remove_old_imports() -> None:
    """Throw away tables that nobody said yes to: they hold personal data."""
    for organisation in Organisation.objects.all():
        with tenant(organisation):
            PeopleImport.objects.filter(expires_at__lte=timezone.now()).delete()

"""What the worker does for organisations."""

from celery import shared_task
from django.utils import timezone

from hms.organisations.mail import invitation_mail
from hms.organisations.models import Invitation, Organisation, PeopleImport
from hms.organisations.services.invitations import SEND, renew_token
from hms.tenancy.scope import tenant
from hms.tenancy.tasks import TenantTask


@shared_task(base=TenantTask, name=SEND, autoretry_for=(OSError,), retry_backoff=30, retry_jitter=True, max_retries=6)
def send_invitation(organisation_id: int, invitation_id: int) -> None:
    """Send an invitation's mail with a new link. Effects: token and validity renewed, one mail.

    Nothing when the invitation is gone, used or withdrawn. SMTP failures are OSErrors and are tried again.
    """
    invitation = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None or not invitation.is_usable:
        return
    organisation = Organisation.objects.get(pk=organisation_id)
    invitation_mail(organisation, invitation, renew_token(invitation)).send()


@shared_task
def remove_old_imports() -> None:
    """Throw away tables that nobody said yes to: they hold personal data."""
    for organisation in Organisation.objects.all():
        with tenant(organisation):
            PeopleImport.objects.filter(expires_at__lte=timezone.now()).delete()

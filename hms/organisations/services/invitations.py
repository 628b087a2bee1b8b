"""Invitations: from an e-mail address to a sign-in.

The raw token exists only in the mail (or on the operator's screen).
"""

import datetime
import hashlib
import secrets
from functools import partial

from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hms.accounts.models import User
from hms.audit.enums import Via
from hms.audit.services import record
from hms.core.mail import new_message_id
from hms.organisations.errors import Refused
from hms.organisations.models import Employee, Invitation
from hms.organisations.services._writing import via
from hms.organisations.services.employees import keep_membership

VALID_FOR = datetime.timedelta(days=14)
SEND = "hms.organisations.tasks.send_invitation"


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(employee: Employee, *, by: Employee | None, send: bool = True) -> Invitation:
    """Invite a person to get a sign-in. Effects: earlier invitations are withdrawn, a new one, an event, a mail.

    Raises:
        Refused: when there is no e-mail address, the person has a sign-in, or has left.
    """
    if employee.user_id is not None:
        raise Refused(_("%(name)s can already sign in.") % {"name": employee.name})
    if not employee.email:
        raise Refused(_("%(name)s has no e-mail address.") % {"name": employee.name}, field="email")
    if employee.ends_on is not None and employee.ends_on < timezone.localdate():
        raise Refused(_("%(name)s has left.") % {"name": employee.name})
    now = timezone.now()
    _open(employee).update(withdrawn_at=now)
    invitation = Invitation.objects.create(
        employee=employee,
        email=employee.email,
        token_hash=hash_of(secrets.token_urlsafe(32)),
        expires_at=now + VALID_FOR,
    )
    record("invitation.made", invitation, by=by, via=via(by), root=employee)
    if send:
        transaction.on_commit(partial(_queue, invitation.organisation_id, invitation.pk))
    return invitation


def _queue(organisation_id: int, invitation_id: int) -> None:
    # By name: tasks stand above services and may not be imported here.
    current_app.signature(SEND, args=(organisation_id, invitation_id)).delay()


def renew_token(invitation: Invitation) -> str:
    """Make the token of the link. Effects: its hash replaces the former; the time it is valid starts now."""
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    invitation.token_hash = hash_of(token)
    invitation.sent_at, invitation.bounced_at = now, None
    invitation.message_id = new_message_id(invitation.organisation_id)
    invitation.expires_at = now + VALID_FOR
    invitation.save(update_fields=["token_hash", "sent_at", "bounced_at", "message_id", "expires_at"])
    return token


def came_back(message_id: str) -> Invitation | None:
    """Note that an invitation's mail did not arrive. Effects: `bounced_at`, an event; nothing the second time.

    Returns:
        The invitation that the mail was; None when it was another mail, or its link has been used.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("employee__user")
        .filter(message_id=message_id, accepted_at__isnull=True, bounced_at__isnull=True)
        .first()
    )
    if invitation is not None:
        invitation.bounced_at = timezone.now()
        invitation.save(update_fields=["bounced_at"])
        record("invitation.came_back", invitation, by=None, via=Via.SYSTEM, root=invitation.employee)
    return invitation


def withdraw_invitation(invitation: Invitation, *, by: Employee | None) -> None:
    """Make the link useless. Effects: the invitation, an event; nothing when it was used or withdrawn already."""
    if invitation.accepted_at or invitation.withdrawn_at:
        return
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record("invitation.withdrawn", invitation, by=by, via=via(by), root=invitation.employee)


def accept_invitation(invitation: Invitation, *, user: User | None = None, password: str | None = None) -> User:
    """Give the employee a sign-in.

    Args:
        user: who is signed in, when the address already had a user; otherwise a new user is made.
        password: for the new user; without one the person signs in with codes by mail.

    Effects: the user (new: its address is confirmed, since the link came by mail), employee and membership, the
    invitation is used up, an event.

    Raises:
        Refused: when it cannot be used (any more), or the address belongs to somebody who is not signed in.
    """
    invitation = Invitation.objects.select_for_update().select_related("employee").get(pk=invitation.pk)
    employee = Employee.objects.select_for_update().get(pk=invitation.employee_id)
    if not invitation.is_usable or employee.user_id is not None:
        raise Refused(_("This invitation can no longer be used. Ask for a new one."))
    if user is None:
        if User.objects.filter(email__iexact=invitation.email).exists():
            raise Refused(_("This address already has a sign-in. Sign in first, then open the link again."))
        user = User.objects.create_user(invitation.email, password)
    elif Employee.objects.filter(user=user).exists():
        raise Refused(_("You are signed in as somebody who is already here. Sign out and open the link again."))
    employee.user = user
    employee.save(update_fields=["user"])
    keep_membership(employee)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    record("invitation.accepted", invitation, by=employee, via=Via.LINK, root=employee)
    return user


def _open(employee: Employee) -> QuerySet[Invitation]:
    return Invitation.objects.filter(employee=employee, accepted_at__isnull=True, withdrawn_at__isnull=True)

"""Personal links in mails: made here, stored only as a hash."""

import datetime
import secrets

from django.utils import timezone

from hms.assignments.models import ActionLink, Assignment
from hms.assignments.rules import LINK_DAYS
from hms.assignments.selectors import hash_token
from hms.organisations.models import Employee


def create_link(assignment: Assignment, *, to: Employee) -> str:
    """Make a link for one person and one assignment. Returns the raw token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    ActionLink.objects.create(
        assignment=assignment,
        employee=to,
        token_hash=hash_token(token),
        expires_at=timezone.now() + datetime.timedelta(days=LINK_DAYS),
    )
    return token


def revoke_links(assignment: Assignment, *, but: Employee | None = None, at: datetime.datetime | None = None) -> None:
    """Make every unused link to the assignment stop working, except one person's.

    `at`: when it counts as done, where the minute would name somebody anonymous; now when left out.
    """
    unused = ActionLink.objects.filter(assignment=assignment, used_at=None, revoked_at=None)
    unused.exclude(employee=but).update(revoked_at=at or timezone.now())


def use_link(link: ActionLink) -> None:
    """Mark a link as used: it has given its answer."""
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])

"""Somebody who reports with their name hidden: acts as nobody, and lets people know one by one."""

from deviations import rules
from deviations.enums import ReporterKind
from deviations.models import Deviation, IdentityGrant
from deviations.services.handling import require_open
from hms.audit.services import record
from hms.audit.transitions import InvalidTransition
from hms.organisations.models import Employee


def author_of(deviation: Deviation, by: Employee | None) -> Employee | None:
    """Whom what somebody does in a case is written down as: nobody, of a hidden reporter."""
    if by is None or (deviation.reporter_kind == ReporterKind.HIDDEN and rules.is_reporter(by, deviation)):
        return None
    return by


def share_identity(deviation: Deviation, *, by: Employee) -> None:
    """Let the one who handles the case now know who reported it.

    Effects: the handler is let know; an event that names the handler only. Nothing more when they know already.

    Raises:
        InvalidTransition: when it is closed, nobody handles it, or it is not `by` who reported it hidden.
    """
    require_open(deviation)
    if deviation.handling is None or author_of(deviation, by) is not None:
        raise InvalidTransition(deviation, deviation.state, "share identity")
    handler = deviation.handling.assignee
    _grant, is_new = IdentityGrant.objects.get_or_create(deviation=deviation, employee=handler)
    if is_new:
        record("deviation.identity_shared", deviation, by=None, data={"employee": handler.pk, "to": handler.given_name})
